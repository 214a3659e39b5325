import { expect, type Page } from "@playwright/test";
import { addresses } from "./servers.ts";

export const password = "a long pass phrase";

let registered = 0;

/** Open an account over the API and put its token where the page looks for it. */
export async function asNewCustomer(page: Page, origin = addresses.approved): Promise<string> {
  registered += 1;
  const username = `customer-${process.pid}-${Date.now().toString(36)}-${registered}`;
  const made = await page.request.post(`${origin}/api/v1/auth/register`, {
    data: { username, email: `${username}@example.com`, password },
  });
  expect(made.status()).toBe(201);
  await signIn(page, username, origin);
  return username;
}

/** Sign in through the form, as a person does. */
export async function signIn(page: Page, username: string, origin = addresses.approved): Promise<void> {
  await page.goto(`${origin}/sign-in`);
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).not.toHaveURL(/sign-in/);
}
