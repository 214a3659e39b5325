import { zodResolver } from "@hookform/resolvers/zod";
import { useEffect, useRef, useState } from "react";
import { type UseFormReturn, useForm } from "react-hook-form";
import { discardDraft, type EntryBody, type RevisionView, submitDraft } from "@/api";
import { useReadAgain } from "../api";
import { forget, type Kept, keep, readKept, seenOf } from "./kept";
import type { Saving, Work } from "./saving";
import { useDesk } from "./useDesk";
import { useLateValues } from "./useLateValues";
import { EDITOR_SCHEMA, type EditorValues, valuesOf } from "./values";

/** What the editor begins with. */
export interface Opening {
  /** Under which this device keeps what is not saved. */
  key: string;
  user: string;
  start: EditorValues;
  /** As it was read, which also holds what the form does not show; null for a new entry. */
  entry: EntryBody | null;
  draft: RevisionView | null;
  published: EntryBody | null;
  /** Questions of customers that become golden ones when it is published. */
  golden: string[];
}

export interface Editor {
  form: UseFormReturn<EditorValues>;
  saving: Saving;
  /** What was found on this device and taken up. */
  restored: Kept | null;
  /** The values, once typing rests. */
  late: EditorValues;
  /** These three give what came of it, or null where it failed. */
  save: () => Promise<RevisionView | null>;
  submit: () => Promise<RevisionView | null>;
  discard: () => Promise<true | null>;
  /** Somebody else's version takes the place of what is in the form. */
  takeOver: () => void;
  /** What is in the form stays, and may be saved over somebody else's version. */
  keepMine: () => void;
  /** Back to what the server has. */
  startAgain: () => void;
}

const REST_MS = 600;

export function useEditor(opening: Opening): Editor {
  const form = useForm<EditorValues>({
    defaultValues: opening.start,
    resolver: zodResolver(EDITOR_SCHEMA),
    mode: "onTouched",
  });
  const desk = useDesk(form, opening);
  const late = useLateValues(form, REST_MS);
  const { restored, settle } = useKept(form, opening, desk, late);
  const readAgain = useReadAgain();
  const { draft, theirs } = desk.saving;

  const stored = async (work: Work) => {
    if (!(await form.trigger(undefined, { shouldFocus: true }))) return null;
    const sent = structuredClone(form.getValues());
    const saved = await desk.attempt(work, () => desk.write(sent));
    if (!saved) return null;
    takeIn(form, saved, sent);
    settle();
    desk.tell({ type: "saved", draft: saved, at: new Date() });
    return saved;
  };
  const after = <T>(result: T | null) => {
    if (result === null) return null;
    settle();
    readAgain();
    return result;
  };

  return {
    form,
    late,
    restored,
    saving: desk.saving,
    save: async () => after(await stored("save")),
    submit: async () => {
      const saved = form.formState.isDirty || !draft ? await stored("submit") : draft;
      if (!saved) return null;
      const sent = await desk.attempt("submit", () => submitDraft({ path: { draft_id: saved.id } }));
      if (sent) form.reset(form.getValues());
      return after(sent);
    },
    discard: async () => {
      const done = await desk.attempt("discard", async () => {
        if (draft) await discardDraft({ path: { draft_id: draft.id } });
        return true as const;
      });
      if (done) form.reset(form.getValues());
      return after(done);
    },
    takeOver: () => {
      if (theirs) form.reset(valuesOf(theirs.entry, theirs.note));
      settle();
      desk.tell({ type: "settled" });
    },
    keepMine: () => {
      const mine = structuredClone(form.getValues());
      if (theirs) form.reset(valuesOf(theirs.entry, theirs.note));
      form.reset(mine, { keepDefaultValues: true });
      desk.tell({ type: "settled" });
    },
    startAgain: () => {
      form.reset();
      settle();
    },
  };
}

/** Keeps on this device what is not saved, and brings back what was left here. */
function useKept(
  form: UseFormReturn<EditorValues>,
  { key, user, draft }: Opening,
  { saving, tell }: ReturnType<typeof useDesk>,
  late: EditorValues,
) {
  const [restored, setRestored] = useState(() => readKept(user, key));
  const { isDirty } = form.formState;
  const seen = seenOf(saving.draft);

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, with what lay here when the page was opened.
  useEffect(() => {
    if (!restored) return;
    form.reset(restored.values, { keepDefaultValues: true });
    if (draft && restored.seen !== seenOf(draft)) tell({ type: "met", theirs: draft });
  }, []);

  useEffect(() => {
    if (isDirty && !saving.theirs) keep(user, key, late, seen);
  }, [isDirty, late, user, key, seen, saving.theirs]);

  const latest = useRef<() => void>(() => undefined);
  useEffect(() => {
    latest.current = () => isDirty && !saving.theirs && keep(user, key, form.getValues(), seen);
  });
  useEffect(() => {
    const flush = () => latest.current();
    window.addEventListener("pagehide", flush);
    return () => {
      window.removeEventListener("pagehide", flush);
      flush();
    };
  }, []);

  const settle = () => {
    forget(user, key);
    setRestored(null);
  };
  return { restored, settle };
}

/** What the server stored, and on top of it what was typed while it did. */
function takeIn(form: UseFormReturn<EditorValues>, saved: RevisionView, sent: EditorValues): void {
  const now = structuredClone(form.getValues());
  form.reset(valuesOf(saved.entry, saved.note));
  for (const name of Object.keys(now) as (keyof EditorValues)[]) {
    if (JSON.stringify(now[name]) !== JSON.stringify(sent[name])) {
      form.setValue(name, now[name], { shouldDirty: true });
    }
  }
}
