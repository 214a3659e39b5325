export interface Part {
  at: number;
  text: string;
  found: boolean;
}

/** Pure: a text cut where the words that were searched for begin and end. No character is special. */
export function partsOf(text: string, q: string): Part[] {
  const wanted = q.trim().toLowerCase();
  const lower = text.toLowerCase();
  // Lower case can be longer than what it is made of (İ): then places in one are not places in the other.
  if (!wanted || lower.length !== text.length) return [{ at: 0, text, found: false }];
  const parts: Part[] = [];
  let from = 0;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    if (at > from) parts.push({ at: from, text: text.slice(from, at), found: false });
    parts.push({ at, text: text.slice(at, at + wanted.length), found: true });
    from = at + wanted.length;
  }
  if (from < text.length) parts.push({ at: from, text: text.slice(from), found: false });
  return parts;
}
