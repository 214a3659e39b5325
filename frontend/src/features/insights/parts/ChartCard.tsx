import { ChartColumn, Download, Table2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/shared/ui/Button";
import { Card } from "@/shared/ui/Card";
import { type Column, Table } from "@/shared/ui/Table";
import { csvOf, saveCsv } from "../csv";

export interface DataColumn<Row> extends Omit<Column<Row>, "cell"> {
  /** As it goes into the file. */
  value: (row: Row) => string | number | null;
  /** As it is shown; the value itself without it. */
  shown?: (row: Row) => ReactNode;
}

interface ChartCardProps<Row> {
  title: string;
  /** What can be read from the chart: for whoever cannot see it, and for everybody in a hurry. */
  summary: string;
  file: string;
  columns: readonly DataColumn<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Without one, only the table is shown. */
  chart?: ReactNode;
}

/** A chart with the table behind it and the same figures as a file. */
export function ChartCard<Row>({ title, summary, file, columns, rows, rowKey, chart }: ChartCardProps<Row>) {
  const { t } = useTranslation("insights");
  const [asTable, setAsTable] = useState(!chart);
  const save = () =>
    saveCsv(
      file,
      csvOf(
        columns.map((column) => column.header),
        rows.map((row) => columns.map((column) => column.value(row))),
      ),
    );
  return (
    <Card
      title={title}
      description={summary}
      actions={
        <div className="flex gap-1">
          {chart && (
            <Button
              variant="quiet"
              size="sm"
              aria-pressed={asTable}
              icon={
                asTable ? (
                  <ChartColumn aria-hidden className="size-4" />
                ) : (
                  <Table2 aria-hidden className="size-4" />
                )
              }
              onClick={() => setAsTable(!asTable)}
            >
              {asTable ? t("asChart") : t("asTable")}
            </Button>
          )}
          <Button
            variant="quiet"
            size="sm"
            icon={<Download aria-hidden className="size-4" />}
            disabled={rows.length === 0}
            onClick={save}
          >
            CSV
          </Button>
        </div>
      }
    >
      {asTable ? (
        <div className="max-h-96 overflow-auto">
          <Table
            caption={title}
            hideCaption
            columns={columns.map(({ value, shown, ...column }) => ({ ...column, cell: shown ?? value }))}
            rows={rows}
            rowKey={rowKey}
          />
        </div>
      ) : (
        <div role="img" aria-label={`${title}. ${summary}`} className="h-64 w-full">
          {chart}
        </div>
      )}
    </Card>
  );
}
