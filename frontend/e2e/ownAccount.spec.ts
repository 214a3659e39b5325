import { readFile } from "node:fs/promises";
import { expect } from "@playwright/test";
import { newName, register, signOut } from "./entering.ts";
import { password, test } from "./people.ts";
import { composer } from "./talking.ts";

/** What one can do on the page of one's account. */

test("a new password is asked for from then on, and a wrong present one is said at its field", async ({
  page,
}) => {
  const [name, next] = [newName(), "green rivers walk home"];
  await page.goto("/register");
  await register(page, name);
  await expect(composer(page)).toBeVisible();
  await page.goto("/account");
  const present = page.getByLabel("Present password");
  await present.fill("not this one");
  await page.getByLabel("New password").fill(next);
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(present).toHaveAccessibleDescription(/wrong/);
  await present.fill(password);
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(page.getByRole("region", { name: "Notices" })).toContainText("The password was changed.");
  await expect(present).toHaveValue("");
  await signOut(page, name);
  await page.goto("/sign-in");
  await page.getByLabel("User name").fill(name);
  await page.getByLabel("Password", { exact: true }).fill(next);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(composer(page)).toBeVisible();
});

test("a customer takes their data along, and deletes their account with the password", async ({ page }) => {
  const name = newName();
  await page.goto("/register");
  await register(page, name);
  await composer(page).fill("How do I block my debit card?");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("article").last()).toContainText(/block/i);
  await page.goto("/account");
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download my data" }).click();
  const file = await readFile((await (await downloading).path()) ?? "", "utf-8");
  expect(JSON.parse(file).conversations[0].turns[0].question).toBe("How do I block my debit card?");

  await page.getByRole("button", { name: "Delete my account" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByLabel("Present password").fill("not this one");
  await dialog.getByRole("button", { name: "Delete my account" }).click();
  await expect(dialog.getByLabel("Present password")).toHaveAccessibleDescription(/wrong/);
  await dialog.getByLabel("Present password").fill(password);
  await dialog.getByRole("button", { name: "Delete my account" }).click();
  await expect(dialog).toHaveCount(0);
  await page.goto("/sign-in");
  await page.getByLabel("User name").fill(name);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("The user name or the password is wrong")).toBeVisible();
});

test("a program gets a key of its own, which is shown once, works, and is revoked", async ({
  page,
  request,
}) => {
  await page.goto("/register");
  await register(page, newName());
  await expect(composer(page)).toBeVisible();
  await page.goto("/account");
  await page.getByRole("button", { name: "New key" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("What it is for").fill("Our site");
  await expect(dialog.getByLabel("Ask questions")).toBeChecked();
  await expect(dialog.getByLabel("Change entries")).toHaveCount(0);
  await dialog.getByLabel("Present password").fill(password);
  await dialog.getByRole("button", { name: "Make the key" }).click();
  const made = page.getByRole("status").filter({ hasText: "Your new key" });
  const key = await made.locator("code").innerText();
  expect(key).toMatch(/^qk_/);
  const asked = () =>
    request.post("/v1/chat/completions", {
      headers: { Authorization: `Bearer ${key}` },
      data: { model: "questrag", messages: [{ role: "user", content: "How do I block my debit card?" }] },
    });
  expect((await (await asked()).json()).choices[0].message.content).toMatch(/block/i);

  await page.reload();
  await expect(page.getByText("Our site", { exact: true })).toBeVisible();
  await expect(page.getByText(key)).toHaveCount(0);
  await page.getByRole("button", { name: "Revoke Our site" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByText("You have no keys.")).toBeVisible();
  expect((await asked()).status()).toBe(401);
});
