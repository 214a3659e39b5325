import { queryOptions } from "@tanstack/react-query";
import { getConversation, nextSuggestions, source, suggestions } from "@/api";
import { keys } from "@/shared/queries";
import type { ReceiptLang } from "./emergency";

const STILL_ANSWERING_MS = 2000;

/** @param leaf a version to show; null for the one that the next question continues. */
export function conversationQuery(id: string, leaf: string | null) {
  return queryOptions({
    queryKey: [...keys.conversation(id), leaf],
    queryFn: ({ signal }) =>
      getConversation({ path: { conversation_id: id }, ...(leaf !== null && { query: { leaf } }), signal }),
    // Another tab may have asked meanwhile: every return to the page looks again.
    staleTime: 0,
    refetchOnWindowFocus: true,
    refetchInterval: ({ state }) =>
      state.data?.messages.some(({ status }) => status === "pending") ? STILL_ANSWERING_MS : false,
  });
}

export function firstQuestionsQuery(lang: "en" | "hi") {
  return queryOptions({
    queryKey: ["suggestions", lang],
    queryFn: ({ signal }) => suggestions({ query: { lang }, signal }),
    staleTime: 5 * 60_000,
    retry: false,
  });
}

export function nextQuestionsQuery(turnId: string) {
  return queryOptions({
    queryKey: ["next-questions", turnId],
    queryFn: ({ signal }) => nextSuggestions({ path: { message_id: turnId }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

export function sourceQuery(entryId: string, lang: ReceiptLang) {
  return queryOptions({
    queryKey: ["source", entryId, lang],
    queryFn: ({ signal }) => source({ path: { entry_id: entryId }, query: { lang }, signal }),
  });
}
