import { Check, ChevronLeft, ChevronRight, Copy, RefreshCw } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/format";
import { IconButton } from "@/shared/ui/IconButton";
import { announce } from "@/shared/ui/LiveRegion";
import { toast } from "@/shared/ui/Toasts";
import { useActions } from "./actions";
import { copyText } from "./clipboard";
import { ReasonForm, Thumbs, useRating } from "./Feedback";
import { textToCopy } from "./receipt";
import { isAnswered, type Turn, versionOf } from "./thread";

const COPIED_MS = 2000;

/** What can be done with one answer. */
export function TurnActions({ turn }: { turn: Turn }) {
  const { t } = useTranslation("chat");
  const { dateTime } = useFormat();
  const { again } = useActions();
  const rating = useRating(turn);
  return (
    <div className="flex flex-col gap-3">
      <fieldset className="-ml-2 flex flex-wrap items-center gap-0.5">
        <legend className="sr-only">{t("actions.label")}</legend>
        {isAnswered(turn) && <Thumbs rating={rating} />}
        {turn.text && <CopyButton turn={turn} />}
        {isAnswered(turn) && (
          <IconButton
            size="sm"
            label={t("actions.again")}
            icon={<RefreshCw aria-hidden className="size-4" />}
            onClick={() => again(turn)}
          />
        )}
        {turn.askedAt && (
          <time dateTime={turn.askedAt} className="ml-auto text-ink-muted text-xs">
            {dateTime(turn.askedAt)}
          </time>
        )}
        {rating.thanked && (
          <span className="basis-full animate-appear px-2 text-ink-muted text-xs">
            {t("feedback.thanks")}
          </span>
        )}
      </fieldset>
      {rating.asking && <ReasonForm key={rating.asking} turn={turn} asking={rating.asking} rating={rating} />}
    </div>
  );
}

function CopyButton({ turn }: { turn: Turn }) {
  const { t } = useTranslation("chat");
  const { date } = useFormat();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    const words = { title: t("copy.sources"), asOf: (iso: string) => t("copy.asOf", { date: date(iso) }) };
    const done = await copyText(textToCopy(turn.text, turn.receipt?.sources ?? [], words));
    if (!done) return void toast({ text: t("actions.copyFailed") });
    setCopied(true);
    announce(t("actions.copied"));
  };
  const Icon = copied ? Check : Copy;
  return (
    <IconButton
      size="sm"
      label={copied ? t("actions.copied") : t("actions.copy")}
      icon={<Icon aria-hidden className="size-4" />}
      onClick={() => void copy()}
    />
  );
}

/** Leads through the versions of one question. It keeps its place, and so the focus, when another one is shown. */
export function Versions({ turn }: { turn: Turn }) {
  const { t } = useTranslation("chat");
  const { number } = useFormat();
  const { show } = useActions();
  const { shown, of, before, after } = versionOf(turn);
  if (of < 2) return null;
  const figures = { shown: number(shown), of: number(of) };
  return (
    <fieldset className="flex items-center self-end text-ink-muted">
      <legend className="sr-only">{t("turn.edited")}</legend>
      <IconButton
        size="sm"
        label={t("turn.earlier")}
        icon={<ChevronLeft aria-hidden className="size-4" />}
        aria-disabled={!before}
        className="aria-disabled:opacity-50"
        onClick={() => before && show(before)}
      />
      <span className="min-w-8 text-center text-xs tabular-nums">
        <span aria-hidden>{t("turn.version", figures)}</span>
        <span className="sr-only">{t("turn.versionLong", figures)}</span>
      </span>
      <IconButton
        size="sm"
        label={t("turn.later")}
        icon={<ChevronRight aria-hidden className="size-4" />}
        aria-disabled={!after}
        className="aria-disabled:opacity-50"
        onClick={() => after && show(after)}
      />
    </fieldset>
  );
}
