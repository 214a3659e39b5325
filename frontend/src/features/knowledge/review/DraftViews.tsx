import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { EntryBody, RevisionView } from "@/api";
import { Card } from "@/shared/ui/Card";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { Skeleton } from "@/shared/ui/Skeleton";
import { Tabs } from "@/shared/ui/Tabs";
import { useCheck } from "../api";
import { DiffView } from "../diff/DiffView";
import { answeredLangs } from "../langs";
import { EntryFacts } from "../parts/EntryFacts";
import { Notice } from "../parts/Notice";
import { ParaphraseList } from "../parts/ParaphraseList";
import { Placeholders } from "../parts/Placeholders";
import { RenderedAnswer } from "../parts/RenderedAnswer";
import { TrialPanel } from "../trial/TrialPanel";

interface DraftViewsProps {
  draft: RevisionView;
  published: EntryBody | null;
}

/** What a second person looks at before deciding. */
export function DraftViews({ draft, published }: DraftViewsProps) {
  const { t } = useTranslation("knowledge");
  const [shown, setShown] = useState(published && !draft.retires ? "changes" : "seen");
  const tabs = [
    {
      value: "changes",
      label: t("side.changes"),
      content: draft.retires ? (
        <Notice tone="warn">{t("review.retires")}</Notice>
      ) : (
        <DiffView
          before={published}
          after={draft.entry}
          beforeLabel={published ? t("diff.published") : t("diff.nothing")}
          afterLabel={t("diff.draft")}
        />
      ),
    },
    { value: "seen", label: t("entry.seen"), content: <WholeEntry entry={draft.entry} /> },
    ...(draft.retires
      ? []
      : [{ value: "try", label: t("side.try"), content: <TrialPanel narrow draft={draft.entry} /> }]),
  ];
  return (
    <Card title={t("review.views")}>
      <Tabs label={t("review.views")} value={shown} onChange={setShown} tabs={tabs} />
    </Card>
  );
}

function WholeEntry({ entry }: { entry: EntryBody }) {
  const { t } = useTranslation("knowledge");
  const check = useCheck(entry);
  if (check.isError) return <ProblemPanel error={check.error} onRetry={() => void check.refetch()} />;
  if (!check.data) return <Skeleton lines={8} />;
  const { placeholders } = check.data;
  return (
    <div className="flex flex-col gap-6">
      {answeredLangs(entry).map((lang) => (
        <section key={lang} className="flex flex-col gap-2">
          <h3 className="text-ink-muted text-sm">{t("diff.answerIn", { lang: t(`langs.${lang}`) })}</h3>
          <div className="rounded-xl bg-sunken p-4">
            <RenderedAnswer entry={entry} check={check.data} lang={lang} />
          </div>
        </section>
      ))}
      {placeholders.length > 0 && (
        <section className="flex flex-col gap-2">
          <h3 className="text-ink-muted text-sm">{t("placeholders.title")}</h3>
          <Placeholders placeholders={placeholders} />
        </section>
      )}
      <section className="flex flex-col gap-2">
        <h3 className="text-ink-muted text-sm">{t("fields.paraphrases")}</h3>
        <ParaphraseList paraphrases={entry.paraphrases ?? []} />
      </section>
      <EntryFacts entry={entry} />
    </div>
  );
}
