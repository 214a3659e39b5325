import type { FeedbackView, NewFeedback } from "@/api";

export type Rating = NewFeedback["rating"];

/** What can be chosen, as it is stored: in English, whatever language the page is in, so that it can be counted. */
export const REASONS = {
  up: { clear: "Easy to understand", complete: "Complete", quick: "Saved me a call" },
  down: {
    wrong: "Not correct",
    other: "Not what I asked",
    incomplete: "Something is missing",
    outdated: "Out of date",
    unclear: "Hard to understand",
    language: "Wrong language",
  },
} as const satisfies Record<Rating, Record<string, string>>;

export const LONGEST_REASON = 500;

export interface Reason {
  chosen: readonly string[];
  words: string;
}

/** What is sent: the chosen reasons, then the customer's own words; never longer than the server takes. */
export function writtenReason({ chosen, words }: Reason): string {
  const text = [...chosen, words.trim()].filter(Boolean).join("; ");
  return [...text].slice(0, LONGEST_REASON).join("");
}

/** Takes a stored reason apart again, so that it can be changed. */
export function readReason(feedback: FeedbackView | null, rating: Rating): Reason {
  if (feedback?.rating !== rating) return { chosen: [], words: "" };
  const known = new Set<string>(Object.values(REASONS[rating]));
  const parts = feedback.reason.split("; ");
  const first = parts.findIndex((part) => !known.has(part));
  const end = first < 0 ? parts.length : first;
  return { chosen: parts.slice(0, end), words: parts.slice(end).join("; ") };
}
