import { ThumbsDown, ThumbsUp } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/shared/cx";
import { Button } from "@/shared/ui/Button";
import { Field } from "@/shared/ui/Field";
import { IconButton } from "@/shared/ui/IconButton";
import { announce } from "@/shared/ui/LiveRegion";
import { TextArea } from "@/shared/ui/TextArea";
import { toast } from "@/shared/ui/Toasts";
import { useActions } from "./actions";
import { type Rating, REASONS, readReason, writtenReason } from "./feedback";
import type { Turn } from "./thread";

/** What is chosen but not yet asked about further. */
export interface RatingState {
  given: Rating | null;
  asking: Rating | null;
  /** The reason was stored too. */
  thanked: boolean;
  rate: (rating: Rating, reason?: string) => void;
  done: () => void;
}

export function useRating(turn: Turn): RatingState {
  const { t } = useTranslation("chat");
  const { rate } = useActions();
  const [sent, setSent] = useState<Rating | null>(null);
  const [asking, setAsking] = useState<Rating | null>(null);
  const [thanked, setThanked] = useState(false);
  return {
    given: sent ?? turn.feedback?.rating ?? null,
    asking,
    thanked,
    rate: (rating, reason) => {
      setSent(rating);
      setThanked(false);
      setAsking(reason === undefined ? rating : null);
      const kept = reason ?? writtenReason(readReason(turn.feedback, rating));
      rate(turn, { rating, reason: kept }).then(
        () => {
          announce(t(reason === undefined ? "feedback.noted" : "feedback.thanks"));
          setThanked(reason !== undefined);
        },
        () => {
          setSent(null);
          toast({ text: t("feedback.problem") });
        },
      );
    },
    done: () => setAsking(null),
  };
}

export function Thumbs({ rating }: { rating: RatingState }) {
  const { t } = useTranslation("chat");
  const thumbs = [
    { value: "up", label: t("actions.up"), Icon: ThumbsUp },
    { value: "down", label: t("actions.down"), Icon: ThumbsDown },
  ] as const;
  return thumbs.map(({ value, label, Icon }) => (
    <IconButton
      key={value}
      size="sm"
      label={label}
      aria-pressed={rating.given === value}
      icon={<Icon aria-hidden className="size-4" />}
      onClick={() => rating.rate(value)}
    />
  ));
}

interface ReasonFormProps {
  turn: Turn;
  asking: Rating;
  rating: RatingState;
}

export function ReasonForm({ turn, asking, rating }: ReasonFormProps) {
  const { t } = useTranslation("chat");
  const { t: common } = useTranslation();
  const id = useId();
  const [reason, setReason] = useState(() => readReason(turn.feedback, asking));
  const toggle = (words: string) => {
    const chosen = reason.chosen.includes(words)
      ? reason.chosen.filter((each) => each !== words)
      : [...reason.chosen, words];
    setReason({ ...reason, chosen });
  };
  return (
    <form
      aria-labelledby={id}
      onSubmit={(event) => {
        event.preventDefault();
        rating.rate(asking, writtenReason(reason));
      }}
      className="flex flex-col gap-3 rounded-xl border border-line bg-raised p-4"
    >
      <p id={id} className="font-medium text-sm">
        {t(asking === "up" ? "feedback.upTitle" : "feedback.downTitle")}
      </p>
      <div className="flex flex-wrap gap-2">
        {Object.entries(REASONS[asking]).map(([name, words]) => (
          <button
            key={name}
            type="button"
            aria-pressed={reason.chosen.includes(words)}
            onClick={() => toggle(words)}
            className={cx(
              "min-h-8 rounded-full border px-3 text-sm pointer-coarse:min-h-11",
              reason.chosen.includes(words)
                ? "border-accent bg-accent-soft text-accent"
                : "border-edge hover:bg-sunken",
            )}
          >
            {t(`feedback.${asking}.${name}` as "feedback.up.clear")}
          </button>
        ))}
      </div>
      <Field label={t("feedback.more")} hint={t("feedback.moreHint")}>
        <TextArea
          rows={2}
          maxLength={300}
          value={reason.words}
          onChange={(event) => setReason({ ...reason, words: event.target.value })}
        />
      </Field>
      <div className="flex gap-2">
        <Button type="submit" variant="primary" size="sm">
          {t("feedback.send")}
        </Button>
        <Button variant="quiet" size="sm" onClick={rating.done}>
          {common("close")}
        </Button>
      </div>
    </form>
  );
}
