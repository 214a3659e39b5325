import { expect } from "@playwright/test";
import { test } from "./people.ts";
import { answered, ask, BLOCK, composer, turn } from "./talking.ts";

test.use({ who: "customer" });

test.beforeEach(async ({ page }) => {
  await page.goto("/chat");
  await expect(composer(page)).toBeVisible();
});

test("a question gets a sourced answer, and the source is the approved entry", async ({ page }) => {
  await ask(page, BLOCK);
  await answered(page, 1);
  await expect(page).toHaveURL(/\/chat\/[0-9a-f]+/);
  const answer = turn(page, 1);
  await expect(answer.getByText("Approved answer, word for word").first()).toBeVisible();
  await answer
    .getByRole("button", { name: /^Source 1/ })
    .first()
    .click();
  const entry = page.getByRole("dialog");
  await expect(entry).toContainText("Facts as of");
  await page.keyboard.press("Escape");
  await expect(entry).toHaveCount(0);
});

test("the receipt says what was looked up and what it saved", async ({ page }) => {
  await ask(page, BLOCK);
  await answered(page, 1);
  await turn(page, 1).getByText("Why this answer").click();
  await expect(turn(page, 1)).toContainText("Looking up every time");
  await expect(turn(page, 1)).toContainText("No language model was asked");
  await expect(turn(page, 1)).toContainText("Knowledge base");
});

test("a suggestion is a question", async ({ page }) => {
  const suggestion = page.getByRole("main").getByRole("region", { name: "Often asked" }).getByRole("button");
  const question = await suggestion.first().innerText();
  await suggestion.first().click();
  await answered(page, 1);
  await expect(turn(page, 1)).toContainText(question.trim());
});

test("a conversation goes on, and is there again after a reload", async ({ page }) => {
  await ask(page, BLOCK);
  await answered(page, 1);
  await ask(page, "And how do I get a new one?");
  await answered(page, 2);
  await page.reload();
  await expect(turn(page, 1)).toContainText(BLOCK);
  await expect(turn(page, 2)).toContainText("And how do I get a new one?");
});

test("an answer is given again and a question is changed, and every version can be read", async ({
  page,
}) => {
  await ask(page, BLOCK);
  await answered(page, 1);
  await turn(page, 1).getByRole("button", { name: "Answer again" }).click();
  await expect(turn(page, 1).getByText("2/2")).toBeVisible({ timeout: 20_000 });
  await turn(page, 1).getByRole("button", { name: "Change the question" }).click();
  const edited = turn(page, 1).getByRole("textbox");
  await edited.fill("How do I open a locker?");
  await turn(page, 1).getByRole("button", { name: "Ask", exact: true }).click();
  await expect(turn(page, 1).getByText("3/3")).toBeVisible({ timeout: 20_000 });
  await turn(page, 1).getByRole("button", { name: "Earlier version" }).click();
  await expect(turn(page, 1)).toContainText(BLOCK);
  await expect(turn(page, 1).getByText("2/3")).toBeVisible();
});

