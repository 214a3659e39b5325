import type { Page } from "@playwright/test";
import { password } from "./people.ts";

/** Of somebody who has no account yet. */
export const newName = () => `reader-${Date.now().toString(36)}-${Math.floor(Math.random() * 1e6)}`;

/** Fill in the page that opens an account. */
export async function register(page: Page, name: string, email = `${name}@example.com`): Promise<void> {
  await page.getByLabel("User name").fill(name);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Open an account" }).click();
}

export async function signOut(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: `Account: ${name}` }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
}
