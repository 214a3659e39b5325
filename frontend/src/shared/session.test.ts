import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { apiFetch } from "./client";
import { currentState, endSession, forgetEnd, freshToken, startSession, watchSession } from "./session";

const KEY = "questrag.session";
const HOUR_S = 3600;
const HOUR_MS = HOUR_S * 1000;
let stop: () => void;

/** A server with one valid token, which it exchanges once. */
function serve(valid: string, more: (request: Request) => Response | undefined = () => undefined) {
  const seen: string[] = [];
  vi.stubGlobal("fetch", async (input: RequestInfo, init?: RequestInit) => {
    const request = new Request(new URL(typeof input === "string" ? input : input.url, location.origin), {
      ...init,
      headers: input instanceof Request ? input.headers : (init?.headers ?? {}),
    });
    const token = request.headers.get("Authorization")?.replace("Bearer ", "") ?? "";
    seen.push(`${new URL(request.url).pathname} ${token}`);
    if (token !== valid) return new Response("{}", { status: 401 });
    if (request.url.endsWith("/refresh")) {
      valid = `${token}+`;
      return Response.json({ access_token: valid, expires_in: HOUR_S });
    }
    return more(request) ?? Response.json({ ok: true });
  });
  return { seen, exchange: (next: string) => (valid = next) };
}

/** As another tab does: it writes to storage, and this one hears of it. */
function elsewhere(token: string | null, session = currentState().session): void {
  const value = token === null ? null : JSON.stringify({ ...session, token });
  if (value === null) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, value);
}

function heard(): void {
  window.dispatchEvent(new StorageEvent("storage", { key: KEY }));
}

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  startSession({ access_token: "a", expires_in: HOUR_S });
  stop = watchSession();
});

afterEach(() => {
  stop();
  endSession("signed-out");
  forgetEnd();
  vi.useRealTimers();
});

const url = `${location.origin}/api/v1/auth/me`;

it("a young token is used as it is", async () => {
  const { seen } = serve("a");
  await apiFetch(url);
  expect(seen).toEqual(["/api/v1/auth/me a"]);
});

it("a token past the half of its life is exchanged once, however many ask", async () => {
  const { seen } = serve("a");
  vi.setSystemTime(Date.now() + 0.6 * HOUR_MS);
  await Promise.all([apiFetch(url), apiFetch(url), apiFetch(url)]);
  expect(seen.filter((line) => line.startsWith("/api/v1/auth/refresh"))).toEqual(["/api/v1/auth/refresh a"]);
  expect(seen.filter((line) => line === "/api/v1/auth/me a+")).toHaveLength(3);
});

it("a token that another tab exchanged is taken over instead of exchanging it again", async () => {
  const { seen, exchange } = serve("a");
  vi.setSystemTime(Date.now() + 0.6 * HOUR_MS);
  elsewhere("b");
  exchange("b");
  expect(await freshToken()).toBe("b");
  expect(seen).toEqual([]);
});

it("a request whose token was exchanged on the way is sent again with the new one", async () => {
  const { seen, exchange } = serve("a");
  elsewhere("b");
  exchange("b");
  const response = await apiFetch(url, { method: "POST", body: "{}" });
  expect(response.ok).toBe(true);
  expect(seen).toEqual(["/api/v1/auth/me a", "/api/v1/auth/me b"]);
  expect(currentState().session?.token).toBe("b");
});

it("a token that is simply refused ends the session", async () => {
  serve("another");
  await expect(apiFetch(url)).rejects.toMatchObject({ status: 401 });
  expect(currentState()).toEqual({ session: null, end: "ended" });
  expect(localStorage.getItem(KEY)).toBeNull();
});

it("a failed exchange keeps the old token, which is still good", async () => {
  vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("no network")));
  vi.setSystemTime(Date.now() + 0.6 * HOUR_MS);
  expect(await freshToken()).toBe("a");
  expect(currentState().session).not.toBeNull();
});

it("the session ends by itself when its time is over", () => {
  vi.advanceTimersByTime(HOUR_MS + 1);
  expect(currentState()).toEqual({ session: null, end: "ended" });
});

it("signing out in one tab signs out the others", () => {
  elsewhere(null);
  heard();
  expect(currentState()).toEqual({ session: null, end: "signed-out" });
});

it("a session that another tab renewed is the same session, and a new sign-in is another", () => {
  const { session } = currentState();
  elsewhere("b");
  heard();
  expect(currentState().session?.id).toBe(session?.id);
  startSession({ access_token: "c", expires_in: HOUR_S });
  expect(currentState().session?.id).not.toBe(session?.id);
});

it("no network is a problem of its own, and a wish to stop is none", async () => {
  vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("Failed to fetch")));
  await expect(apiFetch(url)).rejects.toMatchObject({ kind: "network" });
  const stopped = apiFetch(url, { signal: AbortSignal.abort() });
  await expect(stopped).rejects.not.toMatchObject({ kind: "network" });
});
