import { useQuery } from "@tanstack/react-query";
import { CornerDownRight } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { useActions } from "./actions";
import { openingOf } from "./emergency";
import { nextQuestionsQuery } from "./queries";
import type { Turn } from "./thread";
import { SUGGESTION } from "./Welcome";

interface Offer {
  key: string;
  label: string;
  /** What is asked when it is chosen. */
  question: string;
}

/** What may follow the last answer: one of the entries that it asks back about, or a related question. */
export function NextQuestions({ turn }: { turn: Turn }) {
  if (turn.receipt?.reason === "unclear")
    return <Offers offers={optionsIn(turn.text)} title="next.options" />;
  if (turn.state !== "done" || turn.id === null || isCrisis(turn)) return null;
  return <Related turnId={turn.id} />;
}

function Related({ turnId }: { turnId: string }) {
  const { data } = useQuery(nextQuestionsQuery(turnId));
  const offers = data?.suggestions.map(({ entry_id, question }) => ({
    key: entry_id,
    label: question,
    question,
  }));
  return <Offers offers={offers ?? []} title="next.title" />;
}

function Offers({ offers, title }: { offers: readonly Offer[]; title: "next.title" | "next.options" }) {
  const { t } = useTranslation("chat");
  const { ask } = useActions();
  const id = useId();
  if (offers.length === 0) return null;
  return (
    <section aria-labelledby={id} className="flex animate-appear flex-col gap-2 pt-4">
      <h3 id={id} className="font-medium text-ink-muted text-sm">
        {t(title)}
      </h3>
      <ul className="flex flex-col gap-2">
        {offers.map(({ key, label, question }) => (
          <li key={key}>
            <button type="button" onClick={() => ask(question)} className={SUGGESTION}>
              <CornerDownRight aria-hidden className="mr-2.5 size-4 shrink-0 text-ink-muted" />
              {label}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The numbered entries of a question back; a reply is their number. */
export function optionsIn(text: string): Offer[] {
  return [...text.matchAll(/^(\d)\. (.+)$/gm)].map(([, number = "", words = ""]) => ({
    key: number,
    label: words,
    question: number,
  }));
}

function isCrisis(turn: Turn): boolean {
  return turn.receipt?.emergency === true && openingOf(turn.text).kind === "crisis";
}
