import { useTranslation } from "react-i18next";
import type { Answerer, Group, Usage } from "@/api";
import { useFormat } from "@/shared/format";
import { ChartCard, type DataColumn } from "../parts/ChartCard";

type Stage = Usage["latency"][number];

const LANGS = ["en", "hinglish", "hi"] as const;
const KINDS = ["policy", "small_talk", "threshold", "live", "regulated", "explored", "unclear"] as const;
const STAGES = ["search", "decide", "prompt", "generate", "total"] as const;

/** The same turns by language and by who decided, the time of each stage, and who answered. */
export function Groups({ usage }: { usage: Usage }) {
  const { t } = useTranslation("insights");
  const langs = LANGS.map((lang) => [lang, t(`langs.${lang}`)] as const);
  const kinds = KINDS.map((kind) => [kind, t(`kinds.${kind}`)] as const);
  return (
    <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
      <GroupTable
        title={t("groups.byLang")}
        file="by-language.csv"
        groups={usage.by_lang}
        names={new Map(langs)}
      />
      <GroupTable
        title={t("groups.byKind")}
        file="by-kind.csv"
        groups={usage.by_kind}
        names={new Map(kinds)}
      />
      <StageTable stages={usage.latency} />
      <AnswererTable answerers={usage.answered_by} />
    </div>
  );
}

interface GroupTableProps {
  title: string;
  file: string;
  groups: readonly Group[];
  names: ReadonlyMap<string, string>;
}

function GroupTable({ title, file, groups, names }: GroupTableProps) {
  const { t } = useTranslation("insights");
  const { number, percent } = useFormat();
  const share = (value: number | null) => (value === null ? t("none") : percent(value, 1));
  const columns: DataColumn<Group>[] = [
    { key: "name", header: t("columns.name"), rowHeader: true, value: ({ name }) => names.get(name) ?? name },
    {
      key: "turns",
      header: t("columns.turns"),
      numeric: true,
      value: (g) => g.turns,
      shown: (g) => number(g.turns),
    },
    {
      key: "fetched",
      header: t("columns.fetchRate"),
      numeric: true,
      value: (g) => g.fetched.share,
      shown: (g) => share(g.fetched.share),
    },
    {
      key: "saving",
      header: t("columns.saving"),
      numeric: true,
      value: (g) => g.saving,
      shown: (g) => share(g.saving),
    },
    {
      key: "handedOff",
      header: t("columns.handedOff"),
      numeric: true,
      value: (g) => g.handed_off,
      shown: (g) => number(g.handed_off),
    },
  ];
  return (
    <ChartCard
      title={title}
      summary={t("groups.text")}
      file={file}
      columns={columns}
      rows={groups}
      rowKey={(group) => group.name}
    />
  );
}

function StageTable({ stages }: { stages: readonly Stage[] }) {
  const { t } = useTranslation("insights");
  const { number } = useFormat();
  const names = new Map<string, string>(STAGES.map((stage) => [stage, t(`stages.${stage}`)]));
  const time = (key: "p50_ms" | "p95_ms" | "p99_ms", header: string): DataColumn<Stage> => ({
    key,
    header,
    numeric: true,
    value: (stage) => stage[key],
    shown: (stage) => number(stage[key], { maximumFractionDigits: 1 }),
  });
  return (
    <ChartCard
      title={t("groups.stages")}
      summary={t("groups.stagesText")}
      file="latency-by-stage.csv"
      columns={[
        {
          key: "stage",
          header: t("columns.name"),
          rowHeader: true,
          value: ({ stage }) => names.get(stage) ?? stage,
        },
        time("p50_ms", t("columns.p50")),
        time("p95_ms", t("columns.p95")),
        time("p99_ms", t("columns.p99")),
      ]}
      rows={stages}
      rowKey={({ stage }) => stage}
    />
  );
}

function AnswererTable({ answerers }: { answerers: readonly Answerer[] }) {
  const { t } = useTranslation("insights");
  const { number } = useFormat();
  return (
    <ChartCard
      title={t("groups.answerers")}
      summary={t("groups.answerersText")}
      file="answered-by.csv"
      columns={[
        { key: "model", header: t("columns.name"), rowHeader: true, value: ({ model }) => model },
        {
          key: "turns",
          header: t("columns.turns"),
          numeric: true,
          value: ({ turns }) => turns,
          shown: ({ turns }) => number(turns),
        },
      ]}
      rows={answerers}
      rowKey={({ model }) => model}
    />
  );
}
