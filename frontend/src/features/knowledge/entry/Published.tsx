import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { EntryBody, EntryCheck } from "@/api";
import { Card } from "@/shared/ui/Card";
import { Skeleton } from "@/shared/ui/Skeleton";
import { Tabs } from "@/shared/ui/Tabs";
import { useCheck } from "../api";
import { answeredLangs, answersOf, type Lang } from "../langs";
import { Written } from "../parts/Answer";
import { EntryFacts } from "../parts/EntryFacts";
import { ParaphraseList } from "../parts/ParaphraseList";
import { Placeholders } from "../parts/Placeholders";
import { RenderedAnswer } from "../parts/RenderedAnswer";
import { Segments } from "../parts/Segments";

/** The words that customers are answered with now. */
export function Published({ entry }: { entry: EntryBody }) {
  const { t } = useTranslation("knowledge");
  const [look, setLook] = useState<"seen" | "written">("seen");
  const check = useCheck(entry);
  return (
    <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div className="flex min-w-0 flex-col gap-6">
        <Card
          title={t("entry.answer")}
          actions={
            <Segments
              label={t("entry.look")}
              value={look}
              options={[
                { value: "seen", label: t("entry.seen") },
                { value: "written", label: t("entry.written") },
              ]}
              onChange={setLook}
            />
          }
        >
          <Answers entry={entry} check={check.data} waiting={check.isPending} seen={look === "seen"} />
        </Card>
        <Card title={t("entry.paraphrases", { count: (entry.paraphrases ?? []).length })}>
          <ParaphraseList paraphrases={entry.paraphrases ?? []} />
        </Card>
      </div>
      <aside className="flex flex-col gap-6">
        <Card title={t("entry.facts")}>
          <EntryFacts entry={entry} />
        </Card>
        {check.data && check.data.placeholders.length > 0 && (
          <Card title={t("placeholders.title")} description={t("placeholders.about")}>
            <Placeholders placeholders={check.data.placeholders} />
          </Card>
        )}
      </aside>
    </div>
  );
}

interface AnswersProps {
  entry: EntryBody;
  check: EntryCheck | undefined;
  waiting: boolean;
  seen: boolean;
}

function Answers({ entry, check, waiting, seen }: AnswersProps) {
  const { t } = useTranslation("knowledge");
  const langs = answeredLangs(entry);
  const [lang, setLang] = useState<Lang>(langs[0] ?? "en");
  const tab = (each: Lang) => {
    if (!seen) return <Written text={answersOf(entry)[each]} lang={each} />;
    if (waiting) return <Skeleton lines={6} />;
    return <RenderedAnswer entry={entry} check={check} lang={each} />;
  };
  return (
    <Tabs
      label={t("entry.answersByLang")}
      value={lang}
      onChange={(value) => setLang(value as Lang)}
      tabs={langs.map((each) => ({ value: each, label: t(`langs.${each}`), content: tab(each) }))}
    />
  );
}
