import { Plus, X } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { EntryBody } from "@/api";
import { cx } from "@/shared/cx";
import { Button } from "@/shared/ui/Button";
import { Field } from "@/shared/ui/Field";
import { IconButton } from "@/shared/ui/IconButton";
import { announce } from "@/shared/ui/LiveRegion";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { Skeleton } from "@/shared/ui/Skeleton";
import { TextInput } from "@/shared/ui/TextInput";
import { useTry } from "../api";
import { TrialResult } from "./TrialResult";

const MOST_EARLIER = 6;
const QUESTION_CHARS = 2_000;

interface TrialPanelProps {
  question?: string;
  /** Takes part as if it were published. */
  draft?: EntryBody | undefined;
  /** Stands beside a form: all in one column. */
  narrow?: boolean;
  more?: ReactNode;
}

/** Asks as a customer would, after other questions if wanted, and shows what would come of it. */
export function TrialPanel({ question: given = "", draft, narrow, more }: TrialPanelProps) {
  const { t } = useTranslation("knowledge");
  const [question, setQuestion] = useState(given);
  const [earlier, setEarlier] = useState<string[]>([]);
  const attempt = useTry();
  const asked = attempt.variables;
  const ask = () => {
    const before = earlier.map((text) => text.trim()).filter(Boolean);
    attempt.mutate(
      { question: question.trim(), earlier: before, ...(draft && { draft }) },
      { onSuccess: () => announce(t("trial.done")) },
    );
  };
  const follow = () => {
    setEarlier([...earlier, question].slice(-MOST_EARLIER));
    setQuestion("");
  };
  return (
    <div className="flex flex-col gap-6">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (question.trim() && !attempt.isPending) ask();
        }}
        className={cx("flex flex-col gap-4", !narrow && "rounded-xl border border-line bg-raised p-4 sm:p-5")}
      >
        <Earlier questions={earlier} onChange={setEarlier} />
        <Field label={t("trial.question")}>
          <TextInput
            value={question}
            maxLength={QUESTION_CHARS}
            placeholder={t("trial.placeholder")}
            onChange={(event) => setQuestion(event.target.value)}
          />
        </Field>
        {more}
        <div className="flex flex-wrap gap-2">
          <Button type="submit" variant="primary" busy={attempt.isPending} disabled={!question.trim()}>
            {t("trial.ask")}
          </Button>
          {earlier.length < MOST_EARLIER && (
            <Button
              icon={<Plus aria-hidden className="size-4" />}
              disabled={!question.trim()}
              onClick={follow}
            >
              {t("trial.followUp")}
            </Button>
          )}
        </div>
      </form>
      {attempt.isError && <ProblemPanel error={attempt.error} onRetry={ask} busy={attempt.isPending} />}
      {attempt.isPending && <Skeleton className="h-64 w-full rounded-xl" />}
      {attempt.data && asked && !attempt.isPending && (
        <TrialResult
          tried={attempt.data}
          question={asked.question}
          alone={!asked.earlier?.length && !asked.draft}
          narrow={narrow ?? false}
        />
      )}
    </div>
  );
}

/** The questions of the conversation so far. */
function Earlier({ questions, onChange }: { questions: string[]; onChange: (next: string[]) => void }) {
  const { t } = useTranslation("knowledge");
  if (questions.length === 0) return null;
  return (
    <ol className="flex flex-col gap-2" aria-label={t("trial.earlier")}>
      {questions.map((text, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a question is known by its place in the conversation.
        <li key={place} className="flex items-end gap-2">
          <Field label={t("trial.earlierAt", { place: place + 1 })} className="grow">
            <TextInput
              value={text}
              maxLength={QUESTION_CHARS}
              onChange={(event) => onChange(questions.with(place, event.target.value))}
            />
          </Field>
          <IconButton
            label={t("trial.removeEarlier", { place: place + 1 })}
            icon={<X aria-hidden className="size-4" />}
            onClick={() => onChange(questions.toSpliced(place, 1))}
          />
        </li>
      ))}
    </ol>
  );
}
