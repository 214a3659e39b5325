import { expect } from "@playwright/test";
import { newName, register, signOut } from "./entering.ts";
import { password, signIn, test } from "./people.ts";
import { composer } from "./talking.ts";

/** From the first look to the end of a session. */

test("somebody new reads what this is, opens an account and is in the chat", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByText(/AI assistant/).first()).toBeVisible();
  await page.getByRole("link", { name: "Open an account" }).first().click();
  const name = newName();
  await register(page, name);
  await expect(composer(page)).toBeVisible();
  await signOut(page, name);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Banking questions");

  await page.goto("/register");
  await register(page, name, "another@example.com");
  await expect(page.getByRole("alert")).toContainText("taken");
  await expect(page.getByLabel("User name")).toHaveValue(name);
});

test("an example on the first page is the question to begin with, behind the sign-in", async ({ page }) => {
  await page.goto("/");
  const example = page.getByRole("region", { name: /./ }).getByRole("listitem").first();
  const question = (await example.innerText()).trim();
  await example.getByRole("link").click();
  await page.getByLabel("User name").fill("asha");
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  const field = composer(page);
  await expect(field).toHaveValue(question);
  await expect(page).toHaveURL(/\/chat$/);
  await field.fill("another one");
  await page.reload();
  await expect(field).toHaveValue("another one");
});

test("what is wrong is said at its field, by the page and by the server, and the rest stays", async ({
  page,
}) => {
  await page.goto("/register");
  await page.getByLabel("User name").fill("no spaces please");
  await page.getByLabel("E-mail address").fill("somebody@refused.test");
  await page.getByLabel("Password", { exact: true }).fill("short");
  await page.getByRole("button", { name: "Open an account" }).click();
  await expect(page.getByLabel("User name")).toBeFocused();
  await expect(page.getByLabel("User name")).toHaveAccessibleDescription(/Only letters/);
  await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(/At least 8/);

  await page.getByLabel("User name").fill("nospaces");
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Open an account" }).click();
  await expect(page.getByLabel("E-mail address")).toBeFocused();
  await expect(page.getByLabel("E-mail address")).toHaveAccessibleDescription(/not a valid e-mail/);
  await expect(page.getByLabel("User name")).toHaveValue("nospaces");
});

test("a wrong password is said at once, and the right one leads to where one was going", async ({ page }) => {
  await page.goto("/knowledge");
  await expect(page).toHaveURL(/sign-in/);
  await page.getByLabel("User name").fill("asha");
  await page.getByLabel("Password", { exact: true }).fill("not the pass phrase");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/knowledge/);
});

test("without a network the form says so and keeps what was typed", async ({ page, context }) => {
  await page.goto("/sign-in");
  await page.getByLabel("User name").fill("somebody");
  await page.getByLabel("Password", { exact: true }).fill(password);
  await context.setOffline(true);
  await expect(page.getByText("You are offline").first()).toBeVisible();
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("No connection");
  await expect(page.getByLabel("User name")).toHaveValue("somebody");
});

test("the keyboard alone is enough to get in", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("main").getByRole("link", { name: "Open an account" })).toBeFocused();
  await page.getByRole("button", { name: "Menu" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menu")).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("menuitem", { name: "Sign in" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Menu" })).toBeFocused();
});

test("language and theme are chosen once and remembered", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("button", { name: "हिन्दी" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "hi");
  await page.getByRole("button", { name: "मेन्यू" }).click();
  await page.getByRole("menuitemradio", { name: "गहरा" }).click();
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("lang", "hi");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("बैंकिंग");
});

test("all tabs share a session: renewed once for all, ended in one, ended in all", async ({ context }) => {
  const first = await context.newPage();
  await signIn(first, "bela");
  const second = await context.newPage();
  await second.goto("/account");
  const here = second.getByRole("button", { name: "Account: bela" });
  await expect(here).toBeVisible();

  // Past the half of its life, as the tabs see it.
  await first.evaluate(() => {
    const session = JSON.parse(localStorage.getItem("questrag.session") ?? "{}");
    localStorage.setItem("questrag.session", JSON.stringify({ ...session, startedAt: Date.now() - 1e9 }));
  });
  let renewals = 0;
  context.on("request", (request) => {
    if (request.url().endsWith("/auth/refresh")) renewals += 1;
  });
  await Promise.all([first.reload(), second.reload()]);
  await expect(here).toBeVisible();
  await expect(first.getByRole("button", { name: "Account: bela" })).toBeVisible();
  expect(renewals).toBe(1);

  await signOut(first, "bela");
  await expect(second).toHaveURL(/\/$/);
  await first.goto("/chat");
  await expect(first).toHaveURL(/sign-in/);
});

test.describe("once signed in", () => {
  test.use({ who: "customer" });

  test("a session that has ended on the server is said, and leads to the sign-in", async ({ page }) => {
    await page.goto("/account");
    await page.evaluate(() => {
      const stored = localStorage.getItem("questrag.session") ?? "";
      localStorage.setItem(
        "questrag.session",
        stored.replace(/("token":"[\w-]+\.[\w-]+)\.[\w-]+"/, '$1.forged"'),
      );
    });
    await page.goto("/chat");
    await expect(page).toHaveURL(/sign-in/);
    await expect(page.getByRole("status").filter({ hasText: /session/i })).toBeVisible();
  });

  test("only staff see the pages for staff", async ({ page }) => {
    await page.goto("/chat");
    await expect(composer(page)).toBeVisible();
    await expect(page.getByRole("link", { name: "Knowledge" })).toHaveCount(0);
    await page.goto("/insights");
    await expect(page.getByText(/administrators|not for/i).first()).toBeVisible();
  });
});
