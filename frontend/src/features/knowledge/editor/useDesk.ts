import { useReducer } from "react";
import type { UseFormReturn } from "react-hook-form";
import { beginDraft, changeDraft, type RevisionView } from "@/api";
import { ProblemError } from "@/shared/problems";
import { entryIfThere } from "../api";
import { openRevision } from "../entry/revisions";
import { isConflict, nextSaving, type Saving, type SavingEvent, savingOf, type Work } from "./saving";
import type { Opening } from "./useEditor";
import { type EditorValues, entryOf, placeOf } from "./values";

interface Desk {
  saving: Saving;
  tell: (event: SavingEvent) => void;
  /** Does one thing with the draft; null where it failed, which is told. */
  attempt: <T>(work: Work, does: () => Promise<T>) => Promise<T | null>;
  write: (values: EditorValues) => Promise<RevisionView>;
}

/** Keeps track of the draft that the server has, and makes sense of what it refuses. */
export function useDesk(form: UseFormReturn<EditorValues>, opening: Opening): Desk {
  const [saving, tell] = useReducer(nextSaving, opening.draft, savingOf);
  const { draft } = saving;
  const fresh = opening.entry === null && draft === null;

  async function attempt<T>(work: Work, does: () => Promise<T>): Promise<T | null> {
    if (saving.work !== null) return null;
    tell({ type: "began", work });
    try {
      return await does();
    } catch (error) {
      tell(await explained(error));
      return null;
    }
  }

  async function explained(error: unknown): Promise<SavingEvent> {
    const there = mayHaveMoved(error)
      ? await entryIfThere(form.getValues("id").trim()).catch(() => null)
      : null;
    const theirs = there && !fresh ? openRevision(there) : null;
    if (theirs) return { type: "met", theirs };
    if (there && draft) return { type: "lost", error };
    // A new entry whose id is taken has to have another one, whoever was faster.
    if (there && fresh) form.setError("id", { message: "idTaken" }, { shouldFocus: true });
    tellFields(error);
    return { type: "failed", error };
  }

  function tellFields(error: unknown): void {
    if (!(error instanceof ProblemError)) return;
    for (const { field, message } of error.fields) {
      const place = placeOf(field, form.getValues());
      if (place) form.setError(place as "question", { type: "server", message });
    }
  }

  async function write(values: EditorValues): Promise<RevisionView> {
    const body = { entry: entryOf(values, opening.entry), note: values.note.trim() };
    if (!draft) return beginDraft({ body: { ...body, golden: opening.golden, ...(fresh && { new: true }) } });
    return changeDraft({ path: { draft_id: draft.id }, body: { ...body, changed_at: draft.changed_at } });
  }

  return { saving, tell, attempt, write };
}

/** What the server says when the draft is not any more what this page knew, or is not there at all. */
function mayHaveMoved(error: unknown): boolean {
  return isConflict(error) || (error instanceof ProblemError && error.status === 404);
}
