import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/format";
import { figuresOf } from "./report";

export function GateReport({ report }: { report: Record<string, unknown> }) {
  const { t } = useTranslation("insights");
  const { number } = useFormat();
  const figures = figuresOf(report);
  const points = (value: number) => number(value, { maximumFractionDigits: 2, signDisplay: "exceptZero" });
  return (
    <div className="flex flex-col gap-3 text-sm">
      {figures.right && (
        <p className="tabular-nums">
          {t("policy.right", {
            points: points(figures.right.points),
            low: points(figures.right.low),
            high: points(figures.right.high),
            n: number(figures.turns ?? 0),
          })}{" "}
          {figures.tokensSaved !== null && t("policy.tokens", { share: points(100 * figures.tokensSaved) })}{" "}
          {figures.protectedLost !== null && t("policy.protected", { n: number(figures.protectedLost) })}
        </p>
      )}
      <Lines title={t("policy.gains")} lines={figures.gains} />
      <Lines title={t("policy.reasons")} lines={figures.reasons} />
      <details>
        <summary className="cursor-pointer py-1 text-ink-muted">{t("raw")}</summary>
        <pre className="max-h-80 overflow-auto rounded-lg bg-sunken p-3 text-xs">
          {JSON.stringify(report, null, 2)}
        </pre>
      </details>
    </div>
  );
}

function Lines({ title, lines }: { title: string; lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <div>
      <h3 className="font-medium">{title}</h3>
      <ul className="list-disc pl-5">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}
