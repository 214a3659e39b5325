import type { MarkedToken, Token, Tokens } from "marked";
import { createElement, Fragment, type ReactNode } from "react";
import { tokensOf, typed } from "./tokens";

const PHONE = /^tel:\+?[\d-]{3,16}$/;
const LIST = "flex flex-col gap-1.5 pl-6 marker:text-ink-muted";

type RenderText = (text: string) => ReactNode;

interface MarkdownProps {
  text: string;
  /** Draws a piece of running text; what is in code is left as it is. */
  renderText?: RenderText;
}

/** A text in Markdown. Nothing in it is ever taken for HTML; pictures are left out, and links are their words. */
export function Markdown({ text, renderText = (words) => words }: MarkdownProps) {
  return all(tokensOf(text), renderText);
}

function all(tokens: readonly Token[], renderText: RenderText): ReactNode {
  return together((tokens as MarkedToken[]).map((token) => nodeOf(token, renderText)));
}

/** In this order for good, so that none of them needs a key. */
function together(nodes: ReactNode[]): ReactNode {
  return createElement(Fragment, null, ...nodes);
}

function nodeOf(token: MarkedToken, renderText: RenderText): ReactNode {
  switch (token.type) {
    case "paragraph":
      return <p>{all(token.tokens, renderText)}</p>;
    case "heading":
      return <h4 className="font-semibold">{all(token.tokens, renderText)}</h4>;
    case "list":
      return listOf(token, renderText);
    case "blockquote":
      return <blockquote className="border-line border-l-4 pl-3">{all(token.tokens, renderText)}</blockquote>;
    case "code":
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what is cut off at the side has to be reached without a mouse.
        <pre tabIndex={0} className="overflow-x-auto rounded-lg bg-sunken p-3 text-sm">
          {codeOf(token.text)}
        </pre>
      );
    case "hr":
      return <hr className="border-line" />;
    case "strong":
      return <strong>{all(token.tokens, renderText)}</strong>;
    case "em":
      return <em>{all(token.tokens, renderText)}</em>;
    case "codespan":
      return codeOf(token.text);
    case "link":
      return linkOf(token, renderText);
    case "br":
      return linesOf("\n", renderText);
    case "escape":
      return linesOf(token.text, renderText);
    case "text":
      // Not `token.text`, where entities are taken for signs.
      return token.tokens ? all(token.tokens, renderText) : linesOf(token.raw, renderText);
    default:
      return null;
  }
}

/** Numbers stay as they were written, except where they do not rise. */
function listOf({ ordered, items }: Tokens.List, renderText: RenderText): ReactNode {
  let number = -1;
  const nodes = items.map((item) => {
    number = Math.max(number + 1, Number.parseInt(item.raw, 10) || 0);
    const props = { className: "pl-1 [&>ol]:mt-1.5 [&>ul]:mt-1.5", ...(ordered && { value: number }) };
    return createElement("li", props, all(item.tokens, renderText));
  });
  return ordered
    ? createElement("ol", { className: `list-decimal ${LIST}` }, ...nodes)
    : createElement("ul", { className: `list-disc ${LIST}` }, ...nodes);
}

function linkOf({ href, tokens }: Tokens.Link, renderText: RenderText): ReactNode {
  const words = all(tokens, renderText);
  if (!PHONE.test(href)) return words;
  return (
    <a href={href} className="font-medium text-accent underline underline-offset-2">
      {words}
    </a>
  );
}

function codeOf(text: string): ReactNode {
  return <code className="rounded bg-sunken px-1 font-mono text-sm">{typed(text)}</code>;
}

/** Lines stay lines. */
function linesOf(text: string, renderText: RenderText): ReactNode {
  return together(
    typed(text)
      .split("\n")
      .map((line, place) => (place ? afterBreak(renderText(line)) : renderText(line))),
  );
}

function afterBreak(words: ReactNode): ReactNode {
  return (
    <>
      <br />
      {"\n"}
      {words}
    </>
  );
}
