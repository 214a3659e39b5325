import { describe, expect, it } from "vitest";
import { newReply, nextReply, type Reply } from "./reply";
import { answerOf, conversationOf, messagesOf } from "./samples";
import type { Ask } from "./stream";
import { holds, isSettled, merged, turnsOf, versionOf, withFeedback } from "./thread";

const NEW: Ask = { kind: "new", question: "And then?", conversationId: "c1", model: null };
const AGAIN: Ask = { kind: "again", question: "Question a", turnId: "a", model: null };

const replyTo = (ask: Ask): Reply => newReply("k1", ask);
const begun = (reply: Reply, id: string) =>
  nextReply(reply, { type: "start", data: { conversation_id: "c1", message_id: id } });
const done = (reply: Reply, id: string) => nextReply(begun(reply, id), { type: "done", data: answerOf(id) });
const ids = (turns: readonly { id: string | null }[]) => turns.map(({ id }) => id);

describe("the turns of a conversation", () => {
  const view = conversationOf(messagesOf("a"), messagesOf("b"));

  it("are pairs of question and answer, in order", () => {
    expect(turnsOf(view)).toMatchObject([
      { place: 0, id: "a", question: "Question a", text: "Answer a", state: "done" },
      { place: 1, id: "b", question: "Question b", text: "Answer b", state: "done" },
    ]);
  });

  it("are the same objects while their messages are the same", () => {
    const rated = withFeedback(view, "b", { rating: "up", reason: "", given_at: "2026-11-20T10:00:00Z" });
    const [before, after] = [turnsOf(view), turnsOf(rated)];
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
    expect(after[1]?.feedback?.rating).toBe("up");
  });

  it("say what became of the answer", () => {
    const states = [
      messagesOf("a", { status: "pending", complete: false, metadata: null }),
      messagesOf("b", { status: "failed", complete: false, metadata: null }),
      messagesOf("c", { complete: false, metadata: null }),
      messagesOf("d", { status: "handed_off" }),
    ].map((messages) => turnsOf(conversationOf(messages))[0]?.state);
    expect(states).toEqual(["elsewhere", "failed", "cut", "handed_off"]);
  });
});

describe("a reply among the stored turns", () => {
  const turns = turnsOf(conversationOf(messagesOf("a"), messagesOf("b")));

  it("stands at the end when it is new", () => {
    const all = merged(turns, replyTo(NEW));
    expect(ids(all)).toEqual(["a", "b", null]);
    expect(all[2]).toMatchObject({ place: 2, question: "And then?", state: "sending" });
  });

  it("takes the place of the turn that is asked again, and of all after it", () => {
    const all = merged(turns, begun(replyTo(AGAIN), "a2"));
    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject({ place: 0, id: "a2", versions: ["a", "a2"] });
  });

  it("lies over its own turn when the server shows that already", () => {
    const stored = turnsOf(
      conversationOf(
        messagesOf("a"),
        messagesOf("n", { status: "pending", complete: false, metadata: null }),
      ),
    );
    const all = merged(stored, begun(replyTo(NEW), "n"));
    expect(ids(all)).toEqual(["a", "n"]);
    expect(all[1]).toMatchObject({ state: "deciding", question: "Question n" });
  });

  it("gives way to the stored answer once that is complete", () => {
    const stored = turnsOf(conversationOf(messagesOf("a"), messagesOf("n")));
    expect(merged(stored, done(replyTo(NEW), "n"))).toBe(stored);
  });

  it("stays behind the turns that another tab has added meanwhile", () => {
    const stored = turnsOf(conversationOf(messagesOf("a"), messagesOf("b"), messagesOf("other")));
    expect(ids(merged(stored, begun(replyTo(NEW), "n")))).toEqual(["a", "b", "other", "n"]);
  });

  it("is not shown among the turns of an older version", () => {
    expect(merged(turns, begun(replyTo(NEW), "n"), false)).toBe(turns);
  });

  it("is held by the conversation when its complete answer is stored there", () => {
    const reply = done(replyTo(NEW), "n");
    expect(holds(conversationOf(messagesOf("n")), reply)).toBe(true);
    expect(holds(conversationOf(messagesOf("n", { complete: false, metadata: null })), reply)).toBe(false);
    expect(holds(conversationOf(messagesOf("a")), reply)).toBe(false);
  });

  it("is settled when nothing more will come of it", () => {
    expect(isSettled(merged([], replyTo(NEW))[0]!)).toBe(false);
    expect(isSettled(merged([], done(replyTo(NEW), "n"))[0]!)).toBe(true);
    expect(
      isSettled(
        turnsOf(conversationOf(messagesOf("a", { status: "pending", complete: false, metadata: null })))[0]!,
      ),
    ).toBe(false);
  });
});

describe("versions", () => {
  it("are counted from the oldest, with those on either side", () => {
    const [turn] = turnsOf(conversationOf(messagesOf("b", { versions: ["a", "b", "c"] })));
    expect(versionOf(turn!)).toEqual({ shown: 2, of: 3, before: "a", after: "c" });
  });
});
