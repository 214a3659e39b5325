import type { ChatResponse, ConversationView, MessageView, ReceiptView, SourceView } from "@/api";

/** Answers for tests, as the server gives them. */
export const SOURCE: SourceView = {
  id: "cards-block-lost",
  question: "I lost my card; how do I block it?",
  source: "RBI instructions",
  as_of: "2026-11-01",
  score: 0.8,
  verbatim: true,
};

export const RECEIPT: ReceiptView = {
  policy_action: "FETCH",
  retrieval_score: 0.86,
  documents_retrieved: 1,
  llm_provider: "extractive",
  reason: "policy",
  p_fetch: 1,
  probabilities: { FETCH: 1, NO_FETCH: 0 },
  fetched: ["cards-block-lost"],
  live: [],
  cited: ["cards-block-lost"],
  sources: [SOURCE],
  tokens: {
    prompt: 300,
    completion: 100,
    always_fetch_prompt: 1000,
    saved: 700,
    counted_by: "wordpiece",
    paid: false,
    cached: 0,
    billed: 300,
  },
  timings_ms: { total: 30, generate: 1, search: 20, decide: 2, prompt: 1 },
  versions: {
    policy: "p@1",
    encoder: "e@1",
    index: "i",
    knowledge: "k",
    prompt: "2",
    model: "extractive/verbatim",
  },
  lang: "en",
  emergency: false,
  opening: null,
  degraded: [],
  citations_removed: 0,
  replaced: "",
  why: "",
  guard: [],
};

export function answerOf(id: string, given: Partial<ChatResponse> = {}): ChatResponse {
  return {
    response: "Open the app.",
    conversation_id: "c1",
    message_id: id,
    status: "answered",
    complete: true,
    sources: [SOURCE],
    metadata: RECEIPT,
    ...given,
  };
}

/** Question and answer of one turn. */
export function messagesOf(id: string, given: Partial<MessageView> = {}): MessageView[] {
  const both = {
    id,
    timestamp: "2026-11-20T10:00:00Z",
    status: "answered" as const,
    complete: true,
    problem: "",
    metadata: null,
    versions: [id],
    feedback: null,
  };
  return [
    { ...both, role: "user", content: `Question ${id}`, ...pick(given) },
    { ...both, role: "assistant", content: `Answer ${id}`, metadata: RECEIPT, ...given },
  ];
}

function pick({ status, versions }: Partial<MessageView>): Partial<MessageView> {
  return { ...(status && { status }), ...(versions && { versions }) };
}

export function conversationOf(...messages: MessageView[][]): ConversationView {
  return {
    conversation_id: "c1",
    title: "A conversation",
    created_at: "2026-11-20T10:00:00Z",
    updated_at: "2026-11-20T10:00:00Z",
    archived: false,
    pinned: false,
    messages: messages.flat(),
  };
}
