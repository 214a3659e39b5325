import {
  type ConversationPage,
  type ConversationSummary,
  deleteConversation,
  listConversations,
  patchConversation,
} from "@/api";
import { ProblemError } from "@/shared/problems";
import { saveFrom } from "@/shared/saveFile";

export type Format = "json" | "markdown";
export type Changes = { title?: string; archived?: boolean; pinned?: boolean };

export interface Wanted {
  q: string;
  archived: boolean;
  pinned?: boolean;
}

const PAGE = 30;

export function fetchPage(wanted: Wanted, cursor: string, signal: AbortSignal): Promise<ConversationPage> {
  const { pinned, ...rest } = wanted;
  const query = { ...rest, ...(pinned === undefined ? {} : { pinned }), cursor, limit: PAGE };
  return listConversations({ query, signal });
}

export function change(id: string, changes: Changes): Promise<ConversationSummary> {
  return patchConversation({ path: { conversation_id: id }, body: changes });
}

/** One that is gone already is as wished.
 * @param leaving the request has to outlive the page.
 */
export async function remove(id: string, leaving: boolean): Promise<void> {
  try {
    await deleteConversation({ path: { conversation_id: id }, keepalive: leaving });
  } catch (error) {
    if (!(error instanceof ProblemError && error.status === 404)) throw error;
  }
}

/** Saves the conversation as a file, under the name that the server gives it. */
export async function download(id: string, format: Format): Promise<void> {
  const path = `/api/v1/chat/conversations/${encodeURIComponent(id)}/export?format=${format}`;
  await saveFrom(path, `conversation.${format === "json" ? "json" : "md"}`);
}
