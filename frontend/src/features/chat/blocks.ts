/** Answers are plain text with lists, as the knowledge base has them, or Markdown, as language models write it. */
export type Block =
  | { kind: "text"; lines: string[] }
  | { kind: "list"; ordered: boolean; start: number; items: string[] };

const ITEM = /^\s{0,3}(?:(\d{1,3})[.)]|[-*•])\s+(.*)$/;
const MARKS = /\*\*|__|`|\]\(|^\s{0,3}(?:#{1,6}|>)\s|^\s+(?:\d{1,3}[.)]|[-*])\s|\]:/m;

/** Whether a text has marks that only Markdown makes sense of. */
export function isMarked(text: string): boolean {
  return MARKS.test(text);
}

/** Splits a text without marks; every line of it, and every character of the lines, stays. */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let gap = false;
  for (const line of text.split("\n")) {
    if (line.trim() === "") {
      gap = true;
      continue;
    }
    const last = blocks.at(-1);
    // Items of a list may stand apart; two paragraphs stay two.
    const open = last?.kind === "list" || !gap ? last : undefined;
    if (!open || !taken(line, open)) blocks.push(begun(line));
    gap = false;
  }
  return blocks;
}

/** Adds the line to the block where it belongs there, and says whether it did. */
function taken(line: string, block: Block): boolean {
  const item = ITEM.exec(line);
  if (block.kind === "text") {
    if (!item) block.lines.push(line);
    return !item;
  }
  if (!item || block.ordered !== (item[1] !== undefined)) return false;
  // A number that does not go on where the list stands begins another list.
  if (block.ordered && Number(item[1]) !== block.start + block.items.length) return false;
  block.items.push(item[2] ?? "");
  return true;
}

function begun(line: string): Block {
  const item = ITEM.exec(line);
  if (!item) return { kind: "text", lines: [line] };
  return {
    kind: "list",
    ordered: item[1] !== undefined,
    start: Number(item[1] ?? 1),
    items: [item[2] ?? ""],
  };
}

/** Makes Markdown mean what the text looks like: lines stay lines, and service codes such as `*99*1#` stay whole. */
export function markdownOf(text: string): string {
  const lines = text.split("\n");
  return lines
    .map((line, place) => {
      const kept = line.replace(/(?<=\d)[*_]|[*_](?=\d)/g, "\\$&");
      const next = lines[place + 1] ?? "";
      if (kept.trim() === "" || next.trim() === "") return kept;
      // A line after the last item is no part of the item.
      return ITEM.test(line) && !ITEM.test(next) && !/^\s/.test(next) ? `${kept}\n` : `${kept}  `;
    })
    .join("\n");
}
