import { describe, expect, it, vi } from "vitest";
import { ProblemError } from "@/shared/problems";
import { answerOf } from "./samples";
import { type Ask, askStreaming, type ChatEvent, eventsIn } from "./stream";

const START = 'event: start\ndata: {"conversation_id":"c1","message_id":"t1"}\n\n';
const TOKEN = 'event: token\ndata: {"text":"नमस्ते 👋"}\n\n';
const DONE = `event: done\ndata: ${JSON.stringify(answerOf("t1"))}\n\n`;
const ASK: Ask = { kind: "new", question: "hello", conversationId: null, model: null };

function bodyOf(...chunks: (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      const encoder = new TextEncoder();
      for (const chunk of chunks)
        controller.enqueue(typeof chunk === "string" ? encoder.encode(chunk) : chunk);
      controller.close();
    },
  });
}

async function heard(body: ReadableStream<Uint8Array>, silenceMs?: number) {
  const events: ChatEvent[] = [];
  let problem: unknown = null;
  try {
    for await (const event of eventsIn(body, silenceMs)) events.push(event);
  } catch (error) {
    problem = error;
  }
  return { names: events.map(({ type }) => type), events, problem };
}

describe("the events of an answer", () => {
  it("are read however the network cuts them, even inside a character", async () => {
    const bytes = new TextEncoder().encode(START + TOKEN + DONE);
    const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte));
    const { names, events, problem } = await heard(bodyOf(...pieces));
    expect(names).toEqual(["start", "token", "done"]);
    expect(events[1]).toEqual({ type: "token", data: { text: "नमस्ते 👋" } });
    expect(problem).toBeNull();
  });

  it("may come between comments, and with names that this page does not know", async () => {
    const { names } = await heard(bodyOf(": ping\n\n", START, "event: later\ndata: {}\n\n", DONE));
    expect(names).toEqual(["start", "done"]);
  });

  it("are told up to the place where the stream breaks off, and that it did", async () => {
    const { names, problem } = await heard(bodyOf(START, TOKEN, DONE.slice(0, 40)));
    expect(names).toEqual(["start", "token"]);
    expect(problem).toMatchObject({ kind: "cut" });
  });

  it("are cut when the connection fails", async () => {
    let failing: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        failing = controller;
        controller.enqueue(new TextEncoder().encode(START));
      },
    });
    setTimeout(() => failing?.error(new TypeError("network error")), 5);
    expect((await heard(body)).problem).toMatchObject({ kind: "cut" });
  });

  it("are cut when nothing comes for too long", async () => {
    const silent = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(START)),
    });
    const { names, problem } = await heard(silent, 20);
    expect(names).toEqual(["start"]);
    expect(problem).toMatchObject({ kind: "cut" });
  });

  it("end with the last one, whatever follows", async () => {
    expect((await heard(bodyOf(START, DONE, TOKEN))).names).toEqual(["start", "done"]);
  });

  it("are cut where one cannot be read", async () => {
    expect((await heard(bodyOf(START, "event: token\ndata: {broken\n\n"))).problem).toMatchObject({
      kind: "cut",
    });
  });
});

describe("asking", () => {
  const respond = (response: () => Response | Promise<Response>) =>
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => response());
  const asking = (ask: Ask, signal = new AbortController().signal) =>
    askStreaming(ask, { key: "k1", signal, onEvent: () => undefined });

  it("sends the question with its key", async () => {
    const fetched = respond(() => new Response(bodyOf(START, DONE)));
    await asking({ ...ASK, conversationId: "c1", model: "m1" });
    const request = fetched.mock.calls[0]?.[0] as Request;
    expect(request.headers.get("Idempotency-Key")).toBe("k1");
    expect(new URL(request.url).pathname).toBe("/api/v1/chat/stream");
    expect(await request.json()).toEqual({ query: "hello", conversation_id: "c1", model: "m1" });
  });

  it("asks again, and for something else, in the place of an earlier question", async () => {
    const fetched = respond(() => new Response(bodyOf(START, DONE)));
    await asking({ kind: "again", question: "hello", turnId: "t/1", model: null });
    await asking({ kind: "edit", question: "bye", turnId: "t1", model: null });
    const urls = fetched.mock.calls.map(([request]) => new URL((request as Request).url));
    expect(urls.map(({ pathname, search }) => pathname + search)).toEqual([
      "/api/v1/chat/messages/t%2F1/regenerate?stream=true",
      "/api/v1/chat/messages/t1/edit?stream=true",
    ]);
  });

  it("throws a refusal with what the server says about it", async () => {
    const problem = { title: "Conflict", status: 409, detail: "Still being answered.", request_id: "r" };
    respond(() => new Response(JSON.stringify(problem), { status: 409, headers: { "Retry-After": "1" } }));
    await expect(asking(ASK)).rejects.toMatchObject({ status: 409, retryAfterS: 1 });
  });

  it("says that there is no network", async () => {
    respond(() => Promise.reject(new TypeError("Failed to fetch")));
    await expect(asking(ASK)).rejects.toMatchObject({ kind: "network" });
  });

  it("lets go of the connection when the reader stops, and calls that nothing else", async () => {
    const reader = new AbortController();
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
      const { signal } = input as Request;
      const start = (body: ReadableStreamDefaultController<Uint8Array>) => {
        body.enqueue(new TextEncoder().encode(START));
        signal.addEventListener("abort", () => body.error(signal.reason));
      };
      return new Response(new ReadableStream({ start }));
    });
    const asked = asking(ASK, reader.signal);
    setTimeout(() => reader.abort(), 5);
    const error = await asked.catch((reason: unknown) => reason);
    expect(error).not.toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({ name: "AbortError" });
  });
});
