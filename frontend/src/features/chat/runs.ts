import { useSyncExternalStore } from "react";
import { newId } from "@/shared/ids";
import { ProblemError } from "@/shared/problems";
import { currentState, onSession } from "@/shared/session";
import { isRunning, newReply, nextReply, type Reply, type ReplyEvent } from "./reply";
import { type Ask, askStreaming } from "./stream";

/** A page of the chat: a conversation, or one that is about to begin and has no id yet. */
export interface Slot {
  name: string;
  conversationId: string | null;
}

interface Run {
  slotName: string;
  reply: Reply;
  stopping: AbortController;
  /** Called when the server has accepted the question, and when the reply has ended. */
  onProgress: (reply: Reply) => void;
  unwatch: () => void;
}

/** The replies under way, and the last one of each conversation. They live outside of React: somebody who looks at
 * another conversation meanwhile finds the whole answer on coming back. */
let runs: readonly Run[] = [];
const listeners = new Set<() => void>();
let frame = 0;

const LONGEST_WAIT_S = 60;

export function useReply(slot: Slot): Reply | null {
  return useSyncExternalStore(subscribe, () => replyIn(slot));
}

export function replyIn({ name, conversationId }: Slot): Reply | null {
  const own = (run: Run) =>
    run.slotName === name || (conversationId !== null && run.reply.conversationId === conversationId);
  return runs.find(own)?.reply ?? null;
}

export function begin(slot: Slot, ask: Ask, onProgress: (reply: Reply) => void): void {
  const before = replyIn(slot);
  if (isRunning(before)) return;
  if (before) forget(before.key);
  const reply = newReply(newId(), ask);
  const stopping = new AbortController();
  const run: Run = { slotName: slot.name, reply, stopping, onProgress, unwatch: endWithSession(reply.key) };
  runs = [...runs, run];
  notify();
  void follow(run);
}

/** Asks once more under the same key: a complete answer is given again, any other question is answered anew. */
export function retry(key: string): void {
  const run = runs.find((each) => each.reply.key === key);
  if (!run || isRunning(run.reply)) return;
  run.stopping = new AbortController();
  tell(run, { type: "retried" });
  void follow(run);
}

/** Lets go of the stream; the server then stops too, and keeps what was written. */
export function stop(key: string): void {
  const run = runs.find((each) => each.reply.key === key);
  if (!run || !isRunning(run.reply)) return;
  run.stopping.abort();
  tell(run, { type: "stopped" });
  run.onProgress(run.reply);
}

export function forget(key: string): void {
  runs.find((run) => run.reply.key === key)?.unwatch();
  runs = runs.filter((run) => run.reply.key !== key);
  notify();
}

/** Whoever signs in next finds nothing of the one before. */
function endWithSession(key: string): () => void {
  const began = currentState().session?.id;
  return onSession(() => {
    if (currentState().session?.id === began) return;
    runs.find((run) => run.reply.key === key)?.stopping.abort();
    forget(key);
  });
}

async function follow(run: Run): Promise<void> {
  const { signal } = run.stopping;
  const { key, ask } = run.reply;
  const deadline = Date.now() + LONGEST_WAIT_S * 1000;
  const onEvent = (event: ReplyEvent) => {
    if (signal.aborted) return;
    tell(run, event);
    if (event.type === "start") run.onProgress(run.reply);
  };
  let problem: unknown = await asked();
  for (let waitS = waitOf(problem); waitS > 0 && Date.now() < deadline; waitS = waitOf(problem)) {
    onEvent({ type: "waiting" });
    await pause(waitS * 1000, signal);
    problem = await asked();
  }
  if (signal.aborted) return;
  if (problem !== null) onEvent({ type: "broken", problem });
  run.onProgress(run.reply);

  function asked(): Promise<unknown> {
    return askStreaming(ask, { key, signal, onEvent }).then(
      () => null,
      (error: unknown) => error,
    );
  }
}

/** Seconds after which the same question may be sent again that is still being answered; 0 for any other problem. */
function waitOf(problem: unknown): number {
  return problem instanceof ProblemError && problem.status === 409 ? (problem.retryAfterS ?? 0) : 0;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function tell(run: Run, event: ReplyEvent): void {
  run.reply = nextReply(run.reply, event);
  // All that arrives within one frame is drawn in that frame. A hidden page has no frames, and is told at once.
  if (document.hidden) notify();
  else frame ||= requestAnimationFrame(notify);
}

function notify(): void {
  cancelAnimationFrame(frame);
  frame = 0;
  for (const changed of listeners) changed();
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}
