/** Storage that may be blocked or full: then what is stored lasts as long as the page.
 *
 * In the widget everything is of one visit: its session must never be that of somebody who is signed in here.
 */
const inWidget = window.location.pathname === "/widget";
const memory = new Map<string, string>();

/** Throws where the browser forbids it. */
function area(): Storage {
  return inWidget ? sessionStorage : localStorage;
}

export function readStored(key: string): string | null {
  try {
    return area().getItem(key) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

export function writeStored(key: string, value: string | null): void {
  memory.delete(key);
  try {
    if (value === null) area().removeItem(key);
    else area().setItem(key, value);
  } catch {
    if (value !== null) memory.set(key, value);
  }
}

/** Calls back when another tab changes the value. Returns how to stop. */
export function onStoredElsewhere(key: string, changed: () => void): () => void {
  const listener = (event: StorageEvent) => {
    if (event.key === key || event.key === null) changed();
  };
  window.addEventListener("storage", listener);
  return () => window.removeEventListener("storage", listener);
}
