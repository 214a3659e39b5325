import { createContext, Fragment, memo, type ReactNode, useContext, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { SourceView } from "@/api";
import { Markdown } from "@/shared/markdown/Markdown";
import { piecesOf, placesOf } from "./citations";

interface Cited {
  /** Where the source of each cited number stands in the list, from 1. */
  places: ReadonlyMap<number, number>;
  sources: readonly SourceView[];
  open: (source: SourceView) => void;
}

const CitedContext = createContext<Cited>({ places: new Map(), sources: [], open: () => undefined });

interface AnswerTextProps {
  text: string;
  sources: readonly SourceView[];
  onSource: (source: SourceView) => void;
  lang: string | undefined;
}

/** An answer of the knowledge base or of a language model: both are Markdown, and both may cite. */
export const AnswerText = memo(function AnswerText({ text, sources, onSource, lang }: AnswerTextProps) {
  const cited = useMemo(
    () => ({ places: placesOf(text), sources, open: onSource }),
    [text, sources, onSource],
  );
  return (
    <CitedContext value={cited}>
      <div lang={lang} className="flex flex-col gap-3 break-words leading-relaxed">
        <Markdown text={text} renderText={withCitations} />
      </div>
    </CitedContext>
  );
});

function withCitations(text: string): ReactNode {
  return piecesOf(text).map((piece, place) =>
    "text" in piece ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity of their own.
      <Fragment key={place}>{piece.text}</Fragment>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity of their own.
      <Citations key={place} numbers={piece.numbers} />
    ),
  );
}

/** Numbers as the sources are listed. They lead to their sources once the answer is there. */
function Citations({ numbers }: { numbers: readonly number[] }) {
  const { t } = useTranslation("chat");
  const { places, sources, open } = useContext(CitedContext);
  return numbers.map((number) => {
    const place = places.get(number) ?? number;
    const source = sources[place - 1];
    const look =
      "mx-0.5 inline-flex min-w-6 justify-center rounded-md px-1 align-baseline text-xs tabular-nums leading-6";
    if (!source) {
      return (
        <span key={number} className={`${look} bg-sunken text-ink-muted`}>
          {place}
        </span>
      );
    }
    const label = t("sources.open", { number: place, question: source.question });
    return (
      <button
        key={number}
        type="button"
        aria-label={label}
        data-tooltip={source.question}
        onClick={() => open(source)}
        className={`${look} bg-accent-soft font-medium text-accent hover:bg-accent hover:text-accent-ink`}
      >
        {place}
      </button>
    );
  });
}
