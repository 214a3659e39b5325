const CITATION = /\[(\d{1,9}(?:, \d{1,9})*)\]/g;

export type Piece = { text: string } | { numbers: number[] };

/** Splits a text at its citations: `[1]`, `[1, 3]`. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(CITATION)) {
    if (match.index > end) pieces.push({ text: text.slice(end, match.index) });
    pieces.push({ numbers: (match[1] ?? "").split(", ").map(Number) });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}

/** Where each cited number stands among the sources, from 1.
 *
 * An answer cites by the numbers that its model was shown, and the sources come in the order of their first
 * citation: so where a source stands is known while it is being written, before the sources are there.
 */
export function placesOf(text: string): Map<number, number> {
  const places = new Map<number, number>();
  for (const [, numbers = ""] of text.matchAll(CITATION)) {
    for (const number of numbers.split(", ").map(Number)) {
      if (!places.has(number)) places.set(number, places.size + 1);
    }
  }
  return places;
}

/** The same text with each citation numbered as the sources are listed. */
export function renumbered(text: string): string {
  const places = placesOf(text);
  return text.replace(CITATION, (_, numbers: string) => {
    const shown = numbers.split(", ").map((number) => places.get(Number(number)));
    return `[${shown.join(", ")}]`;
  });
}

/** For a screen reader and the clipboard of those who want no marks: without citations and Markdown. */
export function spoken(text: string): string {
  return text
    .replace(CITATION, "")
    .replace(/\*\*|__|`/g, "")
    .replace(/^\s*#{1,6}\s+/gm, "")
    .replace(/ +([.,;!?।])/g, "$1");
}
