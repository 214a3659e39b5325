import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { EntrySummary } from "@/api";
import { Skeleton } from "@/shared/ui/Skeleton";
import { type Column, Table } from "@/shared/ui/Table";
import { htmlLang } from "../langs";
import { EntryBadges, FactDate, LangList } from "../parts/Labels";
import { paths } from "../paths";

export function EntriesTable({ entries }: { entries: readonly EntrySummary[] }) {
  const { t } = useTranslation("knowledge");
  const columns: Column<EntrySummary>[] = [
    {
      // Without a header, which on a phone would stand beside every question; the key is read to screen readers.
      key: t("fields.question"),
      header: "",
      rowHeader: true,
      cell: (entry) => (
        <span className="flex flex-col gap-0.5">
          <Link
            to={paths.entry(entry.id)}
            lang={htmlLang(entry.lang)}
            className="inline-flex min-h-6 items-center font-medium text-ink hover:text-accent hover:underline"
          >
            {entry.question || t("untitled")}
          </Link>
          <span className="break-all font-mono text-ink-muted text-xs">{entry.id}</span>
          <EntryBadges entry={entry} />
        </span>
      ),
    },
    { key: "category", header: t("fields.category"), cell: ({ category }) => category || "–" },
    { key: "langs", header: t("fields.langs"), cell: ({ langs }) => <LangList langs={langs} /> },
    {
      key: "as_of",
      header: t("fields.as_of"),
      cell: ({ as_of }) => (
        <span className="whitespace-nowrap">
          <FactDate date={as_of} />
        </span>
      ),
    },
    {
      key: "paraphrases",
      header: t("fields.paraphrases"),
      numeric: true,
      cell: ({ paraphrases }) => paraphrases,
    },
  ];
  return (
    <div className="rounded-xl border border-line bg-raised px-2 sm:px-3">
      <Table
        caption={t("entries.title")}
        hideCaption
        columns={columns}
        rows={entries}
        rowKey={({ id }) => id}
      />
    </div>
  );
}

/** As high as a first screen of entries, so that nothing jumps when they come. */
export function EntriesWaiting() {
  return (
    <div className="flex flex-col gap-3">
      <Skeleton className="h-4 w-40" />
      <Skeleton className="h-[36rem] w-full rounded-xl" />
    </div>
  );
}
