import {
  type InfiniteData,
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import type { ConversationPage, ConversationSummary } from "@/api";
import { keys } from "@/shared/queries";
import { type Changes, change, fetchPage, type Wanted } from "./api";

type Pages = InfiniteData<ConversationPage, string>;

/** The list as the server pages it, all loaded pages in one. */
export function useConversations(wanted: Wanted, enabled = true) {
  const query = useInfiniteQuery({
    queryKey: [...keys.conversations, wanted],
    queryFn: ({ pageParam, signal }) => fetchPage(wanted, pageParam, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    enabled,
  });
  return { ...query, conversations: query.data?.pages.flatMap((page) => page.conversations) ?? [] };
}

/** Changes show at once; a refusal brings the list back as it was. */
export function useChange(onError: (error: Error) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, changes }: { id: string; changes: Changes }) => change(id, changes),
    onMutate: async ({ id, changes }) => {
      await client.cancelQueries({ queryKey: keys.conversations });
      const before = client.getQueriesData<Pages>({ queryKey: keys.conversations });
      for (const [key, pages] of before) {
        if (pages) client.setQueryData(key, changed(pages, id, changes));
      }
      return before;
    },
    onError: (error, _, before) => {
      for (const [key, pages] of before ?? []) client.setQueryData(key, pages);
      onError(error);
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.conversations }),
  });
}

/** Pure: renamed in place; what now belongs to another list leaves this one. */
export function changed(pages: Pages, id: string, changes: Changes): Pages {
  const leaves = changes.archived !== undefined || changes.pinned !== undefined;
  const kept = (one: ConversationSummary) => !(leaves && one.conversation_id === id);
  const renamed = (one: ConversationSummary) =>
    one.conversation_id === id && changes.title !== undefined ? { ...one, title: changes.title } : one;
  return {
    ...pages,
    pages: pages.pages.map((page) => ({
      ...page,
      conversations: page.conversations.filter(kept).map(renamed),
    })),
  };
}