test("a thumb with a reason is kept", async ({ page }) => {
  await ask(page, BLOCK);
  await answered(page, 1);
  await turn(page, 1).getByRole("button", { name: "This did not help" }).click();
  await page.getByText("Something is missing").click();
  await turn(page, 1).getByRole("button", { name: "Send", exact: true }).click();
  await expect(turn(page, 1).getByText(/Thank you/)).toBeVisible();
  await page.reload();
  await expect(turn(page, 1).getByRole("button", { name: "This did not help" })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
});

for (const [language, question, call] of [
  ["English", "Someone stole money from my account, I did not do this transaction", "Call 1930"],
  ["Hinglish", "mere account se kisi ne paise nikal liye", "1930 par call karein"],
  ["Hindi", "किसी ने मेरे खाते से पैसे निकाल लिए", "1930 पर कॉल करें"],
] as const) {
  test(`a report of fraud gets the emergency card first, in ${language}`, async ({ page }) => {
    await ask(page, question);
    await expect(turn(page, 1).getByRole("link", { name: call })).toHaveAttribute("href", "tel:1930");
  });
}

test("a person can be asked for, with a reference number", async ({ page }) => {
  await ask(page, BLOCK);
  await answered(page, 1);
  await page.getByRole("button", { name: "Talk to a person" }).first().click();
  const form = page.getByRole("dialog");
  await form.getByLabel("Your name").fill("Priya");
  await form.getByRole("button", { name: "Ask for a person" }).click();
  await expect(form.getByText("Enter a phone number or an e-mail address.")).toBeVisible();
  await form.getByLabel("Phone number or e-mail address").fill("priya@example.com");
  await form.getByRole("button", { name: "Ask for a person" }).click();
  await expect(form.getByText("Reference number")).toBeVisible();
});

test("what looks like a card number is warned of before it is sent, and hidden when it is", async ({
  page,
}) => {
  await ask(page, "my card 4111 1111 1111 1111 does not work");
  await expect(page.getByText("This looks like a card number or a code")).toBeVisible();
  await page.getByRole("button", { name: "Send as it is" }).click();
  await answered(page, 1);
  await page.reload();
  await expect(turn(page, 1)).toBeVisible();
  await expect(page.getByText("4111 1111 1111 1111")).toHaveCount(0);
});

test("scripts, pictures and two thousand signs stay text", async ({ page }) => {
  const nasty =
    '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> [x](javascript:alert(1))';
  await ask(page, nasty);
  await answered(page, 1);
  await expect(turn(page, 1)).toContainText("<script>");
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  await expect(turn(page, 1).locator("img, script, a[href^=javascript]")).toHaveCount(0);
  await ask(page, "😀".repeat(2000));
  await answered(page, 2);
});

test("a draft survives a reload and belongs to its conversation", async ({ page }) => {
  await composer(page).fill("half a quest");
  await expect(page.getByRole("button", { name: /^Account: / })).toBeVisible(); // whose it is decides who sees it again
  await page.reload();
  await expect(composer(page)).toHaveValue("half a quest");
});

test("what is typed before the page knows whose it is becomes a draft of theirs", async ({ page }) => {
  let known = () => {};
  const held = new Promise<void>((done) => {
    known = done;
  });
  await page.route("**/api/v1/auth/me", async (route) => {
    await held;
    await route.continue();
  });
  await page.reload();
  await composer(page).fill("half a quest");
  known();
  await expect(page.getByRole("button", { name: /^Account: / })).toBeVisible();
  await page.reload();
  await expect(composer(page)).toHaveValue("half a quest");
});

test("everything can be done with the keyboard alone", async ({ page }) => {
  await page.goto("/account");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await page.goto("/chat");
  await composer(page).focus();
  await page.keyboard.type(BLOCK);
  await page.keyboard.press("Enter");
  await answered(page, 1);
  await turn(page, 1).getByText("Why this answer").focus();
  await page.keyboard.press("Enter");
  await expect(turn(page, 1)).toContainText("Looking up every time");
});

test("without a network it is said, and the same question goes once there is one", async ({
  page,
  context,
}) => {
  await context.setOffline(true);
  await ask(page, BLOCK);
  await expect(page.getByText("You are offline").first()).toBeVisible();
  await expect(turn(page, 1)).toContainText("No connection");
  await context.setOffline(false);
  await turn(page, 1).getByRole("button", { name: "Try again" }).click();
  await answered(page, 1);
  await expect(page.getByRole("article")).toHaveCount(1);
});

for (const [status, title, wayOn] of [
  [403, "Not allowed", "Try again"],
  [409, "It has changed meanwhile", "Show the conversation as it is now"],
  [413, "Too large", "Change the question"],
  [422, "Something is not right yet", "Change the question"],
  [429, "Too many requests", "Try again"],
  [500, "The server made a mistake", "Try again"],
  [503, "Not available at the moment", "Try again"],
] as const) {
  test(`a refusal with ${status} is said, and leads on`, async ({ page }) => {
    const problem = { type: "about:blank", title: "x", status, detail: "", instance: "", request_id: "r" };
    const [contentType, body] = ["application/problem+json", JSON.stringify(problem)];
    await page.route("**/api/v1/chat/stream", (route) => route.fulfill({ status, contentType, body }), {
      times: 1,
    });
    await ask(page, BLOCK);
    await expect(turn(page, 1)).toContainText(title);
    await turn(page, 1).getByRole("button", { name: wayOn }).click();
    if (wayOn === "Change the question") await expect(composer(page)).toHaveValue(BLOCK);
    else if (wayOn === "Try again") await answered(page, 1);
  });
}

test("two tabs on one conversation lose nothing", async ({ page, context }) => {
  await ask(page, BLOCK);
  await answered(page, 1);
  const other = await context.newPage();
  await other.goto(page.url());
  await ask(other, "And how do I get a new one?");
  await answered(other, 2);
  await ask(page, "What does that cost?");
  await answered(page, 3);
  for (const number of [1, 2, 3]) await expect(turn(page, number)).toBeVisible();
});
