import { createParser } from "eventsource-parser";
import type {
  ChatResponse,
  DecidedEvent,
  FailedEvent,
  ReplacedEvent,
  RetrievedEvent,
  StartEvent,
  TokenEvent,
} from "@/api";
import { apiFetch } from "@/shared/client";
import { cutProblem } from "@/shared/problems";

interface EventData {
  start: StartEvent;
  decided: DecidedEvent;
  retrieved: RetrievedEvent;
  token: TokenEvent;
  replaced: ReplacedEvent;
  done: ChatResponse;
  failed: FailedEvent;
}

export type ChatEvent = { [Name in keyof EventData]: { type: Name; data: EventData[Name] } }[keyof EventData];

/** What is asked: something new, the same once more, or something else in the place of an earlier question. */
export type Ask =
  | { kind: "new"; question: string; conversationId: string | null; model: string | null }
  | { kind: "again"; question: string; turnId: string; model: string | null }
  | { kind: "edit"; question: string; turnId: string; model: string | null };

const NAMES: ReadonlySet<string> = new Set<keyof EventData>([
  "start",
  "decided",
  "retrieved",
  "token",
  "replaced",
  "done",
  "failed",
]);

/** The server says something, if only a comment, every 15 s: after three times that, the connection is dead. */
const SILENCE_MS = 45_000;

interface Asking {
  /** The same key gets the same answer, and asks nothing twice. */
  key: string;
  signal: AbortSignal;
  onEvent: (event: ChatEvent) => void;
  silenceMs?: number;
}

/** Asks, and tells every event of the answer as it comes; ends after `done` or `failed`.
 *
 * Throws: `ProblemError` for a refusal, for no network, and (`cut`) for a stream that breaks off; what an aborted
 * `fetch` throws when the caller aborted it.
 */
export async function askStreaming(ask: Ask, { key, signal, onEvent, silenceMs = SILENCE_MS }: Asking) {
  const given = new AbortController();
  const leave = () => given.abort(signal.reason);
  signal.addEventListener("abort", leave);
  if (signal.aborted) leave();
  const { path, body } = requestOf(ask);
  try {
    const response = await apiFetch(new URL(path, window.location.origin), {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": key, Accept: "text/event-stream" },
      body: JSON.stringify(body),
      signal: given.signal,
    });
    if (!response.body) throw cutProblem();
    for await (const event of eventsIn(response.body, silenceMs)) onEvent(event);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error;
  } finally {
    signal.removeEventListener("abort", leave);
    // Lets go of the connection in any case; after the end of the body it does nothing.
    given.abort();
  }
}

function requestOf(ask: Ask): { path: string; body: object } {
  const model = ask.model === null ? {} : { model: ask.model };
  switch (ask.kind) {
    case "new": {
      const conversation = ask.conversationId === null ? {} : { conversation_id: ask.conversationId };
      return { path: "/api/v1/chat/stream", body: { query: ask.question, ...conversation, ...model } };
    }
    case "again": {
      const id = encodeURIComponent(ask.turnId);
      return { path: `/api/v1/chat/messages/${id}/regenerate?stream=true`, body: model };
    }
    case "edit": {
      const id = encodeURIComponent(ask.turnId);
      const body = { query: ask.question, ...model };
      return { path: `/api/v1/chat/messages/${id}/edit?stream=true`, body };
    }
  }
}

/** The events in a body, as they come.
 *
 * Throws: `ProblemError` (`cut`) when the body ends, breaks or falls silent before the answer is at its end.
 */
export async function* eventsIn(
  body: ReadableStream<Uint8Array>,
  silenceMs = SILENCE_MS,
): AsyncGenerator<ChatEvent> {
  const found: ChatEvent[] = [];
  const parser = createParser({
    onEvent: ({ event: name, data }) => {
      const event = eventOf(name, data);
      if (event) found.push(event);
    },
  });
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await inTime(reader.read(), silenceMs).catch(() => ({
        done: true,
        value: null,
      }));
      if (done || !value) throw cutProblem();
      parser.feed(decoder.decode(value, { stream: true }));
      for (const event of found.splice(0)) {
        yield event;
        if (event.type === "done" || event.type === "failed") return;
      }
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

/** Null for an event of a name that this version of the page does not know. */
function eventOf(name: string | undefined, data: string): ChatEvent | null {
  if (name === undefined || !NAMES.has(name)) return null;
  try {
    return { type: name, data: JSON.parse(data) } as ChatEvent;
  } catch {
    throw cutProblem();
  }
}

function inTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(cutProblem()), limitMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
