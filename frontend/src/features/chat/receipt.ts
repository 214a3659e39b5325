import type { ReceiptView, SourceView } from "@/api";
import { renumbered } from "./citations";

/** Name of the text that says why it was, or was not, looked up. */
export type ReasonText =
  | `receipt.reasons.${"policy" | "threshold"}.${"fetch" | "skip"}`
  | `receipt.reasons.${"small_talk" | "live" | "regulated" | "explored" | "unclear"}`;

export function reasonText({ reason, policy_action: action }: ReceiptView): ReasonText {
  if (reason !== "policy" && reason !== "threshold") return `receipt.reasons.${reason}`;
  return `receipt.reasons.${reason}.${action === "FETCH" ? "fetch" : "skip"}`;
}

/** Share of the prompt of always fetching that was not needed, 0 to 1; negative where more was sent. */
export function savedShare({ tokens }: ReceiptView): number {
  return tokens.always_fetch_prompt > 0 ? tokens.saved / tokens.always_fetch_prompt : 0;
}

/** Stages in the order in which they happen; what is not known here comes before the total. */
export function stagesOf({ timings_ms: timings }: ReceiptView): [string, number][] {
  const order = ["search", "decide", "prompt", "generate"];
  const rank = (stage: string) => (stage === "total" ? 99 : (order.indexOf(stage) + 99) % 99);
  return Object.entries(timings).sort(([a], [b]) => rank(a) - rank(b));
}

/** Who wrote the answer, without the provider where no model was asked. */
export function answererOf({ llm_provider: provider, versions }: ReceiptView): string | null {
  return provider === "extractive" ? null : versions.model;
}

interface CopyWords {
  title: string;
  asOf: (isoDate: string) => string;
}

/** An answer as it goes to the clipboard: its text, and under it where it is from. */
export function textToCopy(text: string, sources: readonly SourceView[], words: CopyWords): string {
  if (sources.length === 0) return text;
  const lines = sources.map(({ question, source, as_of }, place) => {
    const details = [source, as_of && words.asOf(as_of)].filter(Boolean).join(", ");
    return `[${place + 1}] ${question}${details && ` (${details})`}`;
  });
  return [renumbered(text), "", `${words.title}:`, ...lines].join("\n");
}
