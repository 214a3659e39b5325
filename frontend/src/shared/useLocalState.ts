import { useCallback, useMemo, useSyncExternalStore } from "react";
import { onStoredElsewhere, readStored, writeStored } from "./storage";

const PREFIX = "questrag.";
const listeners = new Map<string, Set<() => void>>();

/** State that survives a reload and is shared by all tabs: drafts and preferences, never anything secret.
 *
 * `null` forgets it: the initial value comes back.
 */
export function useLocalState<T>(name: string, initial: T): [T, (value: T | null) => void] {
  const key = PREFIX + name;
  const subscribe = useCallback((changed: () => void) => listen(key, changed), [key]);
  const raw = useSyncExternalStore(subscribe, () => readStored(key));
  const value = useMemo(() => parsed(raw, initial), [raw, initial]);
  const set = useCallback((next: T | null) => storeLocal(name, next), [name]);
  return [value, set];
}

export function storeLocal<T>(name: string, value: T | null): void {
  writeStored(PREFIX + name, value === null ? null : JSON.stringify(value));
  for (const changed of listeners.get(PREFIX + name) ?? []) changed();
}

export function readLocal<T>(name: string, initial: T): T {
  return parsed(readStored(PREFIX + name), initial);
}

function parsed<T>(raw: string | null, initial: T): T {
  if (raw === null) return initial;
  try {
    return JSON.parse(raw) as T;
  } catch {
    return initial;
  }
}

function listen(key: string, changed: () => void): () => void {
  const here = listeners.get(key) ?? new Set();
  listeners.set(key, here.add(changed));
  const stop = onStoredElsewhere(key, changed);
  return () => {
    here.delete(changed);
    stop();
  };
}
