import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { TopEntry } from "@/api";
import { useFormat } from "@/shared/format";
import { EmptyState } from "@/shared/ui/EmptyState";
import { useTopQuestions } from "../api";
import { useDays } from "../days";
import { ChartCard } from "../parts/ChartCard";
import { Loaded } from "../parts/Loaded";
import { PageHead, PeriodChoice } from "../parts/PageHead";
import { entryPath } from "../paths";

export default function QuestionsPage() {
  const { t } = useTranslation("insights");
  const [days, setDays] = useDays();
  const query = useTopQuestions(days);
  return (
    <>
      <PageHead title={t("sections.questions")} text={t("questions.text")}>
        <PeriodChoice days={days} onChange={setDays} />
      </PageHead>
      <Loaded query={query}>
        {({ entries }) =>
          entries.length === 0 ? (
            <EmptyState title={t("overview.empty")}>{t("overview.emptyText")}</EmptyState>
          ) : (
            <Entries entries={entries} />
          )
        }
      </Loaded>
    </>
  );
}

function Entries({ entries }: { entries: readonly TopEntry[] }) {
  const { t } = useTranslation("insights");
  const { number } = useFormat();
  const count = (key: "turns" | "up" | "down") => ({
    key,
    header: t(`columns.${key}`),
    numeric: true,
    value: (entry: TopEntry) => entry[key],
    shown: (entry: TopEntry) => number(entry[key]),
  });
  return (
    <ChartCard
      title={t("questions.title")}
      summary={t("questions.summary", { count: entries.length })}
      file="entries-that-answered.csv"
      columns={[
        {
          key: "question",
          header: t("columns.entry"),
          rowHeader: true,
          value: (entry) => entry.question,
          shown: (entry) => (
            <Link className="text-accent underline" to={entryPath(entry.entry_id)}>
              {entry.question || entry.entry_id}
            </Link>
          ),
        },
        { key: "category", header: t("columns.category"), value: (entry) => entry.category },
        count("turns"),
        count("up"),
        count("down"),
      ]}
      rows={entries}
      rowKey={(entry) => entry.entry_id}
    />
  );
}
