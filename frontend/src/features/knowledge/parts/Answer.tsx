import { cx } from "@/shared/cx";
import { Markdown } from "@/shared/markdown/Markdown";
import { htmlLang, type Lang } from "../langs";

interface AnswerProps {
  text: string;
  lang: Lang;
  className?: string;
}

/** An answer as it looks in the chat. */
export function Answer({ text, lang, className }: AnswerProps) {
  return (
    <div lang={htmlLang(lang)} className={cx("flex flex-col gap-3 break-words leading-relaxed", className)}>
      <Markdown text={text} />
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
