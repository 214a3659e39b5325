import { expect, type Page, test } from "@playwright/test";
import { signIn } from "./people.ts";

/** What serves is made anew after every approval; that takes a while. */
const SERVED = { timeout: 120_000 };

test.describe.configure({ mode: "serial" });

const run = Date.now().toString(36);
const id = `test-parking-${run}`;
const question = `Where do I leave my bicycle at branch ${run}?`;

async function ask(page: Page, text: string): Promise<void> {
  await page.goto("/knowledge/test");
  await page.getByRole("textbox", { name: "Question" }).fill(text);
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByRole("heading", { name: "What is found" })).toBeVisible({ timeout: 20_000 });
}

test("entries are found by words and filters, and the address remembers both", async ({ page }) => {
  await signIn(page, "asha");
  await page.goto("/knowledge");
  await page.getByRole("searchbox").fill("lost card");
  await expect(page).toHaveURL(/q=lost\+card/);
  await page.getByLabel("Category").selectOption("cards");
  await expect(page).toHaveURL(/category=cards/);
  const found = page.getByRole("link", { name: "I lost my debit or credit card; how do I block it?" });
  await expect(found).toBeVisible();
  await page.reload();
  await expect(page.getByRole("searchbox")).toHaveValue("lost card");
  await found.click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("I lost my debit or credit card");
  await page.goBack();
  await expect(page).toHaveURL(/q=lost\+card&category=cards/);
});

