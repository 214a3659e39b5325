import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ImportReport } from "@/api";
import { useFormat } from "@/shared/format";
import { Badge } from "@/shared/ui/Badge";
import { LoadMore } from "@/shared/ui/Pagination";
import { Table } from "@/shared/ui/Table";
import { paths } from "../paths";
import { Findings } from "./Findings";

const AT_A_TIME = 50;

/** What a file would do. */
export function Report({ report }: { report: ImportReport }) {
  const { t } = useTranslation("knowledge");
  const { number } = useFormat();
  const counts = [
    { name: t("report.found"), value: report.found },
    { name: t("report.new"), value: report.new },
    { name: t("report.changed"), value: report.changed },
    { name: t("report.same"), value: report.same },
    { name: t("report.problems"), value: report.problems.length },
  ];
  return (
    <section aria-label={t("report.title")} className="flex flex-col gap-5">
      <dl className="grid grid-cols-2 gap-3 sm:grid-cols-5">
        {counts.map(({ name, value }) => (
          <div key={name} className="flex flex-col-reverse rounded-lg bg-sunken px-3 py-2">
            <dt className="text-ink-muted text-sm">{name}</dt>
            <dd className="font-semibold text-xl tabular-nums">{number(value)}</dd>
          </div>
        ))}
      </dl>
      <p className="text-ink-muted text-sm">{t("report.readAs", { format: report.format })}</p>
      <Findings
        title={t("report.problems")}
        about={t("report.problemsAbout")}
        texts={report.problems.map(({ line, field, message }) => {
          const place = line === null ? "" : `${t("report.line", { line: number(line) })}: `;
          return place + (field ? `${field}: ${message}` : message);
        })}
      />
      <Findings title={t("report.conflicts")} about={t("report.conflictsAbout")} texts={report.conflicts} />
      <Findings
        title={t("report.duplicates")}
        about={t("report.duplicatesAbout")}
        texts={report.duplicates}
      />
      <Findings title={t("report.near")} about={t("report.nearAbout")} texts={report.near} />
      <Findings title={t("report.notes")} texts={report.notes} />
      {report.changes.length > 0 && (
        <details>
          <summary className="min-h-8 rounded-md py-1 font-medium text-sm">
            {t("report.changes", { count: report.changes.length, n: number(report.changes.length) })}
          </summary>
          <ChangesTable report={report} />
        </details>
      )}
    </section>
  );
}

function ChangesTable({ report }: { report: ImportReport }) {
  const { t } = useTranslation("knowledge");
  const [shown, setShown] = useState(AT_A_TIME);
  return (
    <>
      <Table
        caption={t("report.changesCaption")}
        hideCaption
        rows={report.changes.slice(0, shown)}
        rowKey={({ entry_id }) => entry_id}
        columns={[
          {
            key: t("fields.question"),
            header: "",
            rowHeader: true,
            cell: ({ question, entry_id, kind }) => (
              <span className="flex flex-col">
                {question}
                {kind === "new" ? (
                  <span className="break-all font-mono text-ink-muted text-xs">{entry_id}</span>
                ) : (
                  <Link to={paths.entry(entry_id)} className="break-all font-mono text-xs underline">
                    {entry_id}
                  </Link>
                )}
              </span>
            ),
          },
          {
            key: "kind",
            header: t("report.kind"),
            cell: ({ kind, open }) => (
              <span className="flex flex-wrap gap-1">
                <Badge tone={kind === "new" ? "ok" : "accent"}>{t(`report.${kind}`)}</Badge>
                {open && <Badge tone="warn">{t("report.open")}</Badge>}
              </span>
            ),
          },
        ]}
      />
      <LoadMore
        more={report.changes.length > shown}
        busy={false}
        onMore={() => setShown(shown + AT_A_TIME)}
      />
    </>
  );
}
