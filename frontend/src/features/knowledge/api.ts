import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import {
  type ApprovedTogether,
  addGolden,
  approveDraft,
  approveTogether,
  checkEntry,
  type DraftPage,
  discardDraft,
  type EntryBody,
  type EntryDetail,
  exportEntries,
  getDraft,
  getEntry,
  type ImportEntriesData,
  importEntries,
  type ListEntriesData,
  listDrafts,
  listEntries,
  listGolden,
  type NewGolden,
  type RevisionView,
  reindex,
  removeGolden,
  restoreEntry,
  retireEntry,
  returnDraft,
  type Serving,
  serving,
  submitDraft,
  type Trial,
  tryQuestion,
} from "@/api";
import { ProblemError } from "@/shared/problems";
import { comingRevision } from "./entry/revisions";

type EntriesQuery = NonNullable<ListEntriesData["query"]>;
export type ImportFormat = NonNullable<ImportEntriesData["query"]["format"]>;

const ALL = ["knowledge"] as const;
const keys = {
  entries: (query: EntriesQuery) => [...ALL, "entries", query] as const,
  overview: [...ALL, "overview"] as const,
  entry: (id: string) => [...ALL, "entry", id] as const,
  check: (entry: EntryBody | null) => [...ALL, "check", entry] as const,
  drafts: [...ALL, "drafts"] as const,
  draft: (id: string) => [...ALL, "draft", id] as const,
  golden: [...ALL, "golden"] as const,
  serving: [...ALL, "serving"] as const,
};

export function useEntries(query: EntriesQuery) {
  return useQuery({
    queryKey: keys.entries(query),
    queryFn: ({ signal }) => listEntries({ query, signal }),
    placeholderData: keepPreviousData,
  });
}

/** The categories in use, and how many drafts wait for a second person. */
export function useOverview() {
  return useQuery({
    queryKey: keys.overview,
    queryFn: ({ signal }) => listEntries({ query: { limit: 1 }, signal }),
    select: ({ categories, in_review }) => ({ categories, inReview: in_review }),
    refetchInterval: 60_000,
  });
}

export function useEntry(id: string) {
  return useQuery({
    queryKey: keys.entry(id),
    queryFn: ({ signal }) => getEntry({ query: { entry_id: id }, signal }),
    enabled: id !== "",
    // Until the index is there, what serves is not yet what was approved.
    refetchInterval: ({ state }) => (state.data && comingRevision(state.data) ? COMING_MS : false),
  });
}

/** What is there under an id; null where nothing is. */
export async function entryIfThere(id: string): Promise<EntryDetail | null> {
  return ifThere(getEntry({ query: { entry_id: id } }));
}

async function ifThere<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return null;
    throw error;
  }
}

/** Problems, and the entry as customers would see it. */
export function useCheck(entry: EntryBody | null) {
  return useQuery({
    queryKey: keys.check(entry),
    queryFn: ({ signal }) => checkEntry({ body: entry as EntryBody, signal }),
    enabled: entry !== null,
    placeholderData: keepPreviousData,
  });
}

