/** Ids of entries may hold any sign, so they stand in the query and not in the path. */
const withId = (path: string, id: string) => `${path}?${new URLSearchParams({ id })}`;

export const paths = {
  entries: "/knowledge",
  entry: (id: string) => withId("/knowledge/entry", id),
  compare: (id: string, from: number, to: number) =>
    `${withId("/knowledge/entry", id)}&from=${from}&to=${to}#compare`,
  edit: (id: string) => withId("/knowledge/edit", id),
  fresh: "/knowledge/new",
  review: "/knowledge/review",
  draft: (draftId: string) => `/knowledge/review/${encodeURIComponent(draftId)}`,
  trial: "/knowledge/test",
  tryWith: (question: string) => `/knowledge/test?${new URLSearchParams({ question })}`,
  golden: "/knowledge/golden",
  files: "/knowledge/files",
  serving: "/knowledge/serving",
};
