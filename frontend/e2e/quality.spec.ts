import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import type { EntryBody, GoldenList, RevisionView } from "../src/api";
import { atRest, type Curator, changed, drafted, entryOf, published, serves, test } from "./curators.ts";

/** What keeps the answers good: the test panel, golden questions, files that are looked at first. */

const PACK = "locker me gehne kaise pack karu taki safe rahe";
const RIGHT = "lockers-nominee-locker-packing-tips";
const WRONG = "lockers-nominee-locker-sharing";

async function ask({ page }: Curator, question: string): Promise<void> {
  await page.getByRole("textbox", { name: "Question", exact: true }).fill(question);
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByRole("heading", { name: "What is found" })).toBeVisible({ timeout: 60_000 });
}

test("the test panel shows hits, the decision and the answer, also with a draft", async ({
  asha,
  customerAsks,
}) => {
  test.setTimeout(120_000);
  const { page } = asha;
  const question = "Does the bank sell albums for old coins?";
  const answer = "No. Ask a dealer in coins.";
  const entry: EntryBody = {
    id: "branch-services-coin-albums",
    question,
    answer,
    category: "branch-services",
  };
  const { id } = await drafted(asha, entry, { submitted: false });
  await page.goto("/knowledge/test");
  await ask(asha, PACK);
  await expect(page.getByRole("link", { name: /^How should I pack and record jewellery/ })).toBeVisible();
  await expect(page.getByRole("meter", { name: "Score" }).first()).toHaveAttribute("aria-valuetext", /^0\.9/);
  await expect(page.getByText("Looks up entries for this question.")).toBeVisible();
  const shown = (await asha.api.post<{ answer: string }>("try", { question: PACK })).answer;
  expect(await customerAsks(PACK)).toBe(shown);

  await page.getByLabel("With a draft").selectOption({ label: `${question} · asha` });
  await ask(asha, question);
  await expect(page.getByText(answer)).toBeVisible();
  await expect(page.getByText("With the draft", { exact: true })).toBeVisible();
  expect(await customerAsks(question)).not.toContain(answer);
  await asha.api.post(`drafts/${id}/discard`);
});

test("a change that would make a golden question worse is stopped, and all goes on once it is taken back", async ({
  asha,
  bela,
  customerAsks,
}) => {
  test.setTimeout(360_000);
  const right = await customerAsks(PACK);
  await test.step("a golden question is added in the test panel", async () => {
    await asha.page.goto(`/knowledge/test?question=${encodeURIComponent(PACK)}`);
    await ask(asha, PACK);
    await asha.page.getByRole("button", { name: "This must stay so" }).click();
    await asha.page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();
    await asha.page.getByRole("link", { name: "Golden questions" }).click();
    await expect(asha.page.getByRole("row", { name: PACK })).toContainText("Yes");
  });
  try {
    const { paraphrases = [] } = await changed(asha.api, WRONG, {});
    const stolen = { paraphrases: [...paraphrases, { text: PACK, lang: "hinglish" as const }] };
    await published(asha, bela, await changed(asha.api, WRONG, stolen));
    const other = "schemes-vishwakarma-loan";
    const waiting = await published(
      asha,
      bela,
      await changed(asha.api, other, { answer: "Ask the branch." }),
    );
    await test.step("nothing serves that would make it worse", async () => {
      expect((await atRest(bela)).refused).toContain(PACK);
      expect(await customerAsks(PACK)).toBe(right);
      expect((await entryOf(bela.api, other)).published_number).toBe(0);
      await bela.page.goto("/knowledge/review");
      await bela.page.getByRole("link", { name: "Serving What is published does not serve" }).click();
      await expect(bela.page.getByText("Not served: 1 golden question would get worse")).toBeVisible();
      const row = bela.page.getByRole("table", { name: "Would get worse" }).getByRole("row", { name: PACK });
      await expect(row).toContainText(RIGHT);
      await row.getByRole("link", { name: WRONG }).click();
      await expect(
        bela.page.getByText(/^Revision \d is approved, but customers do not see it/),
      ).toBeVisible();
    });
    await test.step("taken back, it stops nobody", async () => {
      await bela.page.getByRole("button", { name: "Go back to From the files" }).click();
      await bela.page.getByRole("alertdialog").getByRole("button", { name: "Go back to it" }).click();
      await serves(bela, other, waiting.number);
      expect((await atRest(bela)).refused).toBe("");
      expect(await customerAsks(PACK)).toBe(right);
      await bela.page.goto("/knowledge/serving");
      await expect(bela.page.getByText("Passed: no golden question got worse")).toBeVisible();
      await expect(bela.page.getByText("Not served", { exact: false })).toHaveCount(0);
    });
  } finally {
    await takenBack(bela);
  }
});

/** Whatever became of the test, nothing stops what others publish after it. */
async function takenBack({ api }: Curator): Promise<void> {
  const { golden } = await api.get<GoldenList>("golden");
  for (const { id, question } of golden) if (question === PACK) await api.remove(`golden/${id}`);
  const { revisions } = await entryOf(api, WRONG);
  if (revisions[0]?.restores === null) await api.post(`entry/restore?entry_id=${WRONG}`, { number: 0 });
}

