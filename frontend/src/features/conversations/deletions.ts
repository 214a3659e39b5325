import { useSyncExternalStore } from "react";
import { readStored, writeStored } from "@/shared/storage";

const UNHEARD = "questrag.deletions";

/** Conversations that are gone from the list, and will be deleted when nobody takes it back. */
let hidden: ReadonlySet<string> = new Set(unheard());
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

/** Keeps a deletion that is sent as the page is left: no page hears whether it was done. */
export function leaveUnheard(id: string): void {
  writeStored(UNHEARD, [...new Set([...unheard(), id])].join(" "));
}

/** The deletions that an earlier page left, once: whoever takes them asks for them again. */
export function takeUnheard(): string[] {
  const taken = unheard();
  if (taken.length > 0) writeStored(UNHEARD, null);
  return taken;
}

function unheard(): string[] {
  return (readStored(UNHEARD) ?? "").split(" ").filter(Boolean);
}

function change(next: ReadonlySet<string>): void {
  hidden = next;
  for (const changed of listeners) changed();
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}
