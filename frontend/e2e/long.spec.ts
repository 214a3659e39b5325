import { expect } from "@playwright/test";
import { headersOf, type State, test } from "./people.ts";
import { composer, turn } from "./talking.ts";

test.use({ who: "newcomer" });

const TURNS = 250;
const WHEELS = 50;
const STEP = 300;
/** Without a graphics card, while another process has the second core. */
const LONGEST_FRAME_MS = 200;
const TYPED = "the quick brown fox asks about a fixed deposit";

test("a conversation of 500 messages scrolls, and nothing that is typed meanwhile is lost", async ({
  page,
  request,
  storageState,
}) => {
  test.setTimeout(240_000);
  const headers = headersOf(storageState as State);
  let conversation: string | undefined;
  for (let n = 1; n <= TURNS; n += 1) {
    const data = { query: `What is KYC, question ${n}?`, conversation_id: conversation };
    const answer = await request.post("/api/v1/chat/", { data, headers });
    expect(answer.status()).toBe(200);
    conversation = (await answer.json()).conversation_id;
  }
  await page.goto(`/chat/${conversation}`);
  await expect(turn(page, TURNS)).toBeVisible({ timeout: 20_000 });
  await expect(turn(page, 1)).toBeAttached();

  const thread = page.getByRole("region", { name: "Conversation", exact: true });
  const place = () => thread.evaluate((element) => Math.round(element.scrollTop));
  const end = await place();
  await composer(page).focus();
  await page.mouse.move(640, 300);
  await page.evaluate(() => {
    const frames: number[] = [];
    const wheels: number[] = [];
    Object.assign(window, { frames, wheels });
    let last = performance.now();
    addEventListener("wheel", () => wheels.push(0), { passive: true });
    const next = (now: number) => {
      frames.push(now - last);
      last = now;
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  const typing = page.keyboard.type(TYPED, { delay: 40 });
  for (let n = 0; n < WHEELS; n += 1) await page.mouse.wheel(0, -STEP);
  await typing;
  await expect(composer(page)).toHaveValue(TYPED);
  // Not to the pixel: what comes into sight takes its real height.
  await expect.poll(place).toBeLessThan(end - (WHEELS * STEP) / 2);
  const { frames, wheels } = await page.evaluate(() => {
    const { frames, wheels } = window as unknown as Record<"frames" | "wheels", number[]>;
    return { frames, wheels: wheels.length };
  });
  expect(wheels).toBe(WHEELS);
  const sorted = frames.toSorted((a, b) => a - b);
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? 0;
  test
    .info()
    .annotations.push({ type: "frames", description: `n ${frames.length}, p99 ${p99.toFixed(0)} ms` });
  expect(p99).toBeLessThan(LONGEST_FRAME_MS);
});
