import type { RevisionView } from "@/api";
import { ProblemError } from "@/shared/problems";

export type Work = "save" | "submit" | "discard";

/** Where the draft stands between this page and the server. */
export interface Saving {
  /** As the server holds it; null before the first save. */
  draft: RevisionView | null;
  /** What is under way. */
  work: Work | null;
  /** Somebody else's version, which this page had not seen when it wanted to save. */
  theirs: RevisionView | null;
  /** Why the last attempt failed, where that is no conflict. */
  error: unknown;
  savedAt: Date | null;
}

export type SavingEvent =
  | { type: "began"; work: Work }
  | { type: "saved"; draft: RevisionView; at: Date }
  | { type: "met"; theirs: RevisionView }
  /** The draft is gone: somebody published or discarded it. The next save begins another one. */
  | { type: "lost"; error: unknown }
  | { type: "failed"; error: unknown }
  | { type: "settled" };

export function savingOf(draft: RevisionView | null): Saving {
  return { draft, work: null, theirs: null, error: null, savedAt: null };
}

/** Pure: what one more event makes of it. */
export function nextSaving(saving: Saving, event: SavingEvent): Saving {
  switch (event.type) {
    case "began":
      return saving.work ? saving : { ...saving, work: event.work, error: null };
    case "saved":
      return { draft: event.draft, work: null, theirs: null, error: null, savedAt: event.at };
    case "met":
      return { ...saving, work: null, theirs: event.theirs, error: null };
    case "lost":
      return { ...saving, draft: null, work: null, error: event.error };
    case "failed":
      return { ...saving, work: null, error: event.error };
    case "settled":
      // From now on theirs is what has been seen; the next save goes on from there.
      return saving.theirs ? savingOf(saving.theirs) : saving;
  }
}

/** Somebody was faster: what is there now has to be seen before it may be overwritten. */
export function isConflict(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 409;
}

/** There is something to save, and no conflict to settle first. What was written to a draft that is gone can be too. */
export function maySave(saving: Saving, dirty: boolean): boolean {
  const homeless = saving.draft === null && saving.error !== null;
  return saving.theirs === null && (dirty || homeless);
}
