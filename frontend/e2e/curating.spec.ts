import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";
import type { Serving } from "../src/api";
import {
  approve,
  atRest,
  type Curator,
  changed,
  entryPath,
  published,
  sent,
  serves,
  test,
} from "./curators.ts";

/** From a draft to what customers read, and back. Each test has entries of its own. */

test.use({ who: "customer" });

const UMBRELLA = "Does the branch lend umbrellas when it rains?";

/** Write the answer of one language. */
async function answerIn(page: Page, lang: "English" | "Hinglish" | "Hindi", text: string): Promise<void> {
  await page
    .getByRole("tab", { name: new RegExp(`^${lang}`) })
    .first()
    .click();
  await page.getByLabel(`Answer in ${lang}`).fill(text);
}

/** Write an entry in three languages about what customers asked in vain, and send it for approval. */
async function writeUmbrellas(asha: Curator): Promise<void> {
  const { page } = asha;
  await page.goto(`/knowledge/new?${new URLSearchParams({ question: UMBRELLA, golden: UMBRELLA })}`);
  await expect(page.getByLabel("Question", { exact: true })).toHaveValue(UMBRELLA);
  await page.getByLabel("Category").fill("branch-services");
  await expect(page.getByLabel("Id", { exact: true })).toHaveValue("branch-services-lend-umbrellas-rains");
  await answerIn(page, "English", "Yes, for one day. Call {{customer_care_numbr}} to keep it longer.");
  await expect(page.getByText(/Not in the bank profile|not in the bank profile/).first()).toBeVisible();
  await answerIn(page, "English", "Yes, for one day. Call {{customer_care_number}} to keep it longer.");
  await answerIn(
    page,
    "Hinglish",
    "Haan, ek din ke liye. Der ho to {{customer_care_number}} par call karein.",
  );
  await answerIn(page, "Hindi", "हाँ, एक दिन के लिए। देर हो तो {{customer_care_number}} पर कॉल करें।");
  await page.getByRole("button", { name: "Add a way to ask" }).click();
  await page.getByRole("textbox", { name: "Way 1 to ask" }).fill("baarish mein branch se chhata milega kya");
  const preview = page.getByRole("complementary");
  await expect(preview.getByText("Yes, for one day. Call 1800 000 0000 to keep it longer.")).toBeVisible();
  await preview.getByText("Hindi", { exact: true }).click();
  await expect(preview.getByText("हाँ, एक दिन के लिए। देर हो तो 1800 000 0000 पर कॉल करें।")).toBeVisible();
  await expect(page.getByText("Nothing keeps it from being sent for approval.")).toBeVisible();
  await page.getByLabel("Note (optional)").fill("Asked whenever it rains");
  await sent(asha);
}

test("what one writes and another approves answers customers in seconds, in three languages", async ({
  page,
  asha,
  bela,
  customerAsks,
}) => {
  test.setTimeout(180_000);
  await test.step("one writes, and cannot approve", async () => {
    await writeUmbrellas(asha);
    await expect(asha.page.getByRole("button", { name: "Approve", exact: true })).toHaveCount(0);
    const draftId = new URL(asha.page.url()).pathname.split("/").at(-1);
    expect(await asha.api.status(`drafts/${draftId}/approve`)).toBe(403);
  });
  await test.step("another reads and approves", async () => {
    await bela.page.goto("/knowledge/review");
    await bela.page.getByRole("link", { name: UMBRELLA }).click();
    await expect(bela.page.getByText("Asked whenever it rains")).toBeVisible();
    await expect(
      bela.page.getByText("Yes, for one day. Call 1800 000 0000 to keep it longer."),
    ).toBeVisible();
    await approve(bela, UMBRELLA);
    await expect(bela.page.getByRole("link", { name: UMBRELLA })).toHaveCount(0);
  });
  await serves(bela, "branch-services-lend-umbrellas-rains", 1);
  await bela.page.goto("/knowledge/golden");
  await expect(bela.page.getByRole("row", { name: UMBRELLA })).toContainText("Yes");
  await test.step("a customer asks", async () => {
    await page.goto("/chat");
    await page.getByRole("textbox", { name: "Your question" }).fill(UMBRELLA);
    await page.keyboard.press("Enter");
    const turn = page.getByRole("article", { name: "Question 1" });
    await expect(turn.getByText("Yes, for one day. Call 1800 000 0000 to keep it longer.")).toBeVisible();
    await expect(turn.getByText("Approved answer, word for word").first()).toBeVisible();
    expect(await customerAsks("baarish mein branch se chhata milega kya")).toBe(
      "Haan, ek din ke liye. Der ho to 1800 000 0000 par call karein.",
    );
    expect(await customerAsks("क्या बारिश में शाखा से छाता मिलता है?")).toBe(
      "हाँ, एक दिन के लिए। देर हो तो 1800 000 0000 पर कॉल करें।",
    );
  });
});

