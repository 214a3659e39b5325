import { expect } from "@playwright/test";
import { openLine } from "./line.ts";
import { freshModel, nextFromModel, timesAsked } from "./llmock.ts";
import { test } from "./people.ts";
import { addresses } from "./servers.ts";
import { ask, turn } from "./talking.ts";

test.use({ baseURL: addresses.model, who: "customer" });

const QUESTION = "How can I check my account balance?";
/** Sentences of the approved entry, so that they pass the check of what a model says. */
const REPLY = [
  "You can check your balance any time, without going to the branch. [1]",
  "Mobile banking app or net banking: the balance shows on the account page. [1]",
  "UPI app: choose your bank account, tap the balance option and enter your UPI PIN. [1]",
  "Branch: passbook update. [1]",
].join(" ");

test.beforeEach(async ({ page, request }) => {
  await freshModel(request);
  await page.goto("/chat");
});

test("an answer of a model appears as it is written, and the receipt says who wrote it", async ({
  page,
  request,
}) => {
  await nextFromModel(request, { type: "reply", text: REPLY });
  await ask(page, QUESTION);
  await expect(turn(page, 1)).toContainText("without going to the branch");
  await expect(turn(page, 1).getByRole("button", { name: "This helped" })).toBeVisible();
  await turn(page, 1).getByText("Why this answer").click();
  await expect(turn(page, 1)).toContainText("custom/peer-1");
});

test("stopping stops the server too, and what was written is kept", async ({ page, request }) => {
  await nextFromModel(
    request,
    { type: "reply", text: REPLY },
    { type: "stream_fault", kind: "stall", after_chunks: 20, stall_seconds: 15 },
  );
  await ask(page, QUESTION);
  await expect(turn(page, 1)).toContainText("without going to the branch");
  await page.getByRole("button", { name: "Stop the answer" }).click();
  await expect(turn(page, 1)).toContainText("You stopped this answer");
  await page.reload();
  await expect(turn(page, 1)).toContainText("without going to the branch");
  await expect(turn(page, 1)).toContainText("This answer broke off before its end");
});

test("a model that fails gives way to the approved text, and the answer says so", async ({
  page,
  request,
}) => {
  const failures = Array.from({ length: 8 }, () => ({ type: "fail", status: 500 }));
  await nextFromModel(request, ...failures);
  await ask(page, QUESTION);
  await expect(turn(page, 1)).toContainText("Not everything worked as set up");
  await expect(turn(page, 1).getByText("Approved answer, word for word").first()).toBeVisible();
});

test("what a model writes is text: no script, no picture, no link of its own", async ({ page, request }) => {
  const nasty = `${REPLY} <script>window.hacked=1</script> ![x](https://evil.example/x.png) [more](https://evil.example)`;
  await nextFromModel(request, { type: "reply", text: nasty });
  await ask(page, QUESTION);
  await expect(turn(page, 1).getByRole("button", { name: "This helped" })).toBeVisible();
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  await expect(turn(page, 1).locator('img, script, a[href*="evil"]')).toHaveCount(0);
});

test("the choice of a model is real: approved texts ask nobody", async ({ page, request }) => {
  await page.getByRole("combobox", { name: "Answered by" }).selectOption({ label: "Approved texts only" });
  await ask(page, QUESTION);
  await expect(turn(page, 1).getByText("Approved answer, word for word").first()).toBeVisible();
  expect(await timesAsked(request)).toBe(0);
});

test("a line that breaks is said, and trying again brings the same answer once", async ({
  page,
  request,
}) => {
  await nextFromModel(request, { type: "reply", text: REPLY });
  await page.route("**/api/v1/chat/stream", (route) => route.abort("connectionreset"), { times: 1 });
  await ask(page, QUESTION);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(turn(page, 1)).toContainText("without going to the branch");
  await expect(page.getByRole("article")).toHaveCount(1);
});

test("a line that is cut in the middle of an answer is said, and the answer is not written twice", async ({
  request,
  browser,
  signedIn,
}) => {
  const line = await openLine(addresses.model);
  const page = await browser.newPage({
    baseURL: line.origin,
    storageState: await signedIn("customer", line.origin),
  });
  await page.goto("/chat");
  const stall = { type: "stream_fault", kind: "stall", after_chunks: 20, stall_seconds: 5 };
  await nextFromModel(request, { type: "reply", text: REPLY }, stall);
  await ask(page, QUESTION);
  await expect(turn(page, 1)).toContainText("without going to the branch");
  line.cut();
  await expect(turn(page, 1)).toContainText("The connection was lost. What arrived is kept.");
  await expect(turn(page, 1)).toContainText("without going to the branch");
  await nextFromModel(request, { type: "reply", text: REPLY });
  await turn(page, 1).getByRole("button", { name: "Try again" }).click();
  await expect(turn(page, 1)).toContainText("passbook update", { timeout: 20_000 });
  await expect(page.getByRole("article")).toHaveCount(1);
  await page.close();
  line.close();
});

test("the first piece is on the screen within a tenth of a second of its arrival", async ({
  page,
  request,
}) => {
  await nextFromModel(request, { type: "reply", text: REPLY });
  await page.evaluate(() => {
    const times = { arrived: 0, shown: 0 };
    Object.assign(window, { times });
    const read = ReadableStreamDefaultReader.prototype.read;
    ReadableStreamDefaultReader.prototype.read = async function (this: ReadableStreamDefaultReader) {
      const result = await read.call(this);
      const text =
        result.value instanceof Uint8Array ? new TextDecoder().decode(result.value) : String(result.value);
      if (!times.arrived && text.includes("event: token")) times.arrived = performance.now();
      return result;
    } as typeof read;
    const look = () => {
      if (document.body.innerText.includes("You can check your balance")) times.shown = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await ask(page, QUESTION);
  await expect(turn(page, 1)).toContainText("You can check your balance");
  const { arrived, shown } = await page.evaluate(
    () => (window as unknown as { times: Record<string, number> }).times,
  );
  expect(arrived).toBeGreaterThan(0);
  expect((shown ?? 0) - (arrived ?? 0)).toBeLessThan(100);
});
