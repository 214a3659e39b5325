import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ImportReport } from "@/api";
import { useFormat } from "@/shared/format";
import { Button, buttonClass } from "@/shared/ui/Button";
import { Card } from "@/shared/ui/Card";
import { Field } from "@/shared/ui/Field";
import { announce } from "@/shared/ui/LiveRegion";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { Select } from "@/shared/ui/Select";
import { Skeleton } from "@/shared/ui/Skeleton";
import { type ImportFormat, useImport } from "../api";
import { Notice } from "../parts/Notice";
import { paths } from "../paths";
import { MOST_BYTES, refusalOf } from "./chosen";
import { DropZone } from "./DropZone";
import { Report } from "./Report";

const FORMATS = ["auto", "csv", "jsonl", "bitext", "conversations", "markdown", "pdf"] as const;

/** A file is looked at first, and makes drafts only when somebody has seen what it would do. */
export function Import() {
  const { t } = useTranslation("knowledge");
  const { bytes } = useFormat();
  const [file, setFile] = useState<File | null>(null);
  const [format, setFormat] = useState<ImportFormat>("auto");
  const look = useImport();
  const make = useImport();
  const refusal = file && refusalOf(file);
  const begin = (next: File | null, as: ImportFormat) => {
    setFile(next);
    setFormat(as);
    make.reset();
    look.reset();
    if (!next || refusalOf(next)) return;
    look.mutate(
      { file: next, format: as, dryRun: true },
      { onSuccess: ({ found }) => announce(t("import.looked", { count: found, n: found })) },
    );
  };
  const busy = look.isPending || make.isPending;
  return (
    <Card title={t("import.title")} description={t("import.about")}>
      <DropZone file={file} disabled={busy} onFile={(next) => begin(next, format)} />
      {refusal && (
        <div role="alert">
          <Notice tone="warn">{t(`import.refusals.${refusal}`, { most: bytes(MOST_BYTES) })}</Notice>
        </div>
      )}
      <Field label={t("import.format")} hint={t("import.formatHint")} className="max-w-sm">
        <Select
          value={format}
          disabled={busy}
          options={FORMATS.map((value) => ({ value, label: t(`import.formats.${value}`) }))}
          onChange={(event) => begin(file, event.target.value as ImportFormat)}
        />
      </Field>
      {look.isPending && (
        <div className="flex flex-col gap-2">
          <p className="text-ink-muted text-sm">{t("import.looking")}</p>
          <Skeleton className="h-40 w-full rounded-xl" />
        </div>
      )}
      {look.isError && <ProblemPanel error={look.error} onRetry={() => begin(file, format)} />}
      {look.data && !make.data && <Report report={look.data} />}
      {make.data ? (
        <Made report={make.data} onAnother={() => begin(null, "auto")} />
      ) : (
        look.data && file && <Make report={look.data} busy={make.isPending} onMake={() => send(file)} />
      )}
      {make.isError && file && (
        <ProblemPanel error={make.error} onRetry={() => send(file)} busy={make.isPending} />
      )}
    </Card>
  );

  function send(chosen: File) {
    make.mutate(
      { file: chosen, format, dryRun: false },
      { onSuccess: ({ drafts }) => announce(t("import.made", { count: drafts, n: drafts })) },
    );
  }
}

interface MakeProps {
  report: ImportReport;
  busy: boolean;
  onMake: () => void;
}

function Make({ report, busy, onMake }: MakeProps) {
  const { t } = useTranslation("knowledge");
  const { number } = useFormat();
  const open = report.changes.filter((change) => change.open).length;
  const count = report.new + report.changed - open;
  if (count <= 0) return <p className="text-ink-muted text-sm">{t("import.nothingToMake")}</p>;
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button variant="primary" busy={busy} onClick={onMake}>
        {t("import.make", { count, n: number(count) })}
      </Button>
      <p className="text-ink-muted text-sm">{t(busy ? "import.making" : "import.makeAbout")}</p>
    </div>
  );
}

function Made({ report, onAnother }: { report: ImportReport; onAnother: () => void }) {
  const { t } = useTranslation("knowledge");
  const { number } = useFormat();
  return (
    <Notice
      tone="ok"
      title={t("import.made", { count: report.drafts, n: number(report.drafts) })}
      actions={
        <>
          <Link to={paths.review} className={buttonClass("primary", "sm")}>
            {t("import.toDrafts")}
          </Link>
          <Button size="sm" onClick={onAnother}>
            {t("import.another")}
          </Button>
        </>
      }
    >
      <p>{t("import.madeAbout")}</p>
    </Notice>
  );
}
