import { afterEach, expect, it, vi } from "vitest";
import { currentState, endSession, startSession } from "@/shared/session";
import { comeBack, providerAddress, reasonIn } from "./provider";

const BACK = new URLSearchParams({ code: "a code", state: "a state", iss: "https://login.bank.example" });

afterEach(() => endSession("signed-out"));

/** The server, at the edge of what the page can see. */
function answering(status: number, body: object) {
  const sent = vi.fn<(request: Request) => void>();
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    sent(input as Request);
    return Response.json(body, { status });
  });
  return sent;
}

it("what the provider sent back is exchanged for a session, and leads to where it was begun", async () => {
  const sent = answering(200, {
    access_token: "t",
    token_type: "bearer",
    expires_in: 60,
    next: "/knowledge?a=b",
  });

  expect(await comeBack(BACK)).toBe("/knowledge?a=b");

  const request = sent.mock.calls[0]?.[0];
  expect(await request?.json()).toEqual({
    code: "a code",
    state: "a state",
    iss: "https://login.bank.example",
  });
  expect(currentState().session?.token).toBe("t");
});

it.each(["https://evil.example", "//evil.example", "/"])("%s leads to the chat", async (next) => {
  answering(200, { access_token: "t", token_type: "bearer", expires_in: 60, next });
  expect(await comeBack(BACK)).toBe("/chat");
});

it.each([
  [401, "lost"],
  [404, "lost"],
  [409, "taken"],
  [422, "lost"],
  [429, "unavailable"],
  [503, "unavailable"],
])("a refusal with %i is told as %s", async (status, reason) => {
  answering(status, { title: "", status, detail: "In English." });
  expect(await comeBack(BACK)).toBe(`/sign-in?why=${reason}`);
  expect(currentState().session).toBeNull();
});

it.each([
  ["access_denied", "denied"],
  ["temporarily_unavailable", "unavailable"],
  ["login_required", "lost"],
  ["<script>", "lost"],
  ["", "lost"],
])("the error %s of the provider is told as %s", async (error, reason) => {
  expect(await comeBack(new URLSearchParams({ error, state: "a state" }))).toBe(`/sign-in?why=${reason}`);
});

it("an address that somebody else made signs nobody out", async () => {
  const sent = answering(401, { title: "", status: 401 });
  startSession({ access_token: "mine", expires_in: 60 });

  expect(await comeBack(BACK)).toBe("/chat");

  expect(sent).not.toHaveBeenCalled();
  expect(currentState().session?.token).toBe("mine");
});

it("the way back is a path of this site, and only known reasons are told", () => {
  expect(providerAddress("/chat/1?q=a")).toBe("/api/v1/auth/oidc/start?next=%2Fchat%2F1%3Fq%3Da");
  expect(providerAddress("//evil.example")).toBe("/api/v1/auth/oidc/start?next=%2F");
  expect(reasonIn(new URLSearchParams({ why: "taken" }))).toBe("taken");
  expect(reasonIn(new URLSearchParams({ why: "ended" }))).toBeNull();
});
