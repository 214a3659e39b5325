import { useQuery } from "@tanstack/react-query";
import { type Account, logout, me } from "@/api";
import { keys } from "./queries";
import { currentState, endSession, useSession } from "./session";

export type Role = Account["role"];

const RANKS: Record<Role, number> = { customer: 0, curator: 1, admin: 2 };

/** Who is signed in. Disabled while nobody is. */
export function useAccount() {
  const { session } = useSession();
  return useQuery({
    queryKey: keys.account,
    queryFn: ({ signal }) => me({ signal }),
    enabled: session !== null,
    staleTime: 5 * 60_000,
  });
}

/** An administrator may do what a curator may, and a curator what a customer may. */
export function hasRole(account: Account | undefined, least: Role): boolean {
  return account !== undefined && RANKS[account.role] >= RANKS[least];
}

/** Signs out here and in all other tabs, also when the server cannot be told. */
export async function signOut(): Promise<void> {
  if (currentState().session === null) return;
  await logout().catch(() => undefined);
  endSession("signed-out");
}
