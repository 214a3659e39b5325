import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Gap, GapQueue } from "@/api";
import { useFormat } from "@/shared/format";
import { describeProblem } from "@/shared/problems";
import { EmptyState } from "@/shared/ui/EmptyState";
import { toast } from "@/shared/ui/Toasts";
import { useDismissal, useGaps } from "../api";
import { useDays } from "../days";
import { Loaded } from "../parts/Loaded";
import { PageHead, PeriodChoice } from "../parts/PageHead";
import { GapCard } from "./GapCard";

export default function GapsPage() {
  const { t } = useTranslation("insights");
  const [days, setDays] = useDays();
  const query = useGaps(days);
  return (
    <>
      <PageHead title={t("sections.gaps")} text={t("gaps.text")}>
        <PeriodChoice days={days} onChange={setDays} />
      </PageHead>
      <Loaded query={query}>{(queue) => <Queue queue={queue} />}</Loaded>
    </>
  );
}

function Queue({ queue }: { queue: GapQueue }) {
  const { t } = useTranslation("insights");
  const { number } = useFormat();
  const [hidden, dismiss] = useDismissalWithUndo();
  const gaps = queue.gaps.filter((gap) => !hidden.has(gap.id));
  return (
    <>
      <p className="text-ink-muted text-sm">
        {t("gaps.closed", { closed: number(queue.closed_since), dismissed: number(queue.dismissed) })}{" "}
        {queue.waiting > 0 && t("gaps.waiting", { waiting: number(queue.waiting) })}{" "}
        {queue.left_out > 0 && t("gaps.leftOut", { n: number(queue.left_out) })}
      </p>
      {gaps.length === 0 && <EmptyState title={t("gaps.empty")}>{t("gaps.emptyText")}</EmptyState>}
      <ol className="flex flex-col gap-4">
        {gaps.map((gap) => (
          <li key={gap.id}>
            <GapCard gap={gap} onDismiss={() => dismiss(gap)} />
          </li>
        ))}
      </ol>
    </>
  );
}

/** A gap goes at once; the server is told when the chance to take it back has passed. */
function useDismissalWithUndo(): [ReadonlySet<string>, (gap: Gap) => void] {
  const { t, i18n } = useTranslation(["insights", "common"]);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const dismissal = useDismissal();
  const show = (id: string) => setHidden((old) => new Set([...old].filter((each) => each !== id)));
  const dismiss = (gap: Gap) => {
    setHidden((old) => new Set([...old, gap.id]));
    toast({
      text: t("gaps.dismissed", { question: gap.example }),
      action: { label: t("common:undo"), run: () => show(gap.id) },
      onGone: (leaving) =>
        dismissal.mutate(
          { messageIds: gap.questions.map((question) => question.message_id), leaving },
          {
            onError: (error) => {
              show(gap.id);
              toast({ text: describeProblem(error, i18n.getFixedT(null, "common"), i18n.language).title });
            },
          },
        ),
    });
  };
  return [hidden, dismiss];
}