/** The list as the server pages it, all loaded pages in one. An import may make hundreds at once. */
export function useDrafts() {
  return useInfiniteQuery({
    queryKey: keys.drafts,
    queryFn: ({ pageParam, signal }) =>
      listDrafts({ query: { cursor: pageParam, limit: DRAFTS_AT_A_TIME }, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    select: ({ pages }) => ({ drafts: together(pages) }),
  });
}

const DRAFTS_AT_A_TIME = 50;

/** Pure. A draft that was given back between two pages stands in both: what was read last holds. */
export function together(pages: readonly DraftPage[]): RevisionView[] {
  const all = pages.flatMap(({ drafts }) => drafts);
  const last = new Map(all.map((draft) => [draft.id, draft]));
  return all.filter((draft) => last.get(draft.id) === draft);
}

/** An open draft; null where it was published or given up. */
export function useDraft(id: string) {
  return useQuery({
    queryKey: keys.draft(id),
    queryFn: ({ signal }) => ifThere(getDraft({ path: { draft_id: id }, signal })),
  });
}

export function useGolden() {
  return useQuery({ queryKey: keys.golden, queryFn: ({ signal }) => listGolden({ signal }) });
}

const COMING_MS = 5_000;
const WORKING_MS = 2_000;
const RESTING_MS = 30_000;

export function useServing() {
  return useQuery({
    queryKey: keys.serving,
    queryFn: ({ signal }) => serving({ signal }),
    refetchInterval: ({ state }) => (state.data?.working ? WORKING_MS : RESTING_MS),
  });
}

/** Does something that changes the knowledge base or its drafts; all that was read of it is read again. */
function useChange<Given, Result>(work: (given: Given) => Promise<Result>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: work,
    // Not waited for: what a page does on success comes first, as the page may be about something that is gone then.
    onSettled: () => void queries.invalidateQueries({ queryKey: ALL }),
  });
}

/** For what is done without a hook of its own. */
export function useReadAgain(): () => void {
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ queryKey: ALL });
}

export const useRestore = () =>
  useChange(({ id, number, note }: { id: string; number: number; note: string }) =>
    restoreEntry({ query: { entry_id: id }, body: { number, note } }),
  );

export const useRetire = () =>
  useChange(({ id, note }: { id: string; note: string }) =>
    retireEntry({ query: { entry_id: id }, body: { note } }),
  );

/** What was seen is what is approved: the server refuses a draft that somebody changed since. */
export const useApprove = () =>
  useChange(({ draft, from }: { draft: RevisionView; from: string | null }) => {
    const body = { effective_from: from, changed_at: draft.changed_at };
    return approveDraft({ path: { draft_id: draft.id }, body });
  });

export const useApproveTogether = () =>
  useChange(({ drafts, from }: { drafts: RevisionView[]; from: string | null }) => {
    const changed_at = Object.fromEntries(drafts.map((draft) => [draft.id, draft.changed_at]));
    const body = { ids: drafts.map(({ id }) => id), effective_from: from, changed_at };
    return approveTogether({ body });
  });

export const useDiscard = () => useChange((id: string) => discardDraft({ path: { draft_id: id } }));

/** One after the other, as the server knows no other way; what fails does not keep back the rest. */
export const useSubmitSeveral = (onDone: (count: number) => void) =>
  useChange(async (drafts: RevisionView[]): Promise<ApprovedTogether> => {
    const result: ApprovedTogether = { approved: [], refused: {} };
    for (const { id } of drafts) {
      try {
        await submitDraft({ path: { draft_id: id } });
        result.approved.push(id);
      } catch (error) {
        if (!(error instanceof ProblemError) || error.kind !== "refused") throw error;
        result.refused[id] = error.detail;
      }
      onDone(result.approved.length);
    }
    return result;
  });

export const useReturn = () =>
  useChange(({ id, note }: { id: string; note: string }) =>
    returnDraft({ path: { draft_id: id }, body: { note } }),
  );

export const useAddGolden = () => useChange((body: NewGolden) => addGolden({ body }));

export const useRemoveGolden = () => useChange((id: string) => removeGolden({ path: { golden_id: id } }));

export function useTry() {
  return useMutation({ mutationFn: (body: Trial) => tryQuestion({ body }) });
}

export function useReindex() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => reindex(),
    onSuccess: (now: Serving) => queries.setQueryData(keys.serving, now),
    onError: () => queries.invalidateQueries({ queryKey: keys.serving }),
  });
}

export const useImport = () =>
  useChange(({ file, format, dryRun }: { file: File; format: ImportFormat; dryRun: boolean }) =>
    importEntries({ body: file, query: { filename: file.name, format, dry_run: dryRun } }),
  );

export function useExport() {
  return useMutation({
    mutationFn: async (format: "jsonl" | "csv") =>
      (await exportEntries({ query: { format }, parseAs: "blob" })) as Blob,
  });
}
