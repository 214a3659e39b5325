import { BadgeCheck, Quote } from "lucide-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { SourceView } from "@/api";
import { useFormat } from "@/shared/format";
import { Badge } from "@/shared/ui/Badge";
import type { ReceiptLang } from "./emergency";

interface SourcesProps {
  sources: readonly SourceView[];
  onOpen: (source: SourceView) => void;
}

export function Sources({ sources, onOpen }: SourcesProps) {
  const { t } = useTranslation("chat");
  const { date } = useFormat();
  if (sources.length === 0) return null;
  return (
    <ol aria-label={t("sources.title", { count: sources.length })} className="flex flex-col gap-1.5">
      {sources.map((source, place) => (
        <li key={source.id}>
          <button
            type="button"
            aria-label={t("sources.open", { number: place + 1, question: source.question })}
            aria-haspopup="dialog"
            onClick={() => onOpen(source)}
            className="flex w-full gap-2.5 rounded-lg border border-line bg-raised px-3 py-2 text-left text-sm hover:border-edge hover:bg-sunken"
          >
            <span className="mt-0.5 flex h-5 min-w-5 shrink-0 items-center justify-center rounded-md bg-accent-soft px-1 font-medium text-accent text-xs tabular-nums">
              {place + 1}
            </span>
            <span className="flex min-w-0 grow flex-col gap-1">
              <span className="font-medium">{source.question}</span>
              <span className="line-clamp-2 text-ink-muted text-xs">
                {source.source || t("sources.unknown")}
                {source.as_of && ` · ${t("sources.asOf", { date: date(source.as_of) })}`}
              </span>
              {source.verbatim && (
                <Badge
                  tone="ok"
                  icon={<BadgeCheck aria-hidden className="size-3.5" />}
                  className="self-start"
                >
                  {t("sources.verbatim")}
                </Badge>
              )}
            </span>
            <Quote aria-hidden className="mt-1 size-4 shrink-0 text-ink-muted" />
          </button>
        </li>
      ))}
    </ol>
  );
}

const SourceDialog = lazy(() => import("./SourceDialog"));

export interface OpenSource {
  source: SourceView;
  lang: ReceiptLang;
}

interface SourceLayerProps {
  /** Stays while the dialog closes; null before the first was opened. */
  shown: OpenSource | null;
  open: boolean;
  onClose: () => void;
}

/** The dialog with the entry behind an answer, fetched when it is first opened. */
export function SourceLayer({ shown, open, onClose }: SourceLayerProps) {
  if (!shown) return null;
  return (
    <Suspense>
      <SourceDialog {...shown} open={open} onClose={onClose} />
    </Suspense>
  );
}