const BABY = "Is there a quiet room to feed a baby at the branch?";
const CSV = `id,question,answer,category
,${BABY},"Yes, behind the counter.",branch-services
schemes-kvp-basics,"What is Kisan Vikas Patra (KVP), and how is it different from NSC?","It doubles your money.",schemes
,${BABY},"Yes, behind the counter.",branch-services
,Who is the branch head?,,branch-services
`;

test("a file is looked at first; what it brings is drafted, sent and approved together", async ({
  asha,
  bela,
  customerAsks,
}) => {
  test.setTimeout(180_000);
  const questions = [BABY, "What is Kisan Vikas Patra (KVP), and how is it different from NSC?"];
  const drafts = async () => {
    const open = (await asha.api.get<{ drafts: RevisionView[] }>("drafts")).drafts;
    return open.filter(({ entry }) => questions.includes(entry.question));
  };
  await asha.page.goto("/knowledge/files");
  await asha.page
    .locator('input[type="file"]')
    .setInputFiles({ name: "branch.csv", mimeType: "text/csv", buffer: Buffer.from(CSV) });
  const report = asha.page.getByRole("region", { name: "What the file would do" });
  for (const [name, count] of Object.entries({ New: 1, Changed: 1, Unchanged: 0, Problems: 1 })) {
    const fact = report.locator("dl > div").filter({ has: asha.page.getByText(name, { exact: true }) });
    await expect(fact.getByRole("definition")).toHaveText(String(count));
  }
  await expect(report.getByText(/^Line 5: /)).toBeVisible();
  await expect(report.getByRole("heading", { name: "Said twice (1)" })).toBeVisible();
  await report.getByText("Show 2 changes").click();
  await expect(report.getByRole("row", { name: BABY })).toContainText("New");
  await expect(report.getByRole("row", { name: /Kisan Vikas Patra/ })).toContainText("Changed");
  expect(await drafts()).toEqual([]);

  await asha.page.getByRole("button", { name: "Make 2 drafts" }).click();
  await asha.page.getByRole("link", { name: "To the drafts" }).click();
  const choose = async (page: Page) => {
    for (const question of questions)
      await page.getByRole("checkbox", { name: `Choose: ${question}` }).check();
  };
  await choose(asha.page);
  await asha.page.getByRole("button", { name: "Send 2 for approval" }).click();
  await expect(asha.page.getByRole("main").getByText("2 drafts sent for approval")).toBeVisible();

  await bela.page.goto("/knowledge/review");
  await choose(bela.page);
  await bela.page.getByRole("button", { name: "Approve 2…" }).click();
  await bela.page.getByRole("alertdialog").getByRole("button", { name: "Approve" }).click();
  await expect(bela.page.getByRole("main").getByText("2 drafts approved")).toBeVisible();
  await serves(bela, "schemes-kvp-basics", 1);
  expect(await customerAsks(BABY)).toBe("Yes, behind the counter.");
  expect(await customerAsks("How is KVP different from NSC?")).toBe("It doubles your money.");
  expect(await drafts()).toEqual([]);
});

test("on a phone, entries are filtered and a draft is read and decided", async ({
  asha,
  browser,
  signedIn,
}) => {
  const id = "schemes-scss-early-retiree";
  const { id: draftId } = await drafted(asha, await changed(asha.api, id, { source: "Scheme rules" }));
  const size = { width: 360, height: 740 };
  const context = await browser.newContext({
    storageState: await signedIn("bela"),
    viewport: size,
    hasTouch: true,
    isMobile: true,
  });
  const page = await context.newPage();
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
  await page.goto("/knowledge");
  await page.getByRole("button", { name: "Filters" }).tap();
  await page.getByLabel("State").selectOption("review");
  const entry = page.getByRole("link", { name: /^I took voluntary retirement at 56/ });
  await expect(entry).toBeVisible();
  expect(await fits()).toBe(true);
  await entry.tap();
  await page.getByRole("link", { name: "Look at it" }).tap();
  await expect(page.getByRole("tabpanel", { name: "Changes" })).toContainText("Scheme rules");
  expect(await fits()).toBe(true);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((found) => found.id)).toEqual([]);
  await page.getByRole("button", { name: "Approve", exact: true }).tap();
  const asked = page.getByRole("alertdialog");
  await expect(asked.getByRole("button", { name: "Approve" })).toBeInViewport({ ratio: 1 });
  await asked.getByRole("button", { name: "Cancel" }).tap();
  await page.getByLabel("What should change?").fill("Name the rule.");
  await page.getByRole("button", { name: "Give back" }).tap();
  await expect(page).toHaveURL(/knowledge\/review$/);
  await expect(page.getByText("Given back: Name the rule.")).toBeVisible();
  expect(await fits()).toBe(true);
  await context.close();
  await asha.api.post(`drafts/${draftId}/discard`);
});
