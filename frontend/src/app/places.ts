import type { Account } from "@/api";
import { hasRole } from "@/shared/account";

const PLACES = [
  { to: "/chat", name: "chat", least: "customer" },
  { to: "/knowledge", name: "knowledge", least: "curator" },
  { to: "/insights", name: "insights", least: "curator" },
] as const;

/** Where somebody may go. */
export function placesFor(account: Account | undefined) {
  return PLACES.filter(({ least }) => hasRole(account, least));
}
