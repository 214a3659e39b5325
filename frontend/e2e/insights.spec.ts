import { readFile } from "node:fs/promises";
import type { APIRequestContext, Page } from "@playwright/test";
import { expect } from "@playwright/test";
import type { Usage } from "../src/api";
import { approve, atRest, sent, test } from "./curators.ts";
import { headersOf } from "./people.ts";

/** What support managers read, and what they do about it. */

test.use({ who: "chitra" });

const GOLD = "Do you sell gold coins on monthly instalments?";

/** Two customers need something that nobody has written down. */
async function askedInVain(
  request: APIRequestContext,
  people: Parameters<typeof headersOf>[0][],
): Promise<void> {
  for (const state of people) {
    const headers = headersOf(state);
    const asked = await request.post("/api/v1/chat/", { data: { query: GOLD }, headers });
    const { message_id: id } = await asked.json();
    const data = { rating: "down", reason: "Not what I asked" };
    const rated = await request.put(`/api/v1/chat/messages/${id}/feedback`, { data, headers });
    expect(rated.ok()).toBe(true);
  }
}

const gap = (page: Page) => page.getByRole("region", { name: GOLD });

test("a gap becomes an entry with a golden question, and is put aside", async ({
  page,
  asha,
  bela,
  signedIn,
  customerAsks,
}) => {
  test.setTimeout(240_000);
  await askedInVain(page.request, [await signedIn("newcomer"), await signedIn("newcomer")]);
  await asha.page.goto("/insights/gaps");
  await expect(gap(asha.page)).toContainText("2 questions, 2 customers", { timeout: 20_000 });
  await gap(asha.page).getByRole("link", { name: "Draft an entry" }).click();
  await expect(asha.page.getByLabel("Question", { exact: true })).toHaveValue(GOLD);
  await asha.page.getByLabel("Category").fill("deposits");
  await asha.page.getByLabel("Answer in English").fill("No, the bank sells no gold coins.");
  await expect(asha.page.getByText("Nothing keeps it from being sent for approval.")).toBeVisible();
  await sent(asha);
  await approve(bela, GOLD);
  expect((await atRest(bela)).refused).toBe("");
  expect(await customerAsks(GOLD)).toBe("No, the bank sells no gold coins.");
  await bela.page.goto("/knowledge/golden");
  await expect(bela.page.getByRole("row", { name: GOLD })).toContainText("Yes");

  await asha.page.goto("/insights/gaps");
  await gap(asha.page).getByRole("button", { name: "Put aside" }).click();
  await expect(gap(asha.page)).toHaveCount(0);
  await asha.page.reload();
  await expect(asha.page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(gap(asha.page)).toHaveCount(0);
});

test("every figure of the overview is the server's, as chart, table and file", async ({
  page,
  customerAsks,
}) => {
  await customerAsks("How do I block my debit card?");
  const read = page.waitForResponse((response) => response.url().includes("/insights/usage"));
  await page.goto("/insights");
  const usage = (await (await read).json()) as Usage;
  const figure = (name: string) =>
    page
      .locator("dl > div")
      .filter({ has: page.getByText(name, { exact: true }) })
      .getByRole("definition");
  await expect(figure("Questions answered").first()).toHaveText(String(usage.turns));
  const saving = new Intl.NumberFormat("en-IN", { style: "percent", maximumFractionDigits: 1 });
  await expect(figure("Prompt tokens saved").first()).toHaveText(saving.format(usage.tokens.saving ?? 0));

  const card = page.getByRole("region", { name: "Prompt tokens by day" });
  await expect(card.getByRole("img", { name: /^Prompt tokens by day/ })).toBeVisible();
  await card.getByRole("button", { name: "Table" }).click();
  const today = usage.days.at(-1);
  await expect(card.getByRole("row").last()).toContainText(String(today?.turns));
  const download = page.waitForEvent("download");
  await card.getByRole("button", { name: "CSV" }).click();
  const file = await readFile(await (await download).path(), "utf-8");
  expect(file.trim().split(/\r?\n/)).toHaveLength(usage.days.length + 1);
});

test("a policy that passed its gate is let serve, and taken back", async ({ page }) => {
  await page.goto("/insights/policy");
  const version = page.getByRole("region").filter({ hasText: "Gate passed" });
  await version.getByRole("button", { name: "Let it serve" }).click();
  const asked = page.getByRole("alertdialog");
  await asked.getByLabel("Why").fill("better on cards");
  await asked.getByRole("button", { name: "Let it serve" }).click();
  await expect(version.getByText("Serves", { exact: true })).toBeVisible();
  const history = page.getByRole("table", { name: "History" });
  await expect(history).toContainText("by chitra: better on cards");

  await page.getByRole("button", { name: "Roll back" }).click();
  await asked.getByRole("button", { name: "Roll back" }).click();
  await expect(history).toContainText("Rolled back");
  await expect(page.getByRole("region", { name: "Shipped with the program" })).toContainText("Serves");
  await expect(page.getByRole("button", { name: "Roll back" })).toBeDisabled();
});

test("who wants a person is called back, and the request is closed", async ({ page, request, signedIn }) => {
  const headers = headersOf(await signedIn("customer"));
  const note = "Charged twice for one cup of tea";
  const data = { name: "Priya", contact: "priya@example.com", note };
  expect((await request.post("/api/v1/handoffs", { data, headers })).status()).toBe(201);
  await page.goto("/insights/requests");
  const item = page.getByRole("listitem").filter({ hasText: note });
  await item.getByRole("button", { name: "Close" }).click();
  await expect(item).toHaveCount(0);
  await page.getByLabel("Which").selectOption({ label: "Closed" });
  await expect(item.getByRole("button", { name: "Open again" })).toBeVisible();
});

test("results are those of the files, and the parts of the service say how they are", async ({ page }) => {
  await page.goto("/insights/evaluation");
  await expect(page.getByRole("table").first()).toContainText("Default");
  await expect(page.getByText(/^n = /).first()).toBeVisible();
  await page.goto("/insights/health");
  await expect(page.getByText("No language model is configured")).toBeVisible();
  await expect(page.getByText("Works").first()).toBeVisible();
});

test("curators see the gaps, and nothing of the policy", async ({ asha: { page } }) => {
  await page.goto("/insights/gaps");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.goto("/insights/policy");
  await expect(page.getByRole("button", { name: "Let it serve" })).toHaveCount(0);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Gaps");
});
