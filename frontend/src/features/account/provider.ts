import { finishSignIn } from "@/api";
import { ProblemError } from "@/shared/problems";
import { safePath } from "@/shared/returnPath";
import { currentState, startSession } from "@/shared/session";

/** Why somebody came back from the identity provider without being signed in. */
export const REASONS = ["denied", "lost", "taken", "unavailable"] as const;
export type Reason = (typeof REASONS)[number];

const SAID: Record<string, Reason> = {
  access_denied: "denied",
  server_error: "unavailable",
  temporarily_unavailable: "unavailable",
};

export function reasonIn(query: URLSearchParams): Reason | null {
  return REASONS.find((reason) => reason === query.get("why")) ?? null;
}

/** The address that leads to the provider, and afterwards back to where the visitor was going. */
export function providerAddress(next: string | null): string {
  return `/api/v1/auth/oidc/start?${new URLSearchParams({ next: safePath(next) })}`;
}

/** Signs in with what the provider has put into the address, and returns where to go on. */
export async function comeBack(query: URLSearchParams): Promise<string> {
  // Whoever is signed in stays so: somebody else may have made the address.
  if (currentState().session !== null) return "/chat";
  const [code, state] = [query.get("code"), query.get("state")];
  if (!code || !state) return signInWith(SAID[query.get("error") ?? ""] ?? "lost");
  try {
    const given = await finishSignIn({ body: { code, state, iss: query.get("iss") ?? "" } });
    startSession(given);
    const next = safePath(given.next);
    return next === "/" ? "/chat" : next;
  } catch (error) {
    return signInWith(reasonOf(error));
  }
}

function reasonOf(error: unknown): Reason {
  const status = error instanceof ProblemError ? error.status : 0;
  if (status === 409) return "taken";
  return status === 401 || status === 404 || status === 422 ? "lost" : "unavailable";
}

function signInWith(reason: Reason): string {
  return `/sign-in?why=${reason}`;
}
