import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import { changed, drafted, test } from "./curators.ts";
import { inTheme, pages, people, settled, type Theme } from "./everyPage.ts";
import { headersOf, type State } from "./people.ts";
import { answered, ask, turn } from "./talking.ts";

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

test.describe.configure({ mode: "serial" });

for (const customer of [0, 1, 2, 3]) {
  test.describe(`customer ${customer}`, () => {
    test.use({ who: "newcomer" });

    test("asks, rates and wants a person", async ({ request, storageState }) => {
      test.setTimeout(120_000);
      const headers = headersOf(storageState as State);
      for (const [place, query] of QUESTIONS.filter((_, at) => (at + customer) % 3).entries()) {
        const asked = await request.post("/api/v1/chat/", { data: { query }, headers });
        if (place % 2) continue;
        const rating = place % 4 ? { rating: "down", reason: "Something is missing" } : { rating: "up" };
        const { message_id: id } = await asked.json();
        await request.put(`/api/v1/chat/messages/${id}/feedback`, { data: rating, headers });
      }
      const data = { name: "Priya", contact: "priya@example.com", note: "I was charged twice" };
      if (customer < 2) await request.post("/api/v1/handoffs", { data, headers });
    });
  });
}

test("a curator has a draft in review", async ({ asha }) => {
  const entry = await changed(asha.api, "cards-block-lost", { source: "Card guide" });
  await drafted(asha, { ...entry, answer: `${entry.answer}\nBring the originals along.` });
});

for (const theme of ["light", "dark"] satisfies Theme[]) {
  for (const [group, who] of Object.entries(people)) {
    test.describe(`pages of a ${group}, ${theme}`, () => {
      test.use({ who });

      test("are drawn", async ({ page }) => {
        test.setTimeout(240_000);
        await inTheme(page, theme);
        for (const [name, address] of Object.entries(pages[group as keyof typeof pages])) {
          await page.goto(address);
          await settled(page);
          await page.screenshot({
            path: join(folder, `${name === "chat" ? "chat-new" : name}-${theme}.png`),
          });
        }
        if (who === "customer") await conversation(page, theme);
      });
    });
  }
}

async function conversation(page: Page, theme: Theme): Promise<void> {
  await page.goto("/chat");
  for (const [name, question] of [
    ["chat", "How do I block my debit card?"],
    ["chat-emergency", "someone took money from my account without my permission"],
  ] as const) {
    await ask(page, question);
    const number = name === "chat" ? 1 : 2;
    await answered(page, number);
    await settled(page);
    await page.screenshot({ path: join(folder, `${name}-${theme}.png`) });
  }
  await turn(page, 1).getByText("Why this answer").click();
  await expect(turn(page, 1)).toContainText("Looking up every time");
  await turn(page, 1).getByText("Why this answer").scrollIntoViewIfNeeded();
  await page.screenshot({ path: join(folder, `chat-receipt-${theme}.png`) });
  await page.setViewportSize({ width: 390, height: 844 });
  await settled(page);
  await page.screenshot({ path: join(folder, `chat-phone-${theme}.png`) });
  await page.setViewportSize({ width: 1280, height: 800 });
}
