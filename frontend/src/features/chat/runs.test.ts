import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Reply } from "./reply";
import { begin, forget, replyIn, retry, stop } from "./runs";
import { answerOf } from "./samples";
import type { Ask } from "./stream";

const SLOT = { name: "s1", conversationId: null };
const ASK: Ask = { kind: "new", question: "hello", conversationId: null, model: null };
const START = 'event: start\ndata: {"conversation_id":"c1","message_id":"t1"}\n\n';
const TOKEN = 'event: token\ndata: {"text":"Open"}\n\n';
const DONE = `event: done\ndata: ${JSON.stringify(answerOf("t1"))}\n\n`;

const ok = (...events: string[]) => new Response(events.join(""));
const busy = () => new Response("{}", { status: 409, headers: { "Retry-After": "1" } });

/** A server that answers each call with the next of these. */
function serve(...answers: (() => Response | Promise<Response>)[]) {
  const keys: (string | null)[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    keys.push((input as Request).headers.get("Idempotency-Key"));
    const answer = answers.shift();
    if (!answer) throw new TypeError("no more answers");
    return answer();
  });
  return keys;
}

const reply = () => replyIn(SLOT);
const until = (phase: Reply["phase"]) => vi.waitFor(() => expect(reply()?.phase).toBe(phase));

beforeEach(() => vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 20 }));
afterEach(() => {
  const left = reply();
  if (left) forget(left.key);
  vi.useRealTimers();
});

describe("a question under way", () => {
  it("tells when it is accepted and when it has ended", async () => {
    serve(() => ok(START, TOKEN, DONE));
    const told: string[] = [];
    begin(SLOT, ASK, ({ phase }) => told.push(phase));
    await until("done");
    expect(told).toEqual(["deciding", "done"]);
  });

  it("is found by its conversation as soon as that has an id", async () => {
    serve(() => ok(START, DONE));
    begin(SLOT, ASK, () => undefined);
    await until("done");
    expect(replyIn({ name: "other", conversationId: "c1" })).toBe(reply());
    expect(replyIn({ name: "other", conversationId: null })).toBeNull();
  });

  it("is tried again under the same key after a cut, and another question gets another key", async () => {
    const keys = serve(
      () => ok(START, TOKEN),
      () => ok(START, DONE),
      () => ok(START, DONE),
    );
    begin(SLOT, ASK, () => undefined);
    await until("failed");
    expect(reply()?.text).toBe("Open");
    retry(reply()?.key ?? "");
    await until("done");
    begin(SLOT, ASK, () => undefined);
    await until("done");
    await vi.waitFor(() => expect(keys).toHaveLength(3));
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it("waits as long as the server asks while it is still being answered, then takes the answer", async () => {
    const keys = serve(busy, busy, () => ok(START, DONE));
    begin(SLOT, ASK, () => undefined);
    await until("waiting");
    await vi.advanceTimersByTimeAsync(2500);
    await until("done");
    expect(new Set(keys).size).toBe(1);
    expect(keys).toHaveLength(3);
  });

  it("ends where the reader stops it", async () => {
    serve(() => new Promise<Response>(() => undefined));
    begin(SLOT, ASK, () => undefined);
    expect(reply()?.phase).toBe("sending");
    stop(reply()?.key ?? "");
    expect(reply()?.phase).toBe("stopped");
  });

  it("is not pushed aside by another one", async () => {
    serve(() => new Promise<Response>(() => undefined));
    begin(SLOT, ASK, () => undefined);
    const first = reply();
    begin(SLOT, { ...ASK, question: "second" }, () => undefined);
    expect(reply()).toBe(first);
  });
});