test("what is given back comes again, and what is approved for later waits for its day", async ({
  asha,
  bela,
  customerAsks,
}) => {
  const id = "schemes-dbt-lpg-subsidy";
  const question = /^My LPG gas cylinder subsidy/;
  const old = await customerAsks("LPG subsidy is not coming into my account");
  await asha.page.goto(entryPath(id));
  await asha.page.getByRole("link", { name: "Edit", exact: true }).click();
  await asha.page.getByLabel("Answer in English").fill("Ask the gas agency.");
  await sent(asha);

  await bela.page.goto("/knowledge/review");
  await bela.page.getByRole("link", { name: question }).click();
  const changes = bela.page.getByRole("tabpanel", { name: "Changes" });
  await expect(changes.getByRole("insertion").filter({ hasText: "gas agency" }).first()).toBeVisible();
  await bela.page.getByRole("button", { name: "Give back" }).click();
  await expect(bela.page.getByText("Say what should change.")).toBeVisible();
  await bela.page.getByLabel("What should change?").fill("Say which page shows the state of the subsidy.");
  await bela.page.getByRole("button", { name: "Give back" }).click();
  await expect(bela.page).toHaveURL(/knowledge\/review$/);

  await asha.page.goto("/knowledge/review");
  await asha.page.getByRole("link", { name: question }).click();
  await expect(asha.page.getByText("Say which page shows the state of the subsidy.")).toBeVisible();
  await asha.page.getByLabel("Answer in English").fill("Look at mylpg.in, then ask the gas agency.");
  await sent(asha);

  await bela.page.reload();
  await bela.page.getByRole("link", { name: question }).click();
  await bela.page.getByLabel("From a date and time").check();
  await bela.page.getByLabel("From", { exact: true }).fill(`${new Date().getFullYear() + 1}-04-01T09:00`);
  await bela.page.getByRole("button", { name: "Approve", exact: true }).click();
  const asked = bela.page.getByRole("alertdialog");
  await expect(asked).toContainText(/1 Apr \d{4}, 9:00 am/);
  await asked.getByRole("button", { name: "Approve" }).click();
  await expect(bela.page).toHaveURL(/knowledge\/review$/);

  await bela.page.goto("/knowledge/serving");
  const row = bela.page
    .getByRole("table", { name: "Approved for later" })
    .getByRole("row", { name: question });
  await expect(row).toContainText(/#1.*1 Apr/);
  await atRest(bela);
  expect(await customerAsks("LPG subsidy is not coming into my account")).toBe(old);

  await row.getByRole("link").click();
  await bela.page.getByRole("button", { name: "Call revision 1 off" }).click();
  await bela.page.getByRole("alertdialog").getByRole("button", { name: "Call it off" }).click();
  await expect(bela.page.getByText("Discarded")).toBeVisible();
  expect((await bela.api.get<Serving>("serving")).scheduled).toEqual([]);
});

test("words from before are in force again at once, and customers get them", async ({
  asha,
  bela,
  customerAsks,
}) => {
  test.setTimeout(240_000);
  const id = "schemes-nps-vatsalya";
  const asks = "What is NPS Vatsalya?";
  const old = await customerAsks(asks);
  const { number } = await published(asha, bela, await changed(asha.api, id, { answer: "It is a pension." }));
  await serves(bela, id, number);
  expect(await customerAsks(asks)).toBe("It is a pension.");

  await asha.page.goto(entryPath(id));
  await asha.page.getByRole("button", { name: "Go back to From the files" }).click();
  const asked = asha.page.getByRole("alertdialog");
  await asked.getByLabel("Why (optional)").fill("Too short");
  await asked.getByRole("button", { name: "Go back to it" }).click();
  const row = asha.page.getByRole("listitem").filter({ hasText: "asha went back to “From the files”" });
  await expect(row).toContainText("Too short");
  await expect(row).toContainText("In force now", { timeout: 100_000 });
  expect(await customerAsks(asks)).toBe(old);
});

test("a proposal to retire an entry is withdrawn, and the entry stays", async ({ asha }) => {
  await asha.page.goto(entryPath("schemes-stand-up-india-loan"));
  await asha.page.getByRole("button", { name: "More", exact: true }).click();
  await asha.page.getByRole("menuitem", { name: "Propose to retire…" }).click();
  await asha.page.getByRole("alertdialog").getByRole("button", { name: "Propose to retire" }).click();
  await expect(asha.page.getByText("Retires the entry")).toBeVisible();
  await asha.page.getByRole("button", { name: "Withdraw the proposal" }).click();
  await asha.page.getByRole("alertdialog").getByRole("button", { name: "Withdraw the proposal" }).click();
  await expect(asha.page).toHaveURL(/knowledge\/entry/);
  await expect(asha.page.getByText("Published", { exact: true })).toBeVisible();
});
