import { expect } from "@playwright/test";
import { password, test } from "./people.ts";

/** A customer on a phone, in Hindi: everything by touch. */

test.use({ locale: "hi-IN", viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

test("from the first page to an answer, its source, and a person", async ({ page }) => {
  test.setTimeout(120_000);
  const name = `grahak-${Date.now().toString(36)}`;
  await page.goto("/");
  await expect(page.locator("html")).toHaveAttribute("lang", "hi");
  await page.getByRole("main").getByRole("link", { name: "खाता बनाएँ" }).first().tap();
  await page.getByLabel("यूज़र नेम").fill(name);
  await page.getByLabel("ई-मेल पता").fill(`${name}@example.com`);
  await page.getByLabel("पासवर्ड", { exact: true }).fill(password);
  await page.getByRole("button", { name: "खाता बनाएँ" }).tap();
  await expect(page).toHaveURL(/\/chat$/);

  const field = page.getByRole("textbox", { name: "आपका सवाल" });
  await field.fill("डेबिट कार्ड कैसे ब्लॉक करें?");
  await page.getByRole("button", { name: "भेजें" }).tap();
  const answer = page.getByRole("article").first();
  await expect(answer.getByRole("button", { name: "इससे मदद मिली" })).toBeVisible({ timeout: 20_000 });
  await answer
    .getByRole("button", { name: /^स्रोत 1/ })
    .first()
    .tap();
  await expect(page.getByRole("dialog")).toBeInViewport();
  await page.keyboard.press("Escape");
  await answer.getByRole("button", { name: "इससे मदद मिली" }).tap();

  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
  expect(await fits()).toBe(true);
});
