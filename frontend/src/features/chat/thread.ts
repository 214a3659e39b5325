import type { ConversationView, FeedbackView, MessageView, ReceiptView } from "@/api";
import { isRunning, type Phase, type Reply } from "./reply";

/** elsewhere: it is being answered, but not for this page. cut: it ended before its end. */
export type State = Phase | "elsewhere" | "cut" | "handed_off";

/** A question at one place of a conversation, with the version of its answer that is on show. */
export interface Turn {
  /** From 0; stays the same when another version is shown, and when a reply becomes a stored answer. */
  place: number;
  /** Null while the server has not accepted the question. */
  id: string | null;
  question: string;
  text: string;
  state: State;
  receipt: ReceiptView | null;
  feedback: FeedbackView | null;
  /** Ids of every version asked at this place, oldest first. */
  versions: readonly string[];
  askedAt: string | null;
  /** What went wrong, in the server's words. */
  problem: string;
  /** The reply behind it; null for what is only stored. */
  reply: Reply | null;
}

const stored = new WeakMap<MessageView, Turn>();

/** The turns of a stored conversation. The same messages give the same turns, so that nothing is drawn twice. */
export function turnsOf(view: ConversationView | undefined): Turn[] {
  const messages = view?.messages ?? [];
  const answers = messages.filter((message) => message.role === "assistant");
  const questions = new Map(messages.filter(({ role }) => role === "user").map((m) => [m.id, m]));
  return answers.map((answer, place) => {
    const known = stored.get(answer);
    if (known?.place === place) return known;
    const turn = turnOf(place, questions.get(answer.id), answer);
    stored.set(answer, turn);
    return turn;
  });
}

function turnOf(place: number, question: MessageView | undefined, answer: MessageView): Turn {
  return {
    place,
    id: answer.id,
    question: question?.content ?? "",
    text: answer.content,
    state: stateOf(answer),
    receipt: answer.metadata,
    feedback: answer.feedback,
    versions: answer.versions,
    askedAt: question?.timestamp ?? null,
    problem: answer.problem,
    reply: null,
  };
}

function stateOf({ status, complete }: MessageView): State {
  if (status === "pending") return "elsewhere";
  if (status === "failed") return "failed";
  if (!complete) return "cut";
  return status === "handed_off" ? "handed_off" : "done";
}

/** Puts the reply of this page in its place among the stored turns.
 *
 * @param head whether these are the turns that the next question continues; an older version on show is not.
 */
export function merged(turns: readonly Turn[], reply: Reply | null, head = true): readonly Turn[] {
  if (reply === null) return turns;
  const at = reply.turnId === null ? -1 : turns.findIndex((turn) => turn.id === reply.turnId);
  const there = turns[at];
  if (there) {
    // What the server has stored to the end is better than what was heard on the way.
    const settled = reply.phase === "done" && isAnswered(there);
    return settled ? turns : turns.with(at, overlaid(there, reply));
  }
  if (!head) return turns;
  const { ask } = reply;
  const beside = ask.kind === "new" ? -1 : turns.findIndex((turn) => turn.versions.includes(ask.turnId));
  const before = beside < 0 ? turns : turns.slice(0, beside);
  return [...before, unstored(before.length, turns[beside]?.versions ?? [], reply)];
}

function overlaid(turn: Turn, reply: Reply): Turn {
  return { ...unstored(turn.place, turn.versions, reply), askedAt: turn.askedAt, question: turn.question };
}

function unstored(place: number, versions: readonly string[], reply: Reply): Turn {
  const { answer, turnId } = reply;
  const handedOff = reply.phase === "done" && answer?.status === "handed_off";
  return {
    place,
    id: turnId,
    question: reply.ask.question,
    text: reply.text,
    state: handedOff ? "handed_off" : reply.phase,
    receipt: answer?.metadata ?? null,
    feedback: null,
    versions: turnId === null || versions.includes(turnId) ? versions : [...versions, turnId],
    askedAt: null,
    problem: "",
    reply,
  };
}

/** Whether the stored conversation has all that a reply has to give. */
export function holds(view: ConversationView | undefined, reply: Reply): boolean {
  if (reply.phase !== "done") return false;
  return turnsOf(view).some((turn) => turn.id === reply.turnId && isAnswered(turn));
}

/** The stored conversation with one answer rated. */
export function withFeedback(view: ConversationView, turnId: string, feedback: FeedbackView | null) {
  const messages = view.messages.map((message) =>
    message.id === turnId && message.role === "assistant" ? { ...message, feedback } : message,
  );
  return { ...view, messages };
}

/** Nothing more will come of it by itself. */
export function isSettled(turn: Turn): boolean {
  return turn.state !== "elsewhere" && !isRunning(turn.reply);
}

/** There is an answer, and it came to its end. */
export function isAnswered(turn: Turn): boolean {
  return turn.state === "done" || turn.state === "handed_off";
}

/** Which version is on show, from 1. */
export function versionOf(turn: Turn): { shown: number; of: number; before?: string; after?: string } {
  const at = turn.id === null ? -1 : turn.versions.indexOf(turn.id);
  const [before, after] = [turn.versions[at - 1], turn.versions[at + 1]];
  return {
    shown: at + 1,
    of: turn.versions.length,
    ...(at > 0 && before !== undefined && { before }),
    ...(at >= 0 && after !== undefined && { after }),
  };
}
