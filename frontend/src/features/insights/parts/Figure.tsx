import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Share } from "@/api";
import { useFormat } from "@/shared/format";

interface FigureProps {
  label: string;
  value: ReactNode;
  /** What the value rests on: how many, and how sure. */
  basis?: ReactNode;
}

export function Figure({ label, value, basis }: FigureProps) {
  return (
    <div className="flex flex-col gap-1 rounded-xl border border-line bg-raised p-4">
      <dt className="text-ink-muted text-sm">{label}</dt>
      <dd className="font-display text-2xl tabular-nums">{value}</dd>
      {basis && <dd className="text-ink-muted text-xs tabular-nums">{basis}</dd>}
    </div>
  );
}

export function ShareFigure({ label, share }: { label: string; share: Share }) {
  const basis = useShareBasis(share);
  const { percent } = useFormat();
  const { t } = useTranslation("insights");
  return (
    <Figure label={label} value={share.share === null ? t("none") : percent(share.share, 1)} basis={basis} />
  );
}

/** "12 of 40, 95 % interval 18 to 46 %". */
function useShareBasis({ n, count, ci95 }: Share): string {
  const { t } = useTranslation("insights");
  const { number } = useFormat();
  const interval = useInterval();
  const of = t("of", { count: number(count), n: number(n) });
  return ci95 ? `${of}; ${interval(ci95)}` : of;
}

export function useInterval(): (ci95: readonly number[]) => string {
  const { t } = useTranslation("insights");
  const { number } = useFormat();
  const show = (share = 0) => number(100 * share, { maximumFractionDigits: 1 });
  return ([low, high]) => t("interval", { low: show(low), high: show(high) });
}
