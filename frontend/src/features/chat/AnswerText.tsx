import {
  createContext,
  Fragment,
  memo,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useSyncExternalStore,
} from "react";
import { useTranslation } from "react-i18next";
import type { SourceView } from "@/api";
import { type Block, blocksOf, isMarked } from "./blocks";
import { piecesOf, placesOf } from "./citations";

let marked: typeof import("./Marked") | null = null;
const waiting = new Set<() => void>();

/** Fetches what draws Markdown. Once it is here it is used at once, without a moment of bare marks. */
export async function loadMarked(): Promise<void> {
  marked ??= await import("./Marked");
  for (const ready of waiting) ready();
}

function useMarked(wanted: boolean) {
  const loaded = useSyncExternalStore(onMarked, () => marked);
  useEffect(() => {
    // Without it the text stands there with its marks.
    if (wanted) void loadMarked().catch(() => undefined);
  }, [wanted]);
  return wanted ? (loaded?.Marked ?? null) : null;
}

function onMarked(ready: () => void): () => void {
  waiting.add(ready);
  return () => waiting.delete(ready);
}

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

/** Nothing in a text is ever taken for HTML; pictures are left out, and links are their words. */
export const AnswerText = memo(function AnswerText({ text, sources, onSource, lang }: AnswerTextProps) {
  const cited = useMemo(
    () => ({ places: placesOf(text), sources, open: onSource }),
    [text, sources, onSource],
  );
  const Marked = useMarked(isMarked(text));
  return (
    <CitedContext value={cited}>
      <div lang={lang} className="flex flex-col gap-3 break-words leading-relaxed">
        {Marked ? <Marked text={text} /> : <Plain text={text} />}
      </div>
    </CitedContext>
  );
});

function Plain({ text }: { text: string }) {
  return blocksOf(text).map((block, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a text only grows at its end.
    <BlockView key={place} block={block} />
  ));
}

function BlockView({ block }: { block: Block }) {
  if (block.kind === "text") {
    return (
      <p className="whitespace-pre-wrap">
        <WithCitations>{block.lines.join("\n")}</WithCitations>
      </p>
    );
  }
  const items = block.items.map((item, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a list only grows at its end.
    <li key={place} className="pl-1">
      <WithCitations>{item}</WithCitations>
    </li>
  ));
  return block.ordered ? (
    <ol start={block.start} className={LIST.ordered}>
      {items}
    </ol>
  ) : (
    <ul className={LIST.plain}>{items}</ul>
  );
}

export const LIST = {
  ordered: "flex list-decimal flex-col gap-1.5 pl-6 marker:text-ink-muted",
  plain: "flex list-disc flex-col gap-1.5 pl-6 marker:text-ink-muted",
};

function WithCitations({ children }: { children: string }): ReactNode {
  return piecesOf(children).map((piece, place) =>
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
export function Citations({ numbers }: { numbers: readonly number[] }) {
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
