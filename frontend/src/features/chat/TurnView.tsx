import { memo, useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { SourceView } from "@/api";
import { cx } from "@/shared/cx";
import { Button } from "@/shared/ui/Button";
import { AnswerText } from "./AnswerText";
import { useActions } from "./actions";
import { EmergencyCard } from "./EmergencyCard";
import { Ending, Shortcomings } from "./Ending";
import { openingOf } from "./emergency";
import { htmlLang } from "./languages";
import { Question } from "./Question";
import { Receipt } from "./Receipt";
import { Sources } from "./Sources";
import { TurnActions, Versions } from "./TurnActions";
import { isAnswered, isSettled, type Turn } from "./thread";

interface TurnViewProps {
  turn: Turn;
  /** Whether it may be left undrawn while it is out of sight. */
  lazy: boolean;
}

const NO_SOURCES: readonly SourceView[] = [];

/** One question with its answer. Drawn again only when something of it has changed. */
export const TurnView = memo(function TurnView({ turn, lazy }: TurnViewProps) {
  const { t } = useTranslation("chat");
  const number = turn.place + 1;
  const version = turn.id ?? turn.reply?.key ?? "";
  return (
    <article
      aria-label={t("turn.question", { number })}
      className={cx(
        "flex flex-col gap-4 [contain-intrinsic-size:auto_24rem]",
        lazy && "[content-visibility:auto]",
      )}
    >
      <h2 className="sr-only">{t("turn.question", { number })}</h2>
      <div className="flex flex-col gap-1">
        <Question key={version} turn={turn} />
        {isSettled(turn) && <Versions turn={turn} />}
      </div>
      <h3 className="sr-only">{t("turn.answer")}</h3>
      <Answer turn={turn} version={version} />
    </article>
  );
});

function Answer({ turn, version }: { turn: Turn; version: string }) {
  const { openSource } = useActions();
  const lang = turn.receipt?.lang ?? "en";
  const sources = turn.receipt?.sources ?? NO_SOURCES;
  const onSource = useCallback((source: SourceView) => openSource(source, lang), [openSource, lang]);
  return (
    <div className="flex flex-col gap-4">
      <Words turn={turn} sources={sources} onSource={onSource} />
      {!isSettled(turn) && <Progress turn={turn} />}
      <Ending turn={turn} />
      <Shortcomings turn={turn} />
      <Sources sources={sources} onOpen={onSource} />
      {turn.state === "handed_off" && <PersonOffer />}
      {isSettled(turn) && turn.id !== null && (
        <div className="flex flex-col gap-1">
          {turn.receipt && <Receipt key={`receipt ${version}`} receipt={turn.receipt} />}
          {(isAnswered(turn) || turn.text) && <TurnActions key={version} turn={turn} />}
        </div>
      )}
    </div>
  );
}

interface WordsProps {
  turn: Turn;
  sources: readonly SourceView[];
  onSource: (source: SourceView) => void;
}

/** The text; what it begins with in an emergency stands in a card of its own. */
function Words({ turn, sources, onSource }: WordsProps) {
  const { ask } = useActions();
  const kind = turn.receipt ? turn.receipt.opening : (turn.reply?.opening ?? null);
  if (!turn.text) return null;
  if (kind === null) {
    const lang = turn.receipt ? htmlLang(turn.receipt.lang) : undefined;
    return <AnswerText text={turn.text} sources={sources} onSource={onSource} lang={lang} />;
  }
  const opening = openingOf(turn.text, kind);
  return (
    <>
      <EmergencyCard opening={opening} onAsk={ask} />
      {opening.rest && (
        <AnswerText text={opening.rest} sources={sources} onSource={onSource} lang={htmlLang(opening.lang)} />
      )}
    </>
  );
}

function Progress({ turn }: { turn: Turn }) {
  const { t } = useTranslation("chat");
  const phase = turn.reply?.phase ?? "elsewhere";
  const reading = phase === "writing" && turn.text === "" && turn.reply ? turn.reply.hits.length : 0;
  const words = reading > 0 ? t("phase.reading", { count: reading }) : t(`phase.${phase as "sending"}`);
  return (
    <p className="flex min-h-8 items-center gap-2.5 text-ink-muted text-sm">
      <span aria-hidden className="size-2 animate-pulse rounded-full bg-accent" />
      {words}
    </p>
  );
}

function PersonOffer() {
  const { t } = useTranslation("chat");
  const { talkToPerson } = useActions();
  return (
    <Button variant="primary" className="self-start" onClick={talkToPerson}>
      {t("person.action")}
    </Button>
  );
}
