import type { ReceiptView } from "@/api";

export type ReceiptLang = "en" | "hinglish" | "hi";

/** fraud: steps to stop it. crisis: somebody's despair, where a card about money would be an insult. */
export type OpeningKind = NonNullable<ReceiptView["opening"]>;

export interface Opening {
  kind: OpeningKind;
  /** The first line, then the numbered ones without their numbers, then the lines after them. */
  title: string;
  steps: string[];
  after: string[];
  lang: ReceiptLang;
  /** What the answer says besides. */
  rest: string;
}

/** Takes apart an answer that begins with the words for an emergency: they end at the first empty line. */
export function openingOf(text: string, kind: OpeningKind): Opening {
  const [head = "", ...others] = text.split("\n\n");
  const lines = head.split("\n").filter((line) => line.trim() !== "");
  const isStep = (line: string) => /^\d\. /.test(line);
  const first = lines.findIndex(isStep);
  const title = lines.slice(0, first < 0 ? lines.length : first).join("\n");
  return {
    kind,
    title,
    steps: lines.filter(isStep).map((line) => line.slice(3)),
    after: first < 0 ? [] : lines.slice(first).filter((line) => !isStep(line)),
    lang: languageOf(head),
    rest: others.join("\n\n").trim(),
  };
}

/** Which of the three languages an opening is in; while it streams nothing else says so. */
function languageOf(text: string): ReceiptLang {
  if (/[\u0900-\u097f]/.test(text)) return "hi";
  return /\b(?:karein|kijiye|hain)\b/.test(text) ? "hinglish" : "en";
}
