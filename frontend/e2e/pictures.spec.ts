import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { inTheme, pages, settled, type Theme } from "./everyPage.ts";
import { asNewCustomer, signIn } from "./people.ts";

/** Draws the pictures of docs/screenshots, with some life on the pages: `PICTURES=1 npm run e2e -- pictures`. */
test.skip(!process.env.PICTURES, "only when asked for");
test.use({ viewport: { width: 1280, height: 800 } });

const folder = join(import.meta.dirname, "../../docs/screenshots");

const QUESTIONS = [
  "How do I block my debit card?",
  "card kho gaya, block kaise karu",
  "मेरा एटीएम कार्ड खो गया है",
  "What is the minimum balance?",
  "hello",
  "UPI payment failed but money was debited",
  "UPI payment fail ho gaya paise kat gaye",
  "How do I open a fixed deposit?",
  "Can I get a loan against my bitcoin wallet?",
  "loan against bitcoin milega kya",
  "Do you sell gold coins on instalments?",
  "खाते में नाम कैसे बदलें",
  "How do I update my KYC?",
  "thanks",
];

/** Somebody else sits down at the same browser. */
async function leave(page: Page): Promise<void> {
  await page.goto("/sign-in");
  await page.evaluate(() => localStorage.removeItem("questrag.session"));
}

async function token(page: Page): Promise<{ Authorization: string }> {
  const stored = await page.evaluate(() => localStorage.getItem("questrag.session") ?? "{}");
  return { Authorization: `Bearer ${JSON.parse(stored).token}` };
}

test("some customers ask, rate and want a person", async ({ page }) => {
  test.setTimeout(120_000);
  for (let customer = 0; customer < 4; customer += 1) {
    await leave(page);
    await asNewCustomer(page);
    await use(page, customer);
  }
});

/** What one of them does in a day. */
async function use(page: Page, customer: number): Promise<void> {
  const headers = await token(page);
  const asked = QUESTIONS.filter((_, place) => (place + customer) % 3);
  for (const [place, query] of asked.entries()) {
    const answer = await (await page.request.post("/api/v1/chat/", { data: { query }, headers })).json();
    if (place % 2) continue;
    const rating = place % 4 ? { rating: "down", reason: "Something is missing" } : { rating: "up" };
    await page.request.put(`/api/v1/chat/messages/${answer.message_id}/feedback`, { data: rating, headers });
  }
  const data = { name: "Priya", contact: "priya@example.com", note: "I was charged twice" };
  if (customer < 2) await page.request.post("/api/v1/handoffs", { data, headers });
}

test("a curator has a draft in review", async ({ page }) => {
  await signIn(page, "asha");
  const headers = await token(page);
  const query = { entry_id: "kyc-update" };
  const entries = await (
    await page.request.get("/api/v1/knowledge/entries?q=kyc&limit=1", { headers })
  ).json();
  const id = entries.entries[0]?.id ?? query.entry_id;
  const detail = await (await page.request.get(`/api/v1/knowledge/entry?entry_id=${id}`, { headers })).json();
  const entry = { ...detail.published, answer: `${detail.published.answer}\nBring the originals along.` };
  const draft = await page.request.post("/api/v1/knowledge/drafts", {
    data: { entry, note: "Asked twice a day" },
    headers,
  });
  expect(draft.status()).toBe(201);
  const { id: draftId } = await draft.json();
  await page.request.post(`/api/v1/knowledge/drafts/${draftId}/submit`, { headers });
});

for (const theme of ["light", "dark"] satisfies Theme[]) {
  test(`every page, ${theme}`, async ({ page }) => {
    test.setTimeout(240_000);
    await inTheme(page, theme);
    const draw = async (group: Record<string, string>) => {
      for (const [name, address] of Object.entries(group)) {
        await page.goto(address);
        await settled(page);
        await page.screenshot({ path: join(folder, `${name}-${theme}.png`) });
      }
    };
    await draw(pages.visitor);
    await asNewCustomer(page);
    await draw({ "chat-new": "/chat", account: "/account" });
    await conversation(page, theme);
    await leave(page);
    await signIn(page, "bela");
    await draw(pages.curator);
    await leave(page);
    await signIn(page, "chitra");
    await draw(pages.admin);
  });
}

async function conversation(page: Page, theme: Theme): Promise<void> {
  const turn = (number: number) => page.getByRole("article", { name: `Question ${number}` });
  const composer = page.getByRole("textbox", { name: "Your question" });
  await page.goto("/chat");
  for (const [name, question] of [
    ["chat", "How do I block my debit card?"],
    ["chat-emergency", "someone took money from my account without my permission"],
  ] as const) {
    await composer.fill(question);
    await composer.press("Enter");
    const number = name === "chat" ? 1 : 2;
    await expect(turn(number).getByRole("button", { name: "This helped" })).toBeVisible({ timeout: 20_000 });
    await settled(page);
    await page.screenshot({ path: join(folder, `${name}-${theme}.png`) });
  }
  await turn(1).getByText("Why this answer").click();
  await turn(1).getByText("Why this answer").scrollIntoViewIfNeeded();
  await page.screenshot({ path: join(folder, `chat-receipt-${theme}.png`) });
  await page.setViewportSize({ width: 390, height: 844 });
  await settled(page);
  await page.screenshot({ path: join(folder, `chat-phone-${theme}.png`) });
  await page.setViewportSize({ width: 1280, height: 800 });
}
