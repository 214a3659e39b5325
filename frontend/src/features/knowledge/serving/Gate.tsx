import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { GateReport, GoldenChange } from "@/api";
import { useFormat } from "@/shared/format";
import { Card } from "@/shared/ui/Card";
import { Table } from "@/shared/ui/Table";
import { htmlLang } from "../langs";
import { Facts } from "../parts/Facts";
import { Notice } from "../parts/Notice";
import { paths } from "../paths";

interface GateProps {
  report: GateReport;
  /** All that is published serves: what this report stopped was taken back since. */
  over: boolean;
}

/** What the last quality gate said, and what to do where it said no. */
export function Gate({ report, over }: GateProps) {
  const { t } = useTranslation("knowledge");
  const { number, percent, dateTime, duration } = useFormat();
  const share = (right: number) =>
    report.questions > 0 ? `${number(right)} (${percent(right / report.questions, 1)})` : number(right);
  return (
    <Card title={t("gate.title")} description={t("gate.about")}>
      <Verdict report={report} over={over} />
      <Facts
        facts={[
          { name: t("gate.at"), value: dateTime(report.at) },
          { name: t("gate.questions"), value: number(report.questions) },
          report.left_out > 0 && { name: t("gate.leftOut"), value: number(report.left_out) },
          { name: t("gate.rightBefore"), value: share(report.right_before) },
          { name: t("gate.rightAfter"), value: share(report.right_after) },
          { name: t("gate.took"), value: duration(report.seconds * 1000) },
          { name: t("gate.from"), value: <code className="break-all text-xs">{report.from_version}</code> },
          { name: t("gate.to"), value: <code className="break-all text-xs">{report.to_version}</code> },
        ]}
      />
      <Changes title={t("gate.worse")} changes={report.worse} />
      <Changes title={t("gate.better")} changes={report.better} />
    </Card>
  );
}

function Verdict({ report: { passed, worse }, over }: GateProps) {
  const { t } = useTranslation("knowledge");
  const { number } = useFormat();
  const counted = { count: worse.length, n: number(worse.length) };
  if (passed) return <Notice tone="ok" title={t("gate.passed")} />;
  if (over) {
    return (
      <Notice title={t("gate.stopped", counted)}>
        <p>{t("gate.stoppedAbout")}</p>
      </Notice>
    );
  }
  return (
    <Notice tone="warn" title={t("gate.failed", counted)}>
      <p>{t("gate.failedAbout")}</p>
      <ol className="list-decimal pl-5">
        <li>{t("gate.todoParaphrase")}</li>
        <li>{t("gate.todoEdit")}</li>
        <li>{t("gate.todoGolden")}</li>
      </ol>
    </Notice>
  );
}

function Changes({ title, changes }: { title: string; changes: readonly GoldenChange[] }) {
  const { t } = useTranslation("knowledge");
  const { number } = useFormat();
  if (changes.length === 0) return null;
  return (
    <section className="flex flex-col gap-1">
      <h3 className="font-medium text-sm">{t("report.counted", { title, n: number(changes.length) })}</h3>
      <Table
        caption={title}
        hideCaption
        rows={changes}
        rowKey={({ question, lang }) => `${lang} ${question}`}
        columns={[
          {
            key: t("fields.question"),
            header: "",
            rowHeader: true,
            cell: ({ question, lang }) => (
              <Link
                to={paths.tryWith(question)}
                lang={htmlLang(lang)}
                className="hover:text-accent hover:underline"
              >
                {question}
              </Link>
            ),
          },
          { key: "right", header: t("gate.right"), cell: ({ relevant }) => relevant.map(entryLink) },
          { key: "before", header: t("gate.before"), cell: ({ before }) => <First id={before} /> },
          { key: "after", header: t("gate.after"), cell: ({ after }) => <First id={after} /> },
        ]}
      />
    </section>
  );
}

function First({ id }: { id: string }) {
  const { t } = useTranslation("knowledge");
  return id ? entryLink(id) : <span className="text-ink-muted">{t("gate.noEntry")}</span>;
}

function entryLink(id: string) {
  return (
    <Link
      key={id}
      to={paths.entry(id)}
      className="mr-2 inline-flex min-h-6 items-center break-all font-mono text-xs hover:text-accent hover:underline"
    >
      {id}
    </Link>
  );
}
