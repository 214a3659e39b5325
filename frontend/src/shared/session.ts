import { useSyncExternalStore } from "react";
import { newId } from "./ids";
import { onStoredElsewhere, readStored, writeStored } from "./storage";

const KEY = "questrag.session";
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface Session {
  /** Stays the same when the token is renewed; another one means that somebody else may have signed in. */
  id: string;
  token: string;
  startedAt: number;
  /** Milliseconds since 1970 by this browser's clock, as is `startedAt`. */
  expiresAt: number;
}

export interface SessionState {
  session: Session | null;
  /** Why there is none any more; "none" when there was none to begin with. */
  end: "none" | "signed-out" | "ended";
}

let state: SessionState = { session: readSession(), end: "none" };
let expiryTimer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

export function useSession(): SessionState {
  return useSyncExternalStore(onSession, currentState);
}

export function currentState(): SessionState {
  return state;
}

export function onSession(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}

export function startSession(given: { access_token: string; expires_in: number }): void {
  store(issued(newId(), given));
}

/** The same session, with another token. */
export function goOn(given: { access_token: string; expires_in: number }): void {
  store(issued(state.session?.id ?? newId(), given));
}

export function endSession(end: "signed-out" | "ended"): void {
  writeStored(KEY, null);
  become({ session: null, end });
}

/** The visitor has been told, or wants to go on without. */
export function forgetEnd(): void {
  if (state.end !== "none") become({ ...state, end: "none" });
}

/** Takes over what another tab did: signed in, renewed or signed out. */
export function rereadSession(): Session | null {
  const stored = readSession();
  if (stored?.token !== state.session?.token) {
    const expired = state.session !== null && state.session.expiresAt <= Date.now();
    become({ session: stored, end: stored ? "none" : expired ? "ended" : "signed-out" });
  }
  return state.session;
}

/** Keeps an eye on the clock and on the other tabs, until the returned function is called. */
export function watchSession(): () => void {
  armExpiry();
  const stop = onStoredElsewhere(KEY, rereadSession);
  return () => {
    clearTimeout(expiryTimer);
    stop();
  };
}

/** Returns the token for a request, renewed when it is past the half of its life; null when nobody is signed in.
 *
 * The server accepts the exchange of a token once. All tabs therefore queue for one lock, and whoever comes later
 * finds the new token in storage.
 */
export async function freshToken(): Promise<string | null> {
  const { session } = state;
  if (session === null) return null;
  const now = Date.now();
  if (now >= session.expiresAt) {
    endSession("ended");
    return null;
  }
  if (now < (session.startedAt + session.expiresAt) / 2) return session.token;
  return alone(() => renewed(session));
}

async function renewed(seen: Session): Promise<string | null> {
  const held = rereadSession();
  if (held === null || held.token !== seen.token) return held?.token ?? null;
  const headers = { Authorization: `Bearer ${held.token}` };
  const response = await fetch("/api/v1/auth/refresh", { method: "POST", headers }).catch(() => null);
  if (response?.ok) {
    store(issued(held.id, await response.json()));
  } else if (response?.status === 401) {
    endSession("ended");
  }
  // After any other failure the old token is still good, and the next request tries again.
  return state.session?.token ?? null;
}

let inThisTab: Promise<unknown> = Promise.resolve();

/** One at a time among all tabs; where the browser has no locks (no TLS), among all callers in this one. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  if (navigator.locks) return navigator.locks.request(KEY, () => work()) as Promise<T>;
  const mine = inThisTab.then(work, work);
  inThisTab = mine;
  return mine;
}

function issued(id: string, given: { access_token: string; expires_in: number }): Session {
  const now = Date.now();
  return { id, token: given.access_token, startedAt: now, expiresAt: now + given.expires_in * 1000 };
}

function store(session: Session): void {
  writeStored(KEY, JSON.stringify(session));
  become({ session, end: "none" });
}

function become(next: SessionState): void {
  state = next;
  armExpiry();
  for (const changed of listeners) changed();
}

function armExpiry(): void {
  clearTimeout(expiryTimer);
  if (state.session === null) return;
  const leftMs = state.session.expiresAt - Date.now();
  expiryTimer = setTimeout(expire, Math.min(Math.max(leftMs, 0), LONGEST_TIMER_MS));
}

function expire(): void {
  const session = rereadSession();
  if (session && session.expiresAt <= Date.now()) endSession("ended");
  else armExpiry();
}

function readSession(): Session | null {
  try {
    const stored = JSON.parse(readStored(KEY) ?? "null") as Session | null;
    return typeof stored?.token === "string" && typeof stored.expiresAt === "number" ? stored : null;
  } catch {
    return null;
  }
}
