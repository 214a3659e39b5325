import { describe, expect, it } from "vitest";
import { ProblemError } from "@/shared/problems";
import { isRunning, newReply, nextReply, type Reply, type ReplyEvent } from "./reply";
import { answerOf } from "./samples";
import type { Ask, ChatEvent } from "./stream";

const ASK: Ask = { kind: "new", question: "block card", conversationId: null, model: null };
const START: ChatEvent = { type: "start", data: { conversation_id: "c1", message_id: "t1" } };
const FETCH: ChatEvent = {
  type: "decided",
  data: { policy_action: "FETCH", p_fetch: 1, reason: "policy", policy: "p@1" },
};
const SKIP: ChatEvent = {
  type: "decided",
  data: { policy_action: "NO_FETCH", p_fetch: 0, reason: "small_talk", policy: "p@1" },
};
const FOUND: ChatEvent = { type: "retrieved", data: { hits: [{ id: "a", question: "A?", score: 0.9 }] } };
const DONE: ChatEvent = { type: "done", data: answerOf("t1") };
const token = (text: string): ChatEvent => ({ type: "token", data: { text } });
const OPENING: ChatEvent = { type: "token", data: { text: "Please talk to somebody", opening: "crisis" } };
const replyAfter = (...events: ReplyEvent[]): Reply => events.reduce(nextReply, newReply("k1", ASK));

describe("a reply", () => {
  it("says at each event what goes on", () => {
    const phases = [START, FETCH, FOUND, token("Open"), DONE].map(
      (_, n, all) => replyAfter(...all.slice(0, n + 1)).phase,
    );
    expect(phases).toEqual(["deciding", "searching", "writing", "writing", "done"]);
    expect(replyAfter(START, SKIP).phase).toBe("writing");
  });

  it("knows its conversation and turn from the start", () => {
    expect(replyAfter(START)).toMatchObject({ conversationId: "c1", turnId: "t1" });
  });

  it("shows the pieces joined, and at the end what the server stored", () => {
    expect(replyAfter(START, SKIP, token("Open "), token("the")).text).toBe("Open the");
    expect(replyAfter(START, SKIP, token("Open "), DONE).text).toBe("Open the app.");
  });

  it("withdraws everything when it is replaced, and says why", () => {
    const reply = replyAfter(START, FETCH, FOUND, token("It costs ₹ 999."), {
      type: "replaced",
      data: { why: "a figure that no source gives" },
    });
    expect(reply).toMatchObject({ text: "", replaced: "a figure that no source gives", phase: "writing" });
    expect(nextReply(reply, token("The approved words.")).text).toBe("The approved words.");
  });

  it("is told with the first words which emergency they are for", () => {
    const opened = replyAfter(START, OPENING);
    expect(opened).toMatchObject({ opening: "crisis", phase: "deciding" });
    expect(nextReply(nextReply(opened, FETCH), token("\n\n")).opening).toBe("crisis");
    expect(replyAfter(START, token("Open the app"))).toMatchObject({ opening: null, phase: "deciding" });
  });

  it("is told so again when what followed those words was withdrawn", () => {
    const withdrawn = replyAfter(START, OPENING, FETCH, { type: "replaced", data: { why: "a figure" } });
    expect(withdrawn.opening).toBeNull();
    expect(nextReply(withdrawn, OPENING).opening).toBe("crisis");
  });

  it("keeps what was shown when it fails, whatever the reason", () => {
    const problem = {
      type: "t",
      title: "x",
      status: 503,
      detail: "Not now.",
      instance: "/",
      request_id: "r1",
    };
    const told = replyAfter(START, FETCH, token("Half an"), { type: "failed", data: { problem } });
    expect(told).toMatchObject({ phase: "failed", text: "Half an" });
    expect(told.problem).toMatchObject({ status: 503, detail: "Not now.", requestId: "r1" });
    const cut = new ProblemError("cut");
    expect(replyAfter(START, token("Half"), { type: "broken", problem: cut })).toMatchObject({
      text: "Half",
      problem: cut,
    });
  });

  it("keeps what was shown when the reader stops it, and hears nothing after that", () => {
    const stopped = replyAfter(START, SKIP, token("Half"), { type: "stopped" });
    expect(stopped).toMatchObject({ phase: "stopped", text: "Half" });
    expect(nextReply(stopped, token(" more"))).toBe(stopped);
    expect(nextReply(stopped, DONE)).toBe(stopped);
  });

  it("is tried again under the same key, and keeps its text until the server begins anew", () => {
    const failed = replyAfter(START, SKIP, token("Half"), {
      type: "broken",
      problem: new ProblemError("cut"),
    });
    const again = nextReply(failed, { type: "retried" });
    expect(again).toMatchObject({ key: "k1", phase: "sending", text: "Half", problem: null, turnId: "t1" });
    expect(nextReply(again, START)).toMatchObject({ text: "", phase: "deciding" });
  });

  it("shows a complete answer that is given again", () => {
    const again = replyAfter(
      START,
      { type: "broken", problem: null },
      { type: "retried" },
      START,
      token("Open"),
      DONE,
    );
    expect(again).toMatchObject({ phase: "done", text: "Open the app." });
  });

  it("waits while the server is still busy with the same question", () => {
    const waiting = replyAfter({ type: "waiting" });
    expect(waiting.phase).toBe("waiting");
    expect(isRunning(waiting)).toBe(true);
    expect(isRunning(replyAfter(START, DONE))).toBe(false);
  });
});
