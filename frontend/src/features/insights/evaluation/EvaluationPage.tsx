import { useTranslation } from "react-i18next";
import type { ResultFile } from "@/api";
import { useFormat } from "@/shared/format";
import { Card } from "@/shared/ui/Card";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Table } from "@/shared/ui/Table";
import { useResults } from "../api";
import { Loaded } from "../parts/Loaded";
import { PageHead } from "../parts/PageHead";
import { type ResultTable, tablesOf } from "./tables";

export default function EvaluationPage() {
  const { t } = useTranslation("insights");
  const query = useResults();
  return (
    <>
      <PageHead title={t("sections.evaluation")} text={t("evaluation.text")} />
      <Loaded query={query}>{({ files }) => <Results files={files} />}</Loaded>
    </>
  );
}

function Results({ files }: { files: readonly ResultFile[] }) {
  const { t } = useTranslation("insights");
  if (files.length === 0) {
    return <EmptyState title={t("evaluation.empty")}>{t("evaluation.emptyText")}</EmptyState>;
  }
  return (
    <>
      {tablesOf(files).map((table) => (
        <TableCard key={table.id} table={table} />
      ))}
      <Card title={t("evaluation.files")} description={t("evaluation.filesText")}>
        <div className="flex flex-col gap-1 text-sm">
          {files.map((file) => (
            <details key={`${file.kind}/${file.name}`}>
              <summary className="cursor-pointer py-1">
                {file.kind === "evaluation" ? "docs/results" : "benchmarks/results"}/{file.name}.json
              </summary>
              <pre className="max-h-96 overflow-auto rounded-lg bg-sunken p-3 text-xs">
                {JSON.stringify(file.content, null, 2)}
              </pre>
            </details>
          ))}
        </div>
      </Card>
    </>
  );
}

function TableCard({ table }: { table: ResultTable }) {
  const { t } = useTranslation("insights");
  const { number, dateTime } = useFormat();
  const names: Record<string, string> = {
    always: t("evaluation.rows.always"),
    never: t("evaluation.rows.never"),
    threshold: t("evaluation.rows.threshold"),
    smalltalk_rule: t("evaluation.rows.smalltalk_rule"),
    rules: t("evaluation.rows.rules"),
    logistic: t("evaluation.rows.logistic"),
    bert: t("evaluation.rows.bert"),
    default: t("evaluation.rows.default"),
    oracle: t("evaluation.rows.oracle"),
    latency: t("evaluation.rows.latency"),
    memory: t("evaluation.rows.memory"),
  };
  return (
    <Card
      title={t(`evaluation.tables.${table.id}`)}
      description={t("evaluation.basis", { n: number(table.n), note: t(`evaluation.notes.${table.id}`) })}
    >
      <div className="overflow-x-auto">
        <Table
          caption={t(`evaluation.tables.${table.id}`)}
          hideCaption
          rows={table.rows}
          rowKey={({ name }) => name}
          columns={[
            {
              key: "name",
              header: t("columns.name"),
              rowHeader: true,
              cell: ({ name }) => names[name] ?? name,
            },
            ...table.columns.map((column, at) => ({
              key: column,
              header: t(`evaluation.columns.${column}`),
              numeric: true,
              cell: (row: ResultTable["rows"][number]) => row.cells[at],
            })),
          ]}
        />
      </div>
      <p className="text-ink-muted text-xs">
        <code className="break-all">{table.command}</code>
        <br />
        {t("evaluation.madeWith", { commit: table.commit, at: dateTime(table.measuredAt) })}
      </p>
    </Card>
  );
}
