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

/** What a change starts from: the open draft, else what was approved last, also where that does not serve. */
export function wordsToChange(detail: EntryDetail): EntryBody | null {
  return openRevision(detail)?.entry ?? dueRevision(detail)?.entry ?? lastWords(detail);
}

/** Of what was approved, what is to be in force now: the latest to take effect, and of two the later one.
 *
 * For as long as the index is being made, or where it was refused, something else still is in force.
 */
export function dueRevision({ revisions }: EntryDetail, now = new Date()): RevisionView | null {
  const since = ({ effective_from }: RevisionView) =>
    effective_from ? new Date(effective_from).getTime() : 0;
  const past = revisions.filter((each) => each.stage === "published" && since(each) <= now.getTime());
  return past.reduce<RevisionView | null>((last, each) => {
    if (last === null || since(each) > since(last)) return each;
    return since(each) === since(last) && each.number > last.number ? each : last;
  }, null);
}

/** What is due and not yet what customers are answered from. */
export function comingRevision(detail: EntryDetail, now = new Date()): RevisionView | null {
  const due = dueRevision(detail, now);
  if (due === null) return null;
  const serves = due.retires ? detail.published === null : due.number === detail.published_number;
  return serves ? null : due;
}

/** Words that were once approved, and are not those that are due: what one can go back to. */
export function mayRestore(revision: RevisionView, detail: EntryDetail, now = new Date()): boolean {
  if (revision.stage !== "published" || revision.retires) return false;
  if (revision.id === dueRevision(detail, now)?.id) return false;
  return revision.effective_from === null || new Date(revision.effective_from) <= now;
}

/** One that was approved for a time that has not come. */
export function mayCallOff({ stage, effective_from }: RevisionView, now = new Date()): boolean {
  return stage === "published" && effective_from !== null && new Date(effective_from) > now;
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
