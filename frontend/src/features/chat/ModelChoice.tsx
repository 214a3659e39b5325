import { useQuery } from "@tanstack/react-query";
import { Bot } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { ModelView } from "@/api";
import { cx } from "@/shared/cx";
import { buttonClass } from "@/shared/ui/Button";
import { Menu } from "@/shared/ui/Menu";
import { useLocalState } from "@/shared/useLocalState";
import { aboutQuery } from "./queries";

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
  const label = `${t("model.label")}: ${chosen}`;
  return (
    <Menu
      label={t("model.label")}
      align="end"
      entries={[
        {
          type: "choice",
          label: t("model.label"),
          value: model ?? AUTOMATIC,
          options,
          choose: (value) => choose(value === AUTOMATIC ? null : value),
        },
      ]}
      trigger={(wiring) => (
        <button
          type="button"
          {...wiring}
          aria-label={label}
          data-tooltip={label}
          className={buttonClass("quiet", "sm", "text-ink-muted")}
        >
          <Bot aria-hidden className="size-4 shrink-0" />
          <span className={cx("max-w-40 truncate", narrow && "sr-only")}>{chosen}</span>
        </button>
      )}
    />
  );
}
