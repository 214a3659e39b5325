import { readLocal, storeLocal } from "@/shared/useLocalState";
import { secretsIn } from "./secrets";

interface Draft {
  /** Whose it is: another person at the same computer does not see it. */
  owner: string;
  text: string;
}

const NONE: Draft = { owner: "", text: "" };
const nameOf = (conversationId: string | null) => `draft.${conversationId ?? "new"}`;
const STORED = /^questrag\.draft\./;

export function readDraft(owner: string, conversationId: string | null): string {
  const draft = readLocal<Draft>(nameOf(conversationId), NONE);
  return draft.owner === owner && typeof draft.text === "string" ? draft.text : "";
}

/** Numbers and codes that nobody should type are not kept either. */
export function storeDraft(owner: string, conversationId: string | null, text: string): void {
  const keep = text.trim() !== "" && secretsIn(text).length === 0;
  storeLocal<Draft>(nameOf(conversationId), keep ? { owner, text } : null);
}

/** What one person left is not kept for the next one at the same computer.
 *
 * @param owner whose drafts stay; null for nobody's.
 */
export function forgetDrafts(owner: string | null): void {
  for (const key of storedKeys()) {
    const draft = readLocal<Draft>(key.replace("questrag.", ""), NONE);
    if (draft.owner !== owner) storeLocal(key.replace("questrag.", ""), null);
  }
}

function storedKeys(): string[] {
  try {
    return Object.keys(localStorage).filter((key) => STORED.test(key));
  } catch {
    return [];
  }
}
