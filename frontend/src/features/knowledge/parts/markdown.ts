const ITEM = /^\s{0,3}(?:\d{1,3}[.)]|[-*])\s/;

/** Makes Markdown mean what an answer looks like, as the chat does: lines stay lines, a line after a list is no part of
 * its last item, and service codes such as `*99*1#` stay whole.
 */
export function markdownOf(text: string): string {
  const lines = text.replace(/(?<=\d)[*_]|[*_](?=\d)/g, "\\$&").split("\n");
  return lines
    .map((line, place) => {
      const next = lines[place + 1] ?? "";
      if (line.trim() === "" || next.trim() === "") return line;
      return ITEM.test(line) && !ITEM.test(next) && !/^\s/.test(next) ? `${line}\n` : `${line}  `;
    })
    .join("\n");
}
