import { expect, test } from "@playwright/test";
import { asNewCustomer, password, signIn } from "./people.ts";

test("somebody new reads what this is, opens an account and is in the chat", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByText(/AI assistant/).first()).toBeVisible();
  await page.getByRole("link", { name: "Open an account" }).first().click();
  const username = `new-${Date.now().toString(36)}`;
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("E-mail").fill(`${username}@example.com`);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Open an account" }).click();
  await expect(page).toHaveURL(/\/chat/);
});

test("a wrong password is said at once, and the right one then signs in", async ({ page }) => {
  await page.goto("/sign-in");
  await page.getByLabel("User name").fill("asha");
  await page.getByLabel("Password", { exact: true }).fill("not the pass phrase");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/chat/);
});

test("whoever asks for a page without a session is led back to it after signing in", async ({ page }) => {
  await page.goto("/knowledge");
  await expect(page).toHaveURL(/sign-in/);
  await page.getByLabel("User name").fill("asha");
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/knowledge/);
});

test("a session that has ended on the server is said, and leads to the sign-in", async ({ page }) => {
  await asNewCustomer(page);
  await page.evaluate(() => {
    for (const key of Object.keys(localStorage)) {
      const value = localStorage.getItem(key) ?? "";
      if (value.includes("ey")) localStorage.setItem(key, value.replace(/\.[\w-]+"/, '.forged"'));
    }
  });
  await page.goto("/chat");
  await expect(page).toHaveURL(/sign-in/);
  await expect(page.getByRole("status").filter({ hasText: /session/i })).toBeVisible();
});

test("only staff see the pages for staff", async ({ page }) => {
  await asNewCustomer(page);
  await expect(page.getByRole("link", { name: "Knowledge" })).toHaveCount(0);
  await page.goto("/insights");
  await expect(page.getByText(/administrators|not for/i).first()).toBeVisible();
});

test("signing out leaves nothing to go back to", async ({ page }) => {
  await signIn(page, "asha");
  await page.getByRole("button", { name: /account/i }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.goto("/chat");
  await expect(page).toHaveURL(/sign-in/);
});
