import type { Gap } from "@/api";

/** Where the knowledge feature shows an entry. Ids may hold any sign, so they stand in the query. */
export function entryPath(id: string): string {
  return `/knowledge/entry?${new URLSearchParams({ id })}`;
}

const MOST_GOLDEN = 10;

/** A new entry for a gap: its questions become golden ones, so that it stays closed. */
export function newEntryPath(gap: Gap): string {
  const query = new URLSearchParams({ question: gap.example });
  const different = new Set(gap.questions.map((question) => question.question));
  for (const question of [...different].slice(0, MOST_GOLDEN)) query.append("golden", question);
  return `/knowledge/new?${query}`;
}