test("one person writes an entry, with help, and cannot approve it", async ({ page }) => {
  await signIn(page, "asha");
  await page.goto(
    `/knowledge/new?question=${encodeURIComponent(question)}&golden=${encodeURIComponent(question)}`,
  );
  await expect(page.getByLabel("Question", { exact: true })).toHaveValue(question);
  await page.getByLabel("Category").fill("branch-services");
  await expect(page.getByLabel("Id", { exact: true })).toHaveValue(/^branch-services-leave-bicycle/);
  await page.getByLabel("Id", { exact: true }).fill(id);
  await page.getByLabel("Answer in English").fill("In the yard. Call {{customer_care_numbr}} if it is full.");
  await expect(page.getByText(/not in the bank profile/i).first()).toBeVisible();
  await page
    .getByLabel("Answer in English")
    .fill("In the yard. Call {{customer_care_number}} if it is full.");
  await expect(page.getByRole("complementary").getByText(/Call 1800/)).toBeVisible();
  await expect(page.getByText("Nothing keeps it from being sent for approval.")).toBeVisible();
  await page.getByRole("button", { name: "Save draft" }).click();
  await expect(page).toHaveURL(/knowledge\/edit/);
  await page.getByRole("button", { name: "Send for approval" }).click();
  await expect(page.getByRole("heading", { name: "You wrote this" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Approve", exact: true })).toHaveCount(0);
});

test("a second person gives it back, and then approves what was mended", async ({ page, browser }) => {
  test.setTimeout(240_000);
  await signIn(page, "bela");
  await page.goto("/knowledge/review");
  await page.getByRole("link", { name: question }).click();
  await page.getByLabel("What should change?").fill("Say that it is free.");
  await page.getByRole("button", { name: "Give back" }).click();
  await expect(page).toHaveURL(/knowledge\/review$/);

  const author = await browser.newPage();
  await signIn(author, "asha");
  await author.goto(`/knowledge/edit?id=${id}`);
  await expect(author.getByText("Say that it is free.")).toBeVisible();
  await author
    .getByLabel("Answer in English")
    .fill("In the yard, for free. Call {{customer_care_number}} if it is full.");
  await author.getByRole("button", { name: "Send for approval" }).click();
  await expect(author.getByRole("heading", { name: "You wrote this" })).toBeVisible();
  await author.close();

  await page.reload();
  await page.getByRole("link", { name: question }).click();
  await page.getByRole("button", { name: "Approve", exact: true }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Approve" }).click();
  await expect(page).toHaveURL(/knowledge\/review$/);
  await page.goto(`/knowledge/entry?id=${id}`);
  await expect(page.getByText("In force now")).toBeVisible(SERVED);
  await ask(page, question);
  await expect(page.getByText(/In the yard, for free\. Call 1800/)).toBeVisible();
  await page.goto("/knowledge/golden");
  await expect(page.getByRole("row", { name: question })).toContainText("Yes");
});

test("what is not saved is asked about, kept on the device and brought back", async ({ page }) => {
  await signIn(page, "asha");
  await page.goto(`/knowledge/entry?id=${id}`);
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await page.getByLabel("Source").fill("Branch guide");
  await expect(page.getByText("Not saved yet; kept on this device.")).toBeVisible();
  await page.getByRole("link", { name: "Review" }).click();
  const asked = page.getByRole("alertdialog", { name: "Leave without saving?" });
  await asked.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByLabel("Source")).toHaveValue("Branch guide");
  await page.getByRole("link", { name: "Review" }).click();
  await asked.getByRole("button", { name: "Leave" }).click();
  await expect(page).toHaveURL(/knowledge\/review$/);
  await page.goto(`/knowledge/edit?id=${id}`);
  await expect(page.getByText("What you had written on this device is back")).toBeVisible();
  await expect(page.getByLabel("Source")).toHaveValue("Branch guide");
  await page.getByRole("button", { name: "Discard it and start from what is saved" }).click();
  await expect(page.getByLabel("Source")).toHaveValue("");
});

test("two people who write at once lose nothing", async ({ page, browser }) => {
  await signIn(page, "asha");
  await page.goto(`/knowledge/edit?id=${id}`);
  await page.getByLabel("Source").fill("Asha's guide");
  await page.getByRole("button", { name: "Save draft" }).click();
  await expect(page.getByText(/^Saved at/)).toBeVisible();

  const other = await browser.newPage();
  await signIn(other, "bela");
  await other.goto(`/knowledge/edit?id=${id}`);
  await other.getByLabel("Source").fill("Bela's guide");
  await other.getByRole("button", { name: "Save draft" }).click();
  await expect(other.getByText(/^Saved at/)).toBeVisible();

  await page.getByLabel("Intent").fill("bicycles");
  await page.getByRole("button", { name: "Save draft" }).click();
  const conflict = page.getByRole("region", { name: "Somebody else changed this draft meanwhile" });
  await expect(conflict).toContainText("Bela's guide");
  await conflict.getByRole("button", { name: "Take theirs over" }).click();
  await expect(page.getByLabel("Source")).toHaveValue("Bela's guide");
  await expect(page.getByRole("button", { name: "Discard draft" })).toHaveCount(0);

  await other.reload();
  await other.getByRole("button", { name: "Discard draft" }).click();
  await other.getByRole("alertdialog").getByRole("button", { name: "Discard draft" }).click();
  await expect(other).toHaveURL(/knowledge\/entry/);
  await other.close();
});

test("a file is looked at first, and makes drafts only then", async ({ page }) => {
  await signIn(page, "asha");
  await page.goto("/knowledge/files");
  const line = {
    id: `${id}-imported`,
    question: `Is there a tap at branch ${run}?`,
    answer: "Yes, in the yard.",
  };
  await page.locator('input[type="file"]').setInputFiles({
    name: "entries.jsonl",
    mimeType: "application/x-ndjson",
    buffer: Buffer.from(`${JSON.stringify(line)}\nno entry at all\n`),
  });
  await expect(page.getByText(/^Line 2:/)).toBeVisible({ timeout: 20_000 });
  await page.getByRole("button", { name: "Make 1 draft" }).click();
  await expect(page.getByRole("main").getByText("1 draft made")).toBeVisible();
  await page.getByRole("link", { name: "To the drafts" }).click();
  await page.getByRole("checkbox", { name: line.question }).check();
  await page.getByRole("button", { name: "Send 1 for approval" }).click();
  await expect(page.getByRole("main").getByText("1 draft sent for approval")).toBeVisible();
});

test("words that were approved before are taken back without a second person", async ({ page }) => {
  test.setTimeout(240_000);
  await signIn(page, "asha");
  await page.goto(`/knowledge/entry?id=${id}`);
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: /retire/ }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Propose to retire" }).click();
  await expect(page.getByText("Retires the entry")).toBeVisible();
  await page.getByRole("button", { name: "Withdraw the proposal" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Withdraw the proposal" }).click();
  await expect(page).toHaveURL(/knowledge\/entry/);

  await page.goto("/knowledge/entry?id=cards-pin-change");
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await page.getByLabel("Note (optional)").fill("try");
  await page.getByLabel("Source").fill(`Guide ${run}`);
  await page.getByRole("button", { name: "Send for approval" }).click();
  await expect(page.getByRole("heading", { name: "You wrote this" })).toBeVisible();
  await page.evaluate(() => localStorage.clear());
  await signIn(page, "bela");
  await page.goto("/knowledge/review");
  await page.getByRole("link", { name: /card PIN/ }).click();
  await page.getByRole("button", { name: "Approve", exact: true }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Approve" }).click();
  await expect(page).toHaveURL(/knowledge\/review$/);
  await page.goto("/knowledge/entry?id=cards-pin-change");
  await page.getByRole("button", { name: "Go back to From the files" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Go back to it" }).click();
  await expect(page.getByText("bela went back to “From the files”")).toBeVisible();
  await expect(page.locator("li").filter({ hasText: "went back" })).toContainText("In force now", SERVED);
});
