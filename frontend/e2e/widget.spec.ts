import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { addresses } from "./servers.ts";

/** A page of another origin, with the content policy that a careful bank has. */
async function bankPage(page: Page, attributes = ""): Promise<void> {
  const policy = `default-src 'none'; script-src ${addresses.approved}; frame-src ${addresses.approved}`;
  await page.route(`${addresses.bank}/`, (route) =>
    route.fulfill({
      contentType: "text/html",
      headers: { "Content-Security-Policy": policy },
      body: `<!doctype html><html lang="en"><title>A bank</title><main><h1>A bank</h1></main>
        <script src="${addresses.approved}/widget.js" ${attributes} async></script></html>`,
    }),
  );
  await page.goto(`${addresses.bank}/`);
}

const frame = (page: Page) => page.frameLocator("iframe");

test("a visitor of a bank's page asks without an account", async ({ page }) => {
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await bankPage(page, 'data-title="Ask us" data-accent="#ffdd00"');
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
  await bankPage(page, 'data-lang="hi" data-theme="dark"');
  await page.getByRole("button", { name: "हमसे चैट करें" }).click();
  await expect(frame(page).locator("html")).toHaveAttribute("lang", "hi");
  await expect(frame(page).locator("html")).toHaveAttribute("data-theme", "dark");
});

test("another origin cannot show it", async ({ page }) => {
  const stranger = addresses.bank.replace("127.0.0.1", "localhost");
  await page.route(`${stranger}/`, (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<title>x</title><iframe src="${addresses.approved}/widget"></iframe>`,
    }),
  );
  await page.goto(`${stranger}/`);
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
