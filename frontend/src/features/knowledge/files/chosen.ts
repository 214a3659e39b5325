/** A little less than the server takes, so that the number is the one that people know. */
export const MOST_BYTES = 10_000_000;
export const ENDINGS = [".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".md", ".qna", ".pdf"] as const;

/** What speaks against a file before it is sent. */
export type Refusal = "empty" | "large" | "ending";

export function refusalOf({ name, size }: Pick<File, "name" | "size">): Refusal | null {
  if (size === 0) return "empty";
  if (size > MOST_BYTES) return "large";
  const known = ENDINGS.some((ending) => name.toLowerCase().endsWith(ending));
  return known ? null : "ending";
}
