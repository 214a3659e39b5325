import { useTranslation } from "react-i18next";
import type { Cost, Usage } from "@/api";
import { useFormat } from "@/shared/format";
import { Figure, ShareFigure, useInterval } from "../parts/Figure";
import { useMoney } from "./money";

export function Figures({ usage }: { usage: Usage }) {
  const { t } = useTranslation("insights");
  const { number, percent } = useFormat();
  const interval = useInterval();
  const { tokens } = usage;
  const saving = tokens.saving === null ? t("none") : percent(tokens.saving, 1);
  return (
    <>
      <dl className="grid grid-cols-1 gap-3 sm:grid-cols-2 lg:grid-cols-4">
        <Figure
          label={t("figures.saving")}
          value={saving}
          basis={[
            t("figures.savingBasis", {
              saved: number(tokens.saved),
              always: number(tokens.always_fetch_prompt),
            }),
            tokens.ci95 && interval(tokens.ci95),
          ]
            .filter(Boolean)
            .join("; ")}
        />
        <CostFigure cost={usage.cost} />
        <Figure
          label={t("figures.turns")}
          value={number(usage.turns)}
          basis={t("figures.turnsBasis", {
            conversations: number(usage.conversations),
            accounts: number(usage.accounts),
          })}
        />
        <ShareFigure label={t("figures.fetched")} share={usage.fetched} />
        <ShareFigure label={t("figures.satisfied")} share={usage.satisfied} />
        <ShareFigure label={t("figures.contained")} share={usage.contained} />
        <ShareFigure label={t("figures.handedOff")} share={usage.handed_off} />
        <Figure
          label={t("figures.requests")}
          value={number(usage.person_requests)}
          basis={t("figures.requestsBasis", {
            emergencies: number(usage.emergencies),
            degraded: number(usage.degraded),
          })}
        />
      </dl>
      <p className="text-ink-muted text-sm">
        {tokens.paid_turns === 0
          ? t("figures.nobodyAsked")
          : t("figures.asked", { paid: number(tokens.paid_turns), turns: number(usage.turns) })}
      </p>
    </>
  );
}

function CostFigure({ cost }: { cost: Cost | null }) {
  const { t } = useTranslation("insights");
  const money = useMoney();
  if (cost === null) {
    return <Figure label={t("figures.cost")} value={t("none")} basis={t("figures.noPrices")} />;
  }
  return (
    <Figure
      label={t("figures.cost")}
      value={money(cost.saved, cost.currency)}
      basis={t("figures.costBasis", { spent: money(cost.spent, cost.currency) })}
    />
  );
}
