import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { createKey, type KeyView, listKeys, type NewKey, revokeKey } from "@/api";
import type { Role } from "@/shared/account";

export type Scope = KeyView["scopes"][number];

const KEYS = ["api-keys"];

/** What a key may be made for, by the role of its owner. */
export const SCOPES: Record<Role, readonly Scope[]> = {
  customer: ["chat"],
  curator: ["chat", "knowledge:read", "knowledge:write"],
  admin: ["chat", "knowledge:read", "knowledge:write", "insights:read", "insights:write"],
};

/** Names of scopes among the texts of the page: a colon would end the name of a group of texts there. */
export const SCOPE_TEXTS = {
  chat: "keys.scopes.chat",
  "knowledge:read": "keys.scopes.knowledgeRead",
  "knowledge:write": "keys.scopes.knowledgeWrite",
  "insights:read": "keys.scopes.insightsRead",
  "insights:write": "keys.scopes.insightsWrite",
} as const satisfies Record<Scope, string>;

export function useKeys() {
  return useQuery({ queryKey: KEYS, queryFn: ({ signal }) => listKeys({ signal }) });
}

export function useNewKey() {
  const queries = useQueryClient();
  return (given: NewKey) =>
    createKey({ body: given }).finally(() => queries.invalidateQueries({ queryKey: KEYS }));
}

export function useRevokeKey() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => revokeKey({ path: { key_id: id } }),
    onSettled: () => queries.invalidateQueries({ queryKey: KEYS }),
  });
}
