import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { HitTried } from "@/api";
import { useFormat } from "@/shared/format";
import { Badge } from "@/shared/ui/Badge";
import { Meter } from "@/shared/ui/Meter";
import { RegulatedBadge } from "../parts/Labels";
import { paths } from "../paths";

/** What the search found, best first. */
export function HitList({ hits }: { hits: readonly HitTried[] }) {
  const { t } = useTranslation("knowledge");
  const { number } = useFormat();
  if (hits.length === 0) return <p className="text-ink-muted text-sm">{t("trial.noHits")}</p>;
  return (
    <ol className="flex flex-col gap-3">
      {hits.map((hit, place) => (
        <li key={hit.entry_id} className="flex flex-col gap-1.5 text-sm">
          <span className="flex items-start gap-2">
            <span className="w-5 shrink-0 text-right text-ink-muted tabular-nums">{number(place + 1)}.</span>
            <Link
              to={paths.entry(hit.entry_id)}
              className="min-w-0 break-words hover:text-accent hover:underline"
            >
              {hit.question}
            </Link>
          </span>
          <div className="flex flex-col gap-1.5 pl-7">
            <Score score={hit.score} used={hit.in_prompt} />
            {(hit.in_prompt || hit.regulated) && (
              <span className="flex flex-wrap gap-1">
                {hit.in_prompt && <Badge tone="ok">{t("trial.shown")}</Badge>}
                {hit.regulated && <RegulatedBadge />}
              </span>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}

/** Bar and number; what rounds to nothing is said to be nearly nothing. */
function Score({ score, used }: { score: number; used: boolean }) {
  const { t } = useTranslation("knowledge");
  const { number } = useFormat();
  const hundredths = (value: number) => number(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const text = score > 0 && score < 0.005 ? `< ${hundredths(0.01)}` : hundredths(score);
  return (
    <div className="flex items-center gap-3">
      <div className="grow">
        <Meter
          label={t("trial.score")}
          hideLabel
          value={Math.round(score * 1000) / 1000}
          text={text}
          tone={used ? "accent" : "neutral"}
        />
      </div>
      <span aria-hidden className="w-12 text-right tabular-nums">
        {text}
      </span>
    </div>
  );
}
