import type { EntryBody, EntryDetail, RevisionView } from "@/api";

/** The draft that is being written or waits, if there is one. */
export function openRevision({ revisions }: EntryDetail): RevisionView | null {
  return revisions.find(({ stage }) => stage === "draft" || stage === "review") ?? null;
}

/** The words that an entry has, or had last. */
export function lastWords({ published, revisions }: EntryDetail): EntryBody | null {
  return (
    published ?? revisions.find(({ stage }) => stage === "published")?.entry ?? revisions[0]?.entry ?? null
  );
}

/** What a change starts from: the open draft, else what is published, else what was there last. */
export function wordsToChange(detail: EntryDetail): EntryBody | null {
  return openRevision(detail)?.entry ?? lastWords(detail);
}

/** Those that were once approved and are not in force now: what one can roll back to. */
export function mayRestore(revision: RevisionView, detail: EntryDetail, now = new Date()): boolean {
  if (revision.stage !== "published" || revision.retires) return false;
  if (revision.number === detail.published_number) return false;
  return revision.effective_from === null || new Date(revision.effective_from) <= now;
}

/** The revision before one in time; null for the first. */
export function before(revision: RevisionView, revisions: readonly RevisionView[]): RevisionView | null {
  const older = revisions.filter(({ number, stage }) => number < revision.number && stage !== "discarded");
  return older.reduce<RevisionView | null>(
    (last, each) => (last === null || each.number > last.number ? each : last),
    null,
  );
}

/** What is compared when nobody said: what the latest revision changed. */
export function pairToCompare(
  revisions: readonly RevisionView[],
  from: string | null,
  to: string | null,
): { from: RevisionView | null; to: RevisionView | null } {
  const chosen = revisions.find(({ number }) => String(number) === to) ?? revisions[0] ?? null;
  const other = revisions.find(({ number }) => String(number) === from);
  return { to: chosen, from: other ?? (chosen ? before(chosen, revisions) : null) };
}
