import { useSyncExternalStore } from "react";

let spoken = { text: "", turn: 0 };
const listeners = new Set<() => void>();

/** Lets a screen reader say something when it has finished what it is saying. */
export function announce(text: string): void {
  spoken = { text, turn: spoken.turn + 1 };
  for (const changed of listeners) changed();
}

/** The one polite region of the page. */
export function LiveRegion() {
  const { text, turn } = useSyncExternalStore(subscribe, () => spoken);
  // The same text twice is said twice only when the region changes: a space does, and is silent.
  return (
    <div role="status" aria-live="polite" className="sr-only">
      {turn % 2 ? text : `${text}\u00a0`}
    </div>
  );
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}
