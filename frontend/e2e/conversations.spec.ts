import { expect, type Page } from "@playwright/test";
import { test } from "./people.ts";

test.use({ who: "newcomer" });

const list = (page: Page) => page.getByRole("complementary", { name: "Conversations" });

/** Ask over the API, as another device of the same person would. */
async function asked(page: Page, query: string): Promise<string> {
  const token = await page.evaluate(() => JSON.parse(localStorage.getItem("questrag.session") ?? "{}").token);
  const answer = await page.request.post("/api/v1/chat/", {
    data: { query },
    headers: { Authorization: `Bearer ${token}` },
  });
  expect(answer.status()).toBe(200);
  return (await answer.json()).conversation_id;
}

async function open(page: Page, title: string, action: string): Promise<void> {
  await list(page).getByRole("link", { name: title }).hover();
  await list(page)
    .getByRole("button", { name: `More for “${title}”` })
    .click();
  await page.getByRole("menuitem", { name: action }).click();
}

test.beforeEach(async ({ page }) => {
  await page.goto("/chat");
});

test("a conversation is renamed, pinned, archived and restored", async ({ page }) => {
  await asked(page, "How do I block my debit card?");
  await page.reload();
  await open(page, "How do I block my debit card?", "Rename");
  await page.getByRole("textbox", { name: "New title" }).fill("Lost card");
  await page.keyboard.press("Enter");
  await expect(list(page).getByRole("link", { name: "Lost card" })).toBeVisible();
  await open(page, "Lost card", "Pin");
  await expect(
    list(page).getByRole("region", { name: "Pinned" }).getByRole("link", { name: "Lost card" }),
  ).toBeVisible();
  await open(page, "Lost card", "Archive");
  await expect(list(page).getByRole("link", { name: "Lost card" })).toHaveCount(0);
  await list(page).getByRole("button", { name: "Archived" }).click();
  await open(page, "Lost card", "Restore");
  await list(page).getByRole("button", { name: "Back to all conversations" }).click();
  await page.reload();
  await expect(list(page).getByRole("link", { name: "Lost card" })).toBeVisible();
});

test("a deletion can be taken back, and holds when it is not", async ({ page }) => {
  await asked(page, "How do I open a fixed deposit?");
  await page.reload();
  await open(page, "How do I open a fixed deposit?", "Delete");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(list(page).getByRole("link", { name: "How do I open a fixed deposit?" })).toBeVisible();
  await open(page, "How do I open a fixed deposit?", "Delete");
  await page.reload(); // sooner than the chance to undo has passed
  await expect(list(page).getByText("No conversations yet")).toBeVisible();
});

test("a deletion whose request was lost as the page was left is asked for again", async ({ page }) => {
  await asked(page, "How do I open a fixed deposit?");
  const link = list(page).getByRole("link", { name: "How do I open a fixed deposit?" });
  const id = (await link.getAttribute("href"))?.split("/").pop() ?? "";
  // What an earlier page leaves of it; the request itself is the browser's and cannot be taken away from it here.
  await page.evaluate((left) => localStorage.setItem("questrag.deletions", left), id);
  const again = page.waitForResponse((response) => response.request().method() === "DELETE");
  await page.goto("/chat");
  expect((await again).status()).toBe(204);
  await expect(list(page).getByText("No conversations yet")).toBeVisible();
});

test("search looks inside messages, and what is searched for is marked in titles", async ({ page }) => {
  await asked(page, "How do I block my debit card?");
  await asked(page, "How do I get a locker?");
  await page.reload();
  await list(page).getByRole("searchbox").fill("locker");
  await expect(list(page).getByRole("link", { name: "How do I block my debit card?" })).toHaveCount(0);
  await expect(list(page).locator("mark", { hasText: "locker" })).toBeVisible();
  await list(page).getByRole("searchbox").fill("no such words 123");
  await expect(list(page).getByText("Nothing found")).toBeVisible();
});

test("the list goes on beyond the first page", async ({ page }) => {
  test.setTimeout(120_000);
  for (let n = 1; n <= 33; n += 1) await asked(page, `What is KYC, question ${n}?`);
  await page.reload();
  await expect(list(page).getByRole("link", { name: "question 33?" })).toBeVisible();
  await list(page).getByRole("link").last().scrollIntoViewIfNeeded();
  await expect(list(page).getByRole("link", { name: "question 1?" })).toHaveCount(1);
});

test("a conversation is taken along as a file", async ({ page }) => {
  await asked(page, "How do I block my debit card?");
  await page.reload();
  for (const [action, ending] of [
    ["Save as text (Markdown)", ".md"],
    ["Save as data (JSON)", ".json"],
  ] as const) {
    const download = page.waitForEvent("download");
    await open(page, "How do I block my debit card?", action);
    expect((await download).suggestedFilename()).toContain(ending);
  }
});

test("a link leads to the conversation", async ({ page }) => {
  const id = await asked(page, "How do I block my debit card?");
  await page.goto(`/chat/${id}`);
  await expect(list(page).locator('[aria-current="page"]')).toHaveText("How do I block my debit card?");
  await expect(page.getByRole("main").getByText("How do I block my debit card?").first()).toBeVisible();
});
