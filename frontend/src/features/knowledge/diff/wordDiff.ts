import { diffArrays } from "diff";

export interface Piece {
  kind: "same" | "removed" | "added";
  text: string;
}

/** A placeholder, a word with its vowel signs (splitting at "letters" tears Devanagari apart), a gap, or one sign. */
const TOKENS = /\{\{[^{}]*\}\}|[\p{L}\p{M}\p{N}]+|\s+|[^\p{L}\p{M}\p{N}\s]/gu;

const LEAST_SHARED = 0.2;

/** What changed, by words. The texts come back whole: same and removed pieces give `before`, same and added ones `after`. */
export function wordDiff(before: string, after: string): Piece[] {
  const pieces: Piece[] = diffArrays(tokens(before), tokens(after)).map(({ added, removed, value }) => ({
    kind: added ? "added" : removed ? "removed" : "same",
    text: value.join(""),
  }));
  return isAnother(pieces) ? whole(before, after) : joined(pieces);
}

/** Two texts that share little but stray words are read one after the other, not into each other. */
function isAnother(pieces: readonly Piece[]): boolean {
  const length = (kinds: Piece["kind"][]) =>
    pieces
      .filter(({ kind }) => kinds.includes(kind))
      .reduce((sum, { text }) => sum + text.replace(/\s/g, "").length, 0);
  const longer = Math.max(length(["same", "removed"]), length(["same", "added"]));
  return length(["same"]) < LEAST_SHARED * longer;
}

function whole(before: string, after: string): Piece[] {
  const pieces: Piece[] = [
    { kind: "removed", text: before },
    { kind: "added", text: after },
  ];
  return pieces.filter(({ text }) => text !== "");
}

function tokens(text: string): string[] {
  return text.match(TOKENS) ?? [];
}

/** One change reads better than a row of changes with nothing but spaces between them. */
function joined(pieces: Piece[]): Piece[] {
  const result: Piece[] = [];
  let removed = "";
  let added = "";
  const settle = () => {
    if (removed) result.push({ kind: "removed", text: removed });
    if (added) result.push({ kind: "added", text: added });
    removed = "";
    added = "";
  };
  pieces.forEach((piece, place) => {
    const changing = removed !== "" || added !== "";
    const bridge =
      piece.kind === "same" && changing && place < pieces.length - 1 && /^[^\S\n]+$/.test(piece.text);
    if (piece.kind !== "added" && (piece.kind === "removed" || bridge)) removed += piece.text;
    if (piece.kind !== "removed" && (piece.kind === "added" || bridge)) added += piece.text;
    if (piece.kind === "same" && !bridge) {
      settle();
      result.push(piece);
    }
  });
  settle();
  return result;
}

/** One side of the comparison: what was there before, or what is there after. */
export function side(pieces: readonly Piece[], which: "before" | "after"): Piece[] {
  const other = which === "before" ? "added" : "removed";
  return pieces.filter(({ kind }) => kind !== other);
}
