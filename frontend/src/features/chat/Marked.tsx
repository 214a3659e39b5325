import type { Element, ElementContent, Root, RootContent } from "hast";
import ReactMarkdown, { type Components } from "react-markdown";
import rehypeSanitize, { type Options } from "rehype-sanitize";
import { Citations, LIST } from "./AnswerText";
import { markdownOf } from "./blocks";
import { piecesOf } from "./citations";

const SCHEMA: Options = {
  tagNames: [
    ...["p", "br", "strong", "em", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a"],
    ...["h1", "h2", "h3", "h4", "h5", "h6"],
  ],
  attributes: { a: ["href"], ol: ["start"] },
  protocols: { href: ["tel"] },
  clobber: [],
  strip: ["script", "style"],
};

const PHONE = /^tel:\+?[\d-]{3,16}$/;

/** Markdown as language models write it. Fetched when an answer has marks. */
export function Marked({ text }: { text: string }) {
  return (
    <ReactMarkdown
      skipHtml
      urlTransform={(url) => (PHONE.test(url) ? url : "")}
      rehypePlugins={[[rehypeSanitize, SCHEMA], withCitations]}
      components={COMPONENTS}
    >
      {markdownOf(text)}
    </ReactMarkdown>
  );
}

const heading = ({ children }: { children?: React.ReactNode }) => (
  <h4 className="font-semibold">{children}</h4>
);

const COMPONENTS: Components = {
  h1: heading,
  h2: heading,
  h3: heading,
  h4: heading,
  h5: heading,
  h6: heading,
  a: ({ href, children }) =>
    href ? (
      <a href={href} className="font-medium text-accent underline underline-offset-2">
        {children}
      </a>
    ) : (
      <span>{children}</span>
    ),
  ol: ({ start, children }) => (
    <ol start={start} className={LIST.ordered}>
      {children}
    </ol>
  ),
  ul: ({ children }) => <ul className={LIST.plain}>{children}</ul>,
  li: ({ children }) => <li className="pl-1 [&>ol]:mt-1.5 [&>ul]:mt-1.5">{children}</li>,
  code: ({ children }) => <code className="rounded bg-sunken px-1 font-mono text-sm">{children}</code>,
  pre: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is cut off at the side has to be reached without a mouse.
    <pre tabIndex={0} className="overflow-x-auto rounded-lg bg-sunken p-3 text-sm">
      {children}
    </pre>
  ),
  blockquote: ({ children }) => <blockquote className="border-line border-l-4 pl-3">{children}</blockquote>,
  hr: () => <hr className="border-line" />,
  sup: ({ node }) => <Citations numbers={numbersOf(node)} />,
};

/** Runs after the cleaning, so that no text can bring such an element along. */
function withCitations() {
  return (tree: Root) => visit(tree);
}

function visit(parent: Root | Element): void {
  parent.children = parent.children.flatMap((child): (RootContent & ElementContent)[] => {
    if (child.type === "text") return piecesOf(child.value).map(nodeOf);
    if (child.type === "element" && child.tagName !== "code") visit(child);
    return [child as RootContent & ElementContent];
  });
}

function nodeOf(piece: ReturnType<typeof piecesOf>[number]): RootContent & ElementContent {
  if ("text" in piece) return { type: "text", value: piece.text };
  const cited = piece.numbers.join(" ");
  return { type: "element", tagName: "sup", properties: { dataCited: cited }, children: [] };
}

function numbersOf(node: Element | undefined): number[] {
  return String(node?.properties.dataCited ?? "")
    .split(" ")
    .map(Number);
}
