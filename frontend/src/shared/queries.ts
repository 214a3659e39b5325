import { QueryClient } from "@tanstack/react-query";
import { ProblemError } from "./problems";

const MOST_RETRIES = 2;
const LONGEST_WAIT_S = 30;

/** Names of what is kept from the server, where more than one feature has to do with it. */
export const keys = {
  account: ["account"] as const,
  conversations: ["conversations"] as const,
  conversation: (id: string) => ["conversation", id] as const,
};

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        retry: (failures, error) => failures < MOST_RETRIES && mayRetry(error),
        retryDelay: retryDelayMs,
        // Without a network a query is to fail and say so, not to wait behind a skeleton.
        networkMode: "always",
        refetchOnReconnect: true,
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}

/** Only what another try can mend: no answer, too many requests, a server that is down for the moment. */
export function mayRetry(error: unknown): boolean {
  if (!(error instanceof ProblemError)) return false;
  if (error.kind === "network") return navigator.onLine;
  return error.status === 429 || error.status === 502 || error.status === 503 || error.status === 504;
}

export function retryDelayMs(failures: number, error: unknown): number {
  const asked = error instanceof ProblemError ? error.retryAfterS : null;
  const waitS = asked ?? 2 ** failures;
  return Math.min(waitS, LONGEST_WAIT_S) * 1000;
}
