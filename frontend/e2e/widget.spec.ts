import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { addresses, bankFolder, root } from "./servers.ts";

const EXAMPLE = readFileSync(join(root, "docs/examples/widget.html"), "utf-8");

/** The example page, with the content policy that a careful bank has, on another origin. */
async function bankPage(page: Page, attributes: Record<string, string> = {}): Promise<void> {
  const given = Object.entries(attributes).map(([name, value]) => `data-${name}="${value}"`);
  const example = EXAMPLE.replaceAll("http://127.0.0.1:8000", addresses.approved);
  const html = example.replace(/data-.*(?= async)/, given.join(" "));
  expect(html).toContain(`<script src="${addresses.approved}/widget.js" ${given.join(" ")}`);
  writeFileSync(join(bankFolder, "index.html"), html);
  await page.goto(`${addresses.bank}/`);
}

const frame = (page: Page) => page.frameLocator("iframe");

test("a visitor of a bank's page asks without an account", async ({ page }) => {
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await bankPage(page, { title: "Ask us", accent: "#ffdd00" });
  await page.getByRole("button", { name: "Chat with us" }).click();
  await expect(frame(page).getByRole("heading", { name: "Ask us" })).toBeVisible();
  const question = frame(page).getByRole("textbox", { name: "Your question" });
  await question.fill("How do I block my debit card?");
  await question.press("Enter");
  await expect(frame(page).getByText("Approved answer, word for word").first()).toBeVisible({
    timeout: 20_000,
  });
  const found = await new AxeBuilder({ page }).analyze();
  expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  expect(complaints).toEqual([]);
});

test("Escape closes it and leads back to the button; what was said is still there", async ({ page }) => {
  await bankPage(page);
  await page.getByRole("button", { name: "Chat with us" }).click();
  const question = frame(page).getByRole("textbox", { name: "Your question" });
  await question.fill("What is KYC?");
  await question.press("Enter");
  await expect(frame(page).getByRole("article")).toBeVisible();
  await question.press("Escape");
  await expect(page.getByRole("button", { name: "Chat with us" })).toBeFocused();
  await page.getByRole("button", { name: "Chat with us" }).click();
  await expect(frame(page).getByRole("article")).toBeVisible();
});

test("language and theme come from the attributes", async ({ page }) => {
  await bankPage(page, { lang: "hi", theme: "dark" });
  await page.getByRole("button", { name: "हमसे चैट करें" }).click();
  await expect(frame(page).locator("html")).toHaveAttribute("lang", "hi");
  await expect(frame(page).locator("html")).toHaveAttribute("data-theme", "dark");
});

test("another origin cannot show it", async ({ page }) => {
  const stranger = addresses.bank.replace("127.0.0.1", "localhost");
  writeFileSync(join(bankFolder, "frame.html"), `<iframe src="${addresses.approved}/widget"></iframe>`);
  await page.goto(`${stranger}/frame.html`);
  await expect(frame(page).getByRole("textbox")).toHaveCount(0);
  const refused = await page.request.post(`${addresses.approved}/api/v1/auth/guest`, {
    data: { origin: stranger },
  });
  expect(refused.status()).toBe(403);
});

test("the chat itself cannot be framed by anybody", async ({ page }) => {
  const headers = (await page.request.get(`${addresses.approved}/chat`)).headers();
  expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
});
