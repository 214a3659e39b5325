import { expect, it } from "vitest";
import type { EntryBody, EntryDetail, RevisionView } from "@/api";
import {
  before,
  comingRevision,
  dueRevision,
  lastWords,
  mayRestore,
  openRevision,
  pairToCompare,
  wordsToChange,
} from "./revisions";

const entry = (answer: string): EntryBody => ({ id: "a", question: "Q?", answer });

const revision = (number: number, given: Partial<RevisionView> = {}): RevisionView => ({
  id: `x-${number}`,
  entry_id: "a",
  number,
  entry: entry(`answer ${number}`),
  stage: "published",
  retires: false,
  author: "asha",
  note: "",
  returned: "",
  created_at: "2026-11-01T00:00:00Z",
  changed_at: "2026-11-01T00:00:00Z",
  approved_by: "ravi",
  approved_at: "2026-11-02T00:00:00Z",
  effective_from: "2026-11-02T00:00:00Z",
  restores: null,
  golden: [],
  problems: [],
  may_approve: false,
  ...given,
});

const detail = (revisions: RevisionView[], publishedNumber: number | null): EntryDetail => ({
  id: "a",
  published: revisions.find(({ number }) => number === publishedNumber)?.entry ?? null,
  published_number: publishedNumber,
  revisions,
});

it("goes on with the open draft, else with what is published, else with what was there last", () => {
  const draft = revision(3, { stage: "draft" });
  expect(openRevision(detail([draft, revision(2)], 2))).toBe(draft);
  expect(wordsToChange(detail([draft, revision(2)], 2))).toBe(draft.entry);
  expect(wordsToChange(detail([revision(3, { stage: "discarded" }), revision(2)], 2))?.answer).toBe(
    "answer 2",
  );
  expect(lastWords(detail([revision(3, { retires: true }), revision(2)], null))?.answer).toBe("answer 3");
  expect(lastWords(detail([], null))).toBeNull();
});

it("rolls back to words that were approved and are not in force", () => {
  const future = revision(4, { effective_from: "2999-01-01T00:00:00Z" });
  const first = revision(0, { effective_from: null });
  const all = detail([future, revision(3), revision(2, { stage: "discarded" }), revision(1), first], 3);
  expect(all.revisions.filter((each) => mayRestore(each, all)).map(({ number }) => number)).toEqual([1, 0]);
  const retired = detail([revision(2, { retires: true }), revision(1)], null);
  expect(retired.revisions.filter((each) => mayRestore(each, retired)).map(({ number }) => number)).toEqual([
    1,
  ]);
});

it("tells what is due from what still serves while the index is made", () => {
  const at = (hour: number) => ({ effective_from: `2026-11-02T0${hour}:00:00Z` });
  const older = revision(3, at(1));
  const newer = revision(2, at(5));
  const served = detail([older, newer, revision(1, at(1)), revision(0, { effective_from: null })], 2);
  expect(dueRevision(served)?.number).toBe(2);
  expect(comingRevision(served)).toBeNull();
  const waiting = { ...served, published_number: 3 };
  expect(comingRevision(waiting)?.number).toBe(2);
  expect(wordsToChange(waiting)?.answer).toBe("answer 2");
  expect(mayRestore(newer, waiting)).toBe(false);
  expect(mayRestore(older, waiting)).toBe(true);
  expect(dueRevision(detail([revision(2, at(1)), revision(1, at(1))], 1))?.number).toBe(2);
  const retirement = detail([revision(1, { ...at(1), retires: true }), revision(0)], 0);
  expect(comingRevision(retirement)?.number).toBe(1);
  expect(comingRevision({ ...retirement, published: null, published_number: null })).toBeNull();
  expect(dueRevision(detail([], null))).toBeNull();
});

it("compares with the revision before, leaving out what was discarded", () => {
  const all = [revision(3), revision(2, { stage: "discarded" }), revision(1), revision(0)];
  expect(before(all[0]!, all)?.number).toBe(1);
  expect(before(all[3]!, all)).toBeNull();
});

it("compares what the address says, else the last change", () => {
  const all = [revision(3), revision(2), revision(1)];
  const numbers = (from: string | null, to: string | null) => {
    const pair = pairToCompare(all, from, to);
    return [pair.from?.number, pair.to?.number];
  };
  expect(numbers(null, null)).toEqual([2, 3]);
  expect(numbers("1", "3")).toEqual([1, 3]);
  expect(numbers("9", "2")).toEqual([1, 2]);
  expect(pairToCompare([], null, null)).toEqual({ from: null, to: null });
});
