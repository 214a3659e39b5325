import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";

const password = "a long pass phrase";

async function register(page: Page, name: string, email = `${name}@example.com`): Promise<void> {
  await page.goto("/register");
  await page.getByLabel("User name").fill(name);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Open an account" }).click();
}

async function registered(page: Page): Promise<string> {
  const name = `reader-${Date.now().toString(36)}-${Math.floor(Math.random() * 1e6)}`;
  await register(page, name);
  await expect(page).toHaveURL(/\/chat$/);
  return name;
}

async function signOut(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: `Account: ${name}` }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
}

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
  const refused = page.waitForResponse((response) => response.status() === 422);
  await page.getByRole("button", { name: "Open an account" }).click();
  await refused;
  await expect(page.getByLabel("E-mail address")).toBeFocused();
  await expect(page.getByLabel("E-mail address")).toHaveAccessibleDescription(/not a valid e-mail/);
  await expect(page.getByLabel("User name")).toHaveValue("nospaces");
});

test("a name that is taken is said without a reload", async ({ page }) => {
  const name = await registered(page);
  await signOut(page, name);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Banking questions");
  await register(page, name, "another@example.com");
  await expect(page.getByRole("alert")).toContainText("taken");
  await expect(page.getByLabel("User name")).toHaveValue(name);
});

test("all tabs share a session: renewed once for all, ended in one, ended in all", async ({ context }) => {
  const first = await context.newPage();
  const name = await registered(first);
  const second = await context.newPage();
  await second.goto("/account");
  await expect(second.getByText(`${name}@example.com`)).toBeVisible();

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
  await expect(second.getByText(`${name}@example.com`)).toBeVisible();
  await expect(first.getByRole("button", { name: `Account: ${name}` })).toBeVisible();
  expect(renewals).toBe(1);

  await signOut(first, name);
  await expect(second).toHaveURL(/\/$/);
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

test("the keyboard alone is enough", async ({ page }) => {
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

test("the pages break no rule of their own policy, and ask nobody else for anything", async ({ page }) => {
  const said: string[] = [];
  const asked = new Set<string>();
  page.on("console", (message) => message.type() === "error" && said.push(message.text()));
  page.on("pageerror", (error) => said.push(error.message));
  page.on("request", (request) => asked.add(new URL(request.url()).origin));
  for (const path of ["/", "/sign-in", "/register"]) {
    await page.goto(path);
    await page.getByRole("heading", { level: 1 }).waitFor();
  }
  await page.getByRole("button", { name: "Open an account" }).click();
  await expect(page.getByLabel("User name")).toBeFocused();
  expect(said).toEqual([]);
  expect([...asked]).toEqual([new URL(page.url()).origin]);
});

for (const path of ["/", "/sign-in", "/register", "/nowhere"]) {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const locale of ["en-IN", "hi-IN"]) {
      test.describe(`${path}, ${colorScheme}, ${locale}`, () => {
        test.use({ colorScheme, locale });
        test("is accessible and fits a phone", async ({ page }) => {
          await page.setViewportSize({ width: 360, height: 740 });
          await page.goto(path);
          await page.getByRole("heading").first().waitFor();
          const { violations } = await new AxeBuilder({ page }).analyze();
          expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
        });
      });
    }
  }
}
