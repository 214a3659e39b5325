import { partsOf } from "./highlight";

/** A title with what was searched for marked in it. */
export function Highlighted({ text, q }: { text: string; q: string }) {
  return partsOf(text, q).map((part) =>
    part.found ? (
      <mark key={part.at} className="rounded bg-warn-soft text-ink">
        {part.text}
      </mark>
    ) : (
      part.text
    ),
  );
}
