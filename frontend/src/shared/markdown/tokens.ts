import { Lexer, type MarkedToken, Tokenizer, type Tokens } from "marked";

const ITEM = /^\s*(?:\d{1,9}[.)]|[-*•])\s/;
const FENCE = /^\s*(?:`{3}[^`]*$|~{3})/;
/** A single star or low line beside a digit, as in `*99*1#`, and a plus sign that begins a line. */
const KEPT = /(?<=\d)([*_])(?!\1)|(?<![\\*_])[*_](?=\d)|(?<=^[ \t]*)\+(?=\s)/gm;
const STAND_INS: Record<string, string> = { "*": "\ufdd0", _: "\ufdd1", "+": "\ufdd2" };
const ORIGINALS = Object.fromEntries(Object.entries(STAND_INS).map(([sign, standIn]) => [standIn, sign]));

const DEEPEST = 16;

/** What a text in Markdown consists of. Its leaves show what was typed once they went through `typed`. */
export function tokensOf(text: string): MarkedToken[] {
  const kept = text.replace(KEPT, (sign) => STAND_INS[sign] ?? sign);
  return new Lexer({ gfm: false, tokenizer: new Cautious() }).lex(asRead(kept)) as MarkedToken[];
}

/** Puts back the signs that were kept from being taken for marks. */
export function typed(text: string): string {
  return text.replace(/[\ufdd0-\ufdd2]/g, (standIn) => ORIGINALS[standIn] ?? standIn);
}

/** Makes Markdown mean what a text looks like: a line after a list is no part of its last item, and `•` begins one. */
function asRead(text: string): string {
  const lines: string[] = [];
  let fenced = false;
  let listed = false;
  for (const line of text.split("\n")) {
    if (!fenced && ITEM.test(line)) listed = true;
    else if (!fenced && listed && /^\S/.test(line)) {
      lines.push("");
      listed = false;
    }
    if (FENCE.test(line)) fenced = !fenced;
    lines.push(fenced ? line : line.replace(/^(\s*)•(?=\s)/, "$1-"));
  }
  return lines.join("\n");
}

const NOTHING = () => undefined;

/** Knows neither HTML nor addresses nor references: what looks like one is text. Nor does it go any depth. */
class Cautious extends Tokenizer {
  private depth = 0;

  override html = NOTHING;
  override tag = NOTHING;
  override autolink = NOTHING;
  override def = NOTHING;
  override reflink = NOTHING;
  // Lines that are indented or underlined are rarely meant as code or as headings.
  override code = NOTHING;
  override lheading = NOTHING;

  override blockquote(src: string): Tokens.Blockquote | undefined {
    return this.deeper(() => super.blockquote(src));
  }

  override list(src: string): Tokens.List | undefined {
    return this.deeper(() => super.list(src));
  }

  override emStrong(
    src: string,
    maskedSrc: string,
    prevChar?: string,
  ): Tokens.Em | Tokens.Strong | undefined {
    return this.deeper(() => super.emStrong(src, maskedSrc, prevChar));
  }

  override link(src: string): Tokens.Link | Tokens.Image | undefined {
    return this.deeper(() => super.link(src));
  }

  private deeper<Made>(make: () => Made): Made | undefined {
    if (this.depth === DEEPEST) return undefined;
    this.depth += 1;
    const made = make();
    this.depth -= 1;
    return made;
  }
}
