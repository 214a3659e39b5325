import { expect, type Page } from "@playwright/test";
import { newName, signOut } from "./entering.ts";
import { password, test } from "./people.ts";
import { addresses } from "./servers.ts";
import { composer } from "./talking.ts";

/** Signing in with an account at the bank's identity provider, a certified one, with its own pages. */

test.use({ baseURL: addresses.model });

/** At the provider: who one is, and that this service may know it. */
async function signInThere(page: Page, name: string): Promise<void> {
  await expect(page).toHaveURL(new RegExp(`^${addresses.identity}/interaction/`));
  await page.getByPlaceholder("Enter any login").fill(name);
  await page.getByPlaceholder("and password").fill(password);
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}

const toProvider = (page: Page) => page.getByRole("link", { name: "Example Bank" });

test("somebody of the bank signs in there, is back where they were going, and out again", async ({
  page,
}) => {
  const name = newName();
  await page.goto("/account");
  await expect(page).toHaveURL(/sign-in/);
  await toProvider(page).click();
  await signInThere(page, name);
  await expect(page).toHaveURL(`${addresses.model}/account`);
  await expect(page.getByText(`${name}@bank.example`).first()).toBeVisible();
  // Neither the code nor the state stays in the address.
  expect(new URL(page.url()).search).toBe("");
  await page.goto("/chat");
  await expect(composer(page)).toBeVisible();
  await page.reload();
  await expect(composer(page)).toBeVisible();
  await signOut(page, name);
  await page.goto("/chat");
  await expect(page).toHaveURL(/sign-in/);

  // The provider knows the person still: the second time it asks nothing.
  await toProvider(page).click();
  await expect(composer(page)).toBeVisible();
});

test("the groups at the bank give the role", async ({ page }) => {
  await page.goto("/knowledge");
  await toProvider(page).click();
  await signInThere(page, `editor-${newName()}`);
  await expect(page).toHaveURL(/\/knowledge/);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
});

test("whoever refuses there is back on the sign-in page, which says so", async ({ page }) => {
  await page.goto("/sign-in");
  await toProvider(page).click();
  await page.getByRole("link", { name: /cancel/i }).click();
  await expect(page).toHaveURL(/\/sign-in\?why=denied/);
  await expect(page.getByRole("alert")).toBeVisible();
});

test("an address with somebody else's code signs nobody in", async ({ page, browser }) => {
  // Without scripts, their browser stays where the provider sent it, and the code is not used yet.
  const other = await browser.newContext({ javaScriptEnabled: false });
  const theirs = await other.newPage();
  await theirs.goto(`${addresses.model}/api/v1/auth/oidc/start?next=/chat`);
  await signInThere(theirs, newName());
  await expect(theirs).toHaveURL(/\/sign-in\/return\?.*code=/);
  await page.goto(theirs.url());
  await expect(page).toHaveURL(/\/sign-in\?why=lost/);
  await page.goto("/chat");
  await expect(page).toHaveURL(/sign-in/);
  await other.close();
});
