import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { saveFile } from "@/shared/saveFile";
import { Button } from "@/shared/ui/Button";
import { Card } from "@/shared/ui/Card";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { useExport } from "../api";
import { PageHead } from "../parts/PageHead";
import { Import } from "./Import";

const FORMATS = ["jsonl", "csv"] as const;

export default function FilesPage() {
  const { t } = useTranslation("knowledge");
  return (
    <>
      <PageHead title={t("files.title")} />
      <Import />
      <Export />
    </>
  );
}

function Export() {
  const { t } = useTranslation("knowledge");
  const download = useExport();
  const take = (format: (typeof FORMATS)[number]) =>
    download.mutate(format, {
      onSuccess: (file) =>
        saveFile(file, `questrag-entries-${new Date().toISOString().slice(0, 10)}.${format}`),
    });
  return (
    <Card title={t("export.title")} description={t("export.about")}>
      <div className="flex flex-wrap gap-2">
        {FORMATS.map((format) => (
          <Button
            key={format}
            busy={download.isPending && download.variables === format}
            disabled={download.isPending && download.variables !== format}
            icon={<Download aria-hidden className="size-4" />}
            onClick={() => take(format)}
          >
            {t(`export.${format}`)}
          </Button>
        ))}
      </div>
      {download.isError && (
        <ProblemPanel
          error={download.error}
          onRetry={() => take(download.variables)}
          busy={download.isPending}
        />
      )}
    </Card>
  );
}
