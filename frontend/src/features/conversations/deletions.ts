import { useSyncExternalStore } from "react";

/** Conversations that are gone from the list, and will be deleted when nobody takes it back. */
let waiting: ReadonlySet<string> = new Set();
const senders = new Map<string, () => void>();
const listeners = new Set<() => void>();

/** Hides a conversation; `send` is called by `finish`, or when the page goes away before that. */
export function beginDeletion(id: string, send: (goingAway: boolean) => void): void {
  senders.set(id, () => send(true));
  change(new Set([...waiting, id]));
}

/** Forgets the deletion: the conversation is in the list again. */
export function undoDeletion(id: string): void {
  senders.delete(id);
  change(new Set([...waiting].filter((each) => each !== id)));
}

/** Whether it is still to be sent; it stays hidden until `undoDeletion`. */
export function claimDeletion(id: string): boolean {
  return senders.delete(id);
}

/** Sends all that waits: there may be no later moment. */
export function sendAll(): void {
  for (const [id, send] of senders) {
    senders.delete(id);
    send();
  }
}

export function useWaitingDeletions(): ReadonlySet<string> {
  return useSyncExternalStore(subscribe, () => waiting);
}

function change(next: ReadonlySet<string>): void {
  waiting = next;
  for (const changed of listeners) changed();
}

function subscribe(changed: () => void): () => void {
  if (listeners.size === 0) window.addEventListener("pagehide", sendAll);
  listeners.add(changed);
  return () => {
    listeners.delete(changed);
    if (listeners.size === 0) window.removeEventListener("pagehide", sendAll);
  };
}
