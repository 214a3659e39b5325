import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import {
  changeHandoff,
  dismiss,
  gaps,
  type HandOffState,
  health,
  listHandoffs,
  listPolicies,
  type PolicyList,
  promotePolicy,
  providers,
  results,
  rollBackPolicy,
  topQuestions,
  usage,
} from "@/api";

const root = ["insights"] as const;

export function useUsage(days: number) {
  return useQuery({
    queryKey: [...root, "usage", days],
    queryFn: ({ signal }) => usage({ query: { days }, signal }),
    placeholderData: keepPreviousData,
  });
}

export function useTopQuestions(days: number) {
  return useQuery({
    queryKey: [...root, "questions", days],
    queryFn: ({ signal }) => topQuestions({ query: { days, limit: 50 }, signal }),
    placeholderData: keepPreviousData,
  });
}

export function useGaps(days: number) {
  return useQuery({
    queryKey: [...root, "gaps", days],
    queryFn: ({ signal }) => gaps({ query: { days }, signal }),
    placeholderData: keepPreviousData,
    // Asking many questions again takes the server several turns.
    refetchInterval: (query) => (query.state.data?.waiting ? 3_000 : false),
  });
}

export function useDismissal() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ messageIds, leaving }: { messageIds: string[]; leaving: boolean }) =>
      dismiss({ body: { message_ids: messageIds }, keepalive: leaving }),
    onSettled: () => client.invalidateQueries({ queryKey: [...root, "gaps"] }),
  });
}

export function useHandOffs(state: HandOffState | null, cursor: string) {
  return useQuery({
    queryKey: [...root, "handoffs", state, cursor],
    queryFn: ({ signal }) => listHandoffs({ query: { ...(state ? { state } : {}), cursor }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000, // somebody is waiting
  });
}

export function useHandOffChange() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, state }: { id: string; state: HandOffState }) =>
      changeHandoff({ path: { handoff_id: id }, body: { state } }),
    onSettled: () => client.invalidateQueries({ queryKey: [...root, "handoffs"] }),
  });
}

const policies = [...root, "policies"] as const;

export function usePolicies() {
  return useQuery({ queryKey: policies, queryFn: ({ signal }) => listPolicies({ signal }) });
}

/** Lets a version serve, or, without one, the version before. */
export function usePolicyChange() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ version, why }: { version: string | null; why: string }) =>
      version === null ? rollBackPolicy({ body: { why } }) : promotePolicy({ body: { version, why } }),
    onSuccess: (list: PolicyList) => client.setQueryData(policies, list),
  });
}

export function useResults() {
  return useQuery({ queryKey: [...root, "results"], queryFn: ({ signal }) => results({ signal }) });
}

export function useHealth() {
  return useQuery({
    queryKey: [...root, "health"],
    queryFn: ({ signal }) => health({ signal }),
    refetchInterval: 30_000,
  });
}

export function useProviders() {
  return useQuery({
    queryKey: [...root, "providers"],
    queryFn: ({ signal }) => providers({ signal }),
    refetchInterval: 30_000,
  });
}
