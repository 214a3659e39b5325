import type { ChatResponse, HitView, TokenEvent } from "@/api";
import { refusedProblem } from "@/shared/problems";
import type { OpeningKind } from "./emergency";
import type { Ask, ChatEvent } from "./stream";

/** sending: not accepted yet. waiting: the server is still busy with the same question, from before. */
export type Phase =
  | "sending"
  | "waiting"
  | "deciding"
  | "searching"
  | "writing"
  | "done"
  | "stopped"
  | "failed";

/** An answer on its way, or what became of it. */
export interface Reply {
  /** The idempotency key: another try has the same. */
  key: string;
  ask: Ask;
  phase: Phase;
  conversationId: string | null;
  turnId: string | null;
  text: string;
  /** Which words for an emergency the text begins with. */
  opening: OpeningKind | null;
  hits: readonly HitView[];
  /** Why what was shown before was withdrawn; empty when nothing was. */
  replaced: string;
  answer: ChatResponse | null;
  /** What was thrown, or told by the last event; null unless the phase is `failed`. */
  problem: unknown;
}

/** What happens to a reply besides what the server tells. */
export type ReplyEvent =
  | ChatEvent
  | { type: "stopped" }
  | { type: "broken"; problem: unknown }
  | { type: "waiting" }
  | { type: "retried" };

const RUNNING: ReadonlySet<Phase> = new Set(["sending", "waiting", "deciding", "searching", "writing"]);

export function newReply(key: string, ask: Ask): Reply {
  return {
    key,
    ask,
    phase: "sending",
    conversationId: ask.kind === "new" ? ask.conversationId : null,
    turnId: null,
    text: "",
    opening: null,
    hits: [],
    replaced: "",
    answer: null,
    problem: null,
  };
}

export function isRunning(reply: Reply | null): boolean {
  return reply !== null && RUNNING.has(reply.phase);
}

/** Pure: what the reader sees after one more event. Nothing but another try wakes a reply that has ended. */
export function nextReply(reply: Reply, event: ReplyEvent): Reply {
  if (event.type === "retried") {
    return isRunning(reply) ? reply : { ...reply, phase: "sending", problem: null };
  }
  if (!isRunning(reply)) return reply;
  switch (event.type) {
    case "start":
      return begun(reply, event.data.conversation_id, event.data.message_id);
    case "decided":
      return { ...reply, phase: event.data.policy_action === "FETCH" ? "searching" : "writing" };
    case "retrieved":
      return { ...reply, phase: "writing", hits: event.data.hits };
    case "token":
      return written(reply, event.data);
    case "replaced":
      return { ...reply, phase: "writing", text: "", opening: null, replaced: event.data.why };
    case "done":
      return done(reply, event.data);
    case "failed":
      return { ...reply, phase: "failed", problem: refusedProblem(event.data.problem) };
    case "broken":
      return { ...reply, phase: "failed", problem: event.problem };
    case "stopped":
      return { ...reply, phase: "stopped" };
    case "waiting":
      return { ...reply, phase: "waiting" };
  }
}

/** What an earlier try has shown stays until the server begins anew. */
function begun(reply: Reply, conversationId: string, turnId: string): Reply {
  const fresh = newReply(reply.key, reply.ask);
  return { ...fresh, phase: "deciding", conversationId, turnId };
}

function written(reply: Reply, { text, opening }: TokenEvent): Reply {
  // While the policy still decides, an opening is all there is; the phase says what goes on behind it.
  const phase = reply.phase === "deciding" ? "deciding" : "writing";
  return { ...reply, phase, text: reply.text + text, opening: opening ?? reply.opening };
}

function done(reply: Reply, answer: ChatResponse): Reply {
  return {
    ...reply,
    phase: "done",
    text: answer.response,
    conversationId: answer.conversation_id,
    turnId: answer.message_id,
    answer,
  };
}
