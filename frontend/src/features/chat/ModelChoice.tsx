import { useQuery } from "@tanstack/react-query";
import { Bot } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { ModelView } from "@/api";
import { aboutQuery } from "@/shared/about";
import { cx } from "@/shared/cx";
import { buttonClass } from "@/shared/ui/Button";
import { useLocalState } from "@/shared/useLocalState";

const AUTOMATIC = "";
const NO_MODELS: readonly ModelView[] = [];

interface Choice {
  models: readonly ModelView[];
  /** What to send with a question; null: whoever can answer first. */
  model: string | null;
  choose: (model: string | null) => void;
}

/** Which model answers. A choice that is no longer on offer counts as none. */
export function useModel(): Choice {
  const { data: about } = useQuery(aboutQuery);
  const [stored, setStored] = useLocalState<string>("model", AUTOMATIC);
  const models = about?.models ?? NO_MODELS;
  const known = models.length > 1 && models.some(({ id }) => id === stored);
  const model = known ? stored : null;
  return useMemo(() => ({ models, model, choose: setStored }), [models, model, setStored]);
}

/** Nothing where there is nothing to choose. */
export function ModelChoice({ choice, narrow }: { choice: Choice; narrow: boolean }) {
  const { t } = useTranslation("chat");
  const { models, model, choose } = choice;
  if (models.length < 2) return null;
  const nameOf = (each: ModelView) => (each.kind === "approved" ? t("model.approved") : each.model);
  const twice = (each: ModelView) => models.filter((other) => nameOf(other) === nameOf(each)).length > 1;
  const fullName = (each: ModelView) => (twice(each) ? `${nameOf(each)} (${each.provider})` : nameOf(each));
  const options = [
    { value: AUTOMATIC, label: t("model.automatic") },
    ...models.map((each) => ({ value: each.id, label: fullName(each) })),
  ];
  const chosen = options.find(({ value }) => value === (model ?? AUTOMATIC))?.label ?? "";
  return (
    <span
      data-tooltip={`${t("model.label")}: ${chosen}`}
      className={buttonClass(
        "quiet",
        "sm",
        "relative text-ink-muted has-focus-visible:outline-2 has-focus-visible:outline-accent",
      )}
    >
      <Bot aria-hidden className="size-4 shrink-0" />
      <span aria-hidden className={cx("max-w-40 truncate", narrow && "sr-only")}>
        {chosen}
      </span>
      <select
        aria-label={t("model.label")}
        value={model ?? AUTOMATIC}
        onChange={(event) => choose(event.target.value === AUTOMATIC ? null : event.target.value)}
        className="absolute inset-0 cursor-pointer bg-raised text-ink opacity-0"
      >
        {options.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </span>
  );
}
