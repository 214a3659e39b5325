import { useSyncExternalStore } from "react";

/** Conversations that are gone from the list, and will be deleted when nobody takes it back. */
let hidden: ReadonlySet<string> = new Set();
const listeners = new Set<() => void>();

export function hide(id: string): void {
  change(new Set([...hidden, id]));
}

export function show(id: string): void {
  change(new Set([...hidden].filter((each) => each !== id)));
}

export function useHidden(): ReadonlySet<string> {
  return useSyncExternalStore(subscribe, () => hidden);
}

function change(next: ReadonlySet<string>): void {
  hidden = next;
  for (const changed of listeners) changed();
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}
