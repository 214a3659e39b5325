import { z } from "zod";
import type { RevisionView } from "@/api";
import { readLocal, storeLocal } from "@/shared/useLocalState";
import { EDITOR_SCHEMA, type EditorValues } from "./values";

/** What was written and not saved, as this device keeps it. */
export interface Kept {
  values: EditorValues;
  /** Which version of the server's draft the writer had seen; null for none. */
  seen: string | null;
  at: string;
}

const KEPT = z.object({
  values: EDITOR_SCHEMA.extend({ id: z.string() }),
  seen: z.string().nullable(),
  at: z.string(),
});

/** Several people may share a browser: what one of them writes is not for the next one. */
const nameOf = (user: string, key: string) => `knowledge.kept.${user}.${key}`;

export function readKept(user: string, key: string): Kept | null {
  return KEPT.safeParse(readLocal<unknown>(nameOf(user, key), null)).data ?? null;
}

export function keep(user: string, key: string, values: EditorValues, seen: string | null): void {
  storeLocal(nameOf(user, key), { values, seen, at: new Date().toISOString() } satisfies Kept);
}

export function forget(user: string, key: string): void {
  storeLocal(nameOf(user, key), null);
}

export function seenOf(draft: RevisionView | null): string | null {
  return draft?.changed_at ?? null;
}
