import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { Usage } from "@/api";
import { useFormat } from "@/shared/format";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Notice } from "@/shared/ui/Notice";
import { Skeleton } from "@/shared/ui/Skeleton";
import { useUsage } from "../api";
import { useDays } from "../days";
import { Loaded } from "../parts/Loaded";
import { PageHead, PeriodChoice } from "../parts/PageHead";
import { Figures } from "./Figures";
import { Groups } from "./Groups";

// The charts weigh more than all the rest of the page.
const Series = lazy(() => import("./Series"));

export default function OverviewPage() {
  const { t } = useTranslation("insights");
  const [days, setDays] = useDays();
  const query = useUsage(days);
  return (
    <>
      <PageHead title={t("sections.overview")} text={t("overview.text")}>
        <PeriodChoice days={days} onChange={setDays} />
      </PageHead>
      <Loaded query={query}>{(usage) => <Report usage={usage} />}</Loaded>
    </>
  );
}

function Report({ usage }: { usage: Usage }) {
  const { t } = useTranslation("insights");
  const { number } = useFormat();
  if (usage.turns === 0)
    return <EmptyState title={t("overview.empty")}>{t("overview.emptyText")}</EmptyState>;
  return (
    <>
      {usage.left_out > 0 && (
        <Notice title={t("overview.leftOut", { n: number(usage.left_out), shown: number(usage.turns) })} />
      )}
      <Figures usage={usage} />
      <Suspense fallback={<Skeleton className="h-80" />}>
        <Series usage={usage} />
      </Suspense>
      <Groups usage={usage} />
    </>
  );
}
