import type { TFunction } from "i18next";
import type { FieldProblem, Problem } from "@/api";

/** refused: the server answered with a problem. network: no answer. cut: an answer broke off. broken: our fault. */
export type ProblemKind = "refused" | "network" | "cut" | "broken";

interface Given {
  status?: number;
  detail?: string;
  fields?: FieldProblem[];
  requestId?: string;
  retryAfterS?: number | null;
}

export class ProblemError extends Error {
  override name = "ProblemError";
  readonly status: number;
  /** In the server's words, which are English; empty when it said nothing. */
  readonly detail: string;
  readonly fields: FieldProblem[];
  readonly requestId: string;
  readonly retryAfterS: number | null;

  constructor(
    readonly kind: ProblemKind,
    given: Given = {},
  ) {
    super(given.detail || kind);
    this.status = given.status ?? 0;
    this.detail = given.detail ?? "";
    this.fields = given.fields ?? [];
    this.requestId = given.requestId ?? "";
    this.retryAfterS = given.retryAfterS ?? null;
  }
}

export const networkProblem = () => new ProblemError("network");
export const cutProblem = () => new ProblemError("cut");

/** Reads a refusal, also one from a proxy that knows nothing of problem documents. */
export async function problemOf(response: Response): Promise<ProblemError> {
  const body = await response.json().catch(() => null);
  const retryAfter = Number(response.headers.get("Retry-After") ?? Number.NaN);
  return refusedProblem(
    typeof body === "object" && body !== null ? body : {},
    response.status,
    Number.isFinite(retryAfter) ? retryAfter : null,
    response.headers.get("X-Request-ID") ?? "",
  );
}

/** Makes an error of a problem document, such as the last event of a stream that failed. */
export function refusedProblem(
  problem: Partial<Problem>,
  status = problem.status ?? 0,
  retryAfterS: number | null = null,
  requestId = "",
): ProblemError {
  return new ProblemError("refused", {
    status,
    retryAfterS,
    detail: typeof problem.detail === "string" ? problem.detail : "",
    fields: Array.isArray(problem.errors) ? problem.errors : [],
    requestId: problem.request_id ?? requestId,
  });
}

/** What a reader can do now. `change`: something in the input. `wait`: the same again, a little later. */
export type WayOn = "retry" | "wait" | "signIn" | "change" | "leave" | "reload";

export interface Told {
  title: string;
  detail: string;
  wayOn: WayOn;
  /** For the operator's log; only where nobody but the operator can help. */
  requestId: string;
}

const CASES = {
  network: "retry",
  cut: "retry",
  broken: "reload",
  401: "signIn",
  403: "leave",
  404: "leave",
  409: "retry",
  413: "change",
  422: "change",
  429: "wait",
  500: "retry",
  503: "retry",
  refused: "retry",
} as const satisfies Record<string | number, WayOn>;

/** Says in the reader's language what went wrong, whatever was thrown. */
export function describeProblem(error: unknown, t: TFunction<"common">, language: string): Told {
  const problem = error instanceof ProblemError ? error : fromThrown(error);
  const found = caseOf(problem);
  const ownWords = problem.kind === "refused" && problem.status !== 500 && language === "en";
  const detail = (ownWords && problem.detail) || t(`problem.${found}.detail`);
  const later = problem.retryAfterS ? ` ${t("problem.again", { count: problem.retryAfterS })}` : "";
  return {
    title: t(`problem.${found}.title`),
    detail: detail + later,
    wayOn: problem.retryAfterS ? "wait" : CASES[found],
    requestId: problem.status >= 500 ? problem.requestId : "",
  };
}

function caseOf(problem: ProblemError): keyof typeof CASES {
  if (problem.kind !== "refused") return problem.kind;
  if (problem.status in CASES) return problem.status as keyof typeof CASES;
  return problem.status > 500 ? 503 : "refused";
}

/** A part of the page that cannot be fetched (the server was updated, the network is gone) is no fault of ours. */
function fromThrown(error: unknown): ProblemError {
  const text = error instanceof Error ? error.message : "";
  const unfetched = /dynamically imported module|importing a module script|preload/i.test(text);
  return new ProblemError(unfetched ? "network" : "broken");
}
