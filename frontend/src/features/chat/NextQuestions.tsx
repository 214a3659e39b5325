import { useQuery } from "@tanstack/react-query";
import { CornerDownRight } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { buttonClass } from "@/shared/ui/Button";
import { useActions } from "./actions";
import { nextQuestionsQuery } from "./queries";
import type { Turn } from "./thread";
import { SUGGESTION } from "./Welcome";

interface Option {
  /** What is replied when it is chosen. */
  number: string;
  words: string;
}

/** What may follow the last answer: one of the entries that it asks back about, or a related question. */
export function NextQuestions({ turn }: { turn: Turn }) {
  if (turn.receipt?.reason === "unclear") return <Options options={optionsIn(turn.text)} />;
  if (turn.state !== "done" || turn.id === null || turn.receipt?.opening === "crisis") return null;
  return <Related turnId={turn.id} />;
}

function Related({ turnId }: { turnId: string }) {
  const { t } = useTranslation("chat");
  const { ask } = useActions();
  const { data } = useQuery(nextQuestionsQuery(turnId));
  const id = useId();
  if (!data || data.suggestions.length === 0) return null;
  return (
    <section aria-labelledby={id} className="flex animate-appear flex-col gap-2 pt-4">
      <h3 id={id} className="font-medium text-ink-muted text-sm">
        {t("next.title")}
      </h3>
      <ul className="flex flex-col gap-2">
        {data.suggestions.map(({ entry_id, question }) => (
          <li key={entry_id}>
            <button type="button" onClick={() => ask(question)} className={SUGGESTION}>
              <CornerDownRight aria-hidden className="mr-2.5 size-4 shrink-0 text-ink-muted" />
              {question}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The answer above has said what the numbers stand for. */
function Options({ options }: { options: readonly Option[] }) {
  const { t } = useTranslation("chat");
  const { ask } = useActions();
  if (options.length === 0) return null;
  return (
    <fieldset className="flex flex-wrap items-center gap-2 pt-4">
      <legend className="mb-2 sm:float-left sm:mr-1 sm:mb-0 font-medium text-ink-muted text-sm">
        {t("next.options")}
      </legend>
      {options.map(({ number, words }) => (
        <button
          key={number}
          type="button"
          aria-label={`${number}. ${words}`}
          data-tooltip={words}
          onClick={() => ask(number)}
          className={buttonClass("secondary", "md", "min-w-11 tabular-nums")}
        >
          {number}
        </button>
      ))}
    </fieldset>
  );
}

/** The numbered entries of a question back; a reply is their number. */
export function optionsIn(text: string): Option[] {
  return [...text.matchAll(/^(\d)\. (.+)$/gm)].map(([, number = "", words = ""]) => ({ number, words }));
}
