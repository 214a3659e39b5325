import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { EntryBody, EntryCheck } from "@/api";
import { Card } from "@/shared/ui/Card";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { Skeleton } from "@/shared/ui/Skeleton";
import { Tabs } from "@/shared/ui/Tabs";
import { DiffView } from "../diff/DiffView";
import { answeredLangs, type Lang } from "../langs";
import { Placeholders } from "../parts/Placeholders";
import { RenderedAnswer } from "../parts/RenderedAnswer";
import { Segments } from "../parts/Segments";
import { TrialPanel } from "../trial/TrialPanel";
import { Findings } from "./Findings";
import { Similar } from "./Similar";
import type { PlacedProblems } from "./values";

interface EditorSideProps {
  entry: EntryBody;
  published: EntryBody | null;
  check: UseQueryResult<EntryCheck>;
  problems: PlacedProblems;
  onLead: (place: string) => void;
}

/** What the text would look like and do, while it is being written. */
export function EditorSide({ entry, published, check, problems, onLead }: EditorSideProps) {
  const { t } = useTranslation("knowledge");
  const [shown, setShown] = useState("preview");
  const tabs = [
    { value: "preview", label: t("side.preview"), content: <Preview entry={entry} check={check} /> },
    ...(published
      ? [
          {
            value: "changes",
            label: t("side.changes"),
            content: (
              <DiffView
                before={published}
                after={entry}
                beforeLabel={t("diff.published")}
                afterLabel={t("diff.draft")}
              />
            ),
          },
        ]
      : []),
    { value: "try", label: t("side.try"), content: <TrialPanel draft={entry} narrow /> },
  ];
  return (
    <aside className="flex min-w-0 flex-col gap-6 lg:sticky lg:top-20 lg:max-h-[calc(100dvh-10rem)] lg:overflow-y-auto">
      {check.data && <Findings problems={problems} onLead={onLead} />}
      {entry.question !== published?.question && (
        <Similar entries={check.data?.similar ?? []} id={entry.id} />
      )}
      <Card>
        <Tabs label={t("side.label")} value={shown} onChange={setShown} tabs={tabs} />
      </Card>
    </aside>
  );
}

function Preview({ entry, check }: { entry: EntryBody; check: UseQueryResult<EntryCheck> }) {
  const { t } = useTranslation("knowledge");
  const langs = answeredLangs(entry);
  const [chosen, setLang] = useState<Lang>("en");
  const lang = langs.includes(chosen) ? chosen : (langs[0] ?? "en");
  if (check.isError) return <ProblemPanel error={check.error} onRetry={() => void check.refetch()} />;
  if (!check.data) {
    return check.isFetching ? (
      <Skeleton lines={6} />
    ) : (
      <p className="text-ink-muted text-sm">{t("side.nothingYet")}</p>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      {langs.length > 1 && (
        <Segments
          label={t("entry.answersByLang")}
          value={lang}
          options={langs.map((value) => ({ value, label: t(`langs.${value}`) }))}
          onChange={setLang}
        />
      )}
      <RenderedAnswer entry={entry} check={check.data} lang={lang} />
      {check.data.placeholders.length > 0 && (
        <section className="flex flex-col gap-2 border-line border-t pt-4">
          <h3 className="font-medium text-sm">{t("placeholders.title")}</h3>
          <Placeholders placeholders={check.data.placeholders} />
        </section>
      )}
    </div>
  );
}
