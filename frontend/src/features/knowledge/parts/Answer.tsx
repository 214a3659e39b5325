import Markdown, { type Options } from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import { cx } from "@/shared/cx";
import { htmlLang, type Lang } from "../langs";
import { markdownOf } from "./markdown";

interface AnswerProps {
  text: string;
  lang: Lang;
  className?: string;
}

const SHOWN: Options = {
  rehypePlugins: [rehypeSanitize],
  disallowedElements: ["img", "a"],
  unwrapDisallowed: true,
};

/** An answer as it looks in the chat: lists and emphasis, no links, no pictures. */
export function Answer({ text, lang, className }: AnswerProps) {
  return (
    <div
      lang={htmlLang(lang)}
      className={cx(
        "flex flex-col gap-2 break-words leading-relaxed",
        "[&_li]:my-0.5 [&_ol]:list-decimal [&_ol]:pl-6 [&_ul]:list-disc [&_ul]:pl-6",
        className,
      )}
    >
      <Markdown {...SHOWN}>{markdownOf(text)}</Markdown>
    </div>
  );
}

/** An answer as it was written, its placeholders marked. */
export function Written({ text, lang, className }: AnswerProps) {
  let at = 0;
  return (
    <div lang={htmlLang(lang)} className={cx("whitespace-pre-wrap break-words leading-relaxed", className)}>
      {text.split(/(\{\{[^{}]*\}\})/).map((part) => {
        const key = at;
        at += part.length;
        return part.startsWith("{{") ? (
          <code key={key} className="rounded bg-accent-soft px-1 py-0.5 text-accent text-sm">
            {part}
          </code>
        ) : (
          part
        );
      })}
    </div>
  );
}
