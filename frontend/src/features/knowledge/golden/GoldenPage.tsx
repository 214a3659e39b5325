import { ListChecks, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { GoldenList, GoldenView } from "@/api";
import { useFormat } from "@/shared/format";
import { buttonClass } from "@/shared/ui/Button";
import { EmptyState } from "@/shared/ui/EmptyState";
import { IconButton } from "@/shared/ui/IconButton";
import { Skeleton } from "@/shared/ui/Skeleton";
import { type Column, Table } from "@/shared/ui/Table";
import { useGolden } from "../api";
import { htmlLang } from "../langs";
import { Loaded } from "../parts/Loaded";
import { PageHead } from "../parts/PageHead";
import { paths } from "../paths";
import { GoldenFilter, type GoldenShown, matches } from "./GoldenFilter";
import { RemoveGolden } from "./RemoveGolden";
import { RightNow } from "./RightNow";

export default function GoldenPage() {
  const { t } = useTranslation("knowledge");
  const query = useGolden();
  return (
    <>
      <PageHead
        title={t("golden.title")}
        description={t("golden.about")}
        actions={
          <Link to={paths.trial} className={buttonClass()}>
            {t("golden.toTrial")}
          </Link>
        }
      />
      <Loaded query={query} waiting={<Skeleton className="h-96 w-full rounded-xl" />}>
        {(list) => <Golden list={list} />}
      </Loaded>
    </>
  );
}

function Golden({ list }: { list: GoldenList }) {
  const { t } = useTranslation("knowledge");
  const { number, date } = useFormat();
  const [asked, setAsked] = useState<GoldenShown>({ q: "", right: "" });
  const [leaving, setLeaving] = useState<GoldenView | null>(null);
  const rows = list.golden.filter((golden) => matches(golden, asked));
  const columns: Column<GoldenView>[] = [
    {
      key: t("fields.question"),
      header: "",
      rowHeader: true,
      cell: ({ question, lang }) => (
        <Link
          to={paths.tryWith(question)}
          lang={htmlLang(lang)}
          className="inline-flex min-h-6 items-center font-medium hover:text-accent hover:underline"
        >
          {question}
        </Link>
      ),
    },
    { key: "lang", header: t("golden.lang"), cell: ({ lang }) => t(`langs.${lang}`) },
    { key: "relevant", header: t("golden.entries"), cell: ({ relevant }) => <EntryLinks ids={relevant} /> },
    { key: "right", header: t("golden.rightNow"), cell: ({ right_now }) => <RightNow right={right_now} /> },
    {
      key: "by",
      header: t("golden.by"),
      cell: ({ author, created_at }) => t("golden.byWhen", { author, when: date(created_at) }),
    },
    {
      key: t("golden.remove"),
      header: "",
      cell: (golden) => (
        <IconButton
          size="sm"
          label={t("golden.removeOne", { question: golden.question })}
          icon={<Trash2 aria-hidden className="size-4" />}
          onClick={() => setLeaving(golden)}
        />
      ),
    },
  ];
  const nothing = (
    <EmptyState
      icon={<ListChecks aria-hidden className="size-8" />}
      title={t(list.golden.length > 0 ? "golden.noneFound" : "golden.none")}
    >
      {list.golden.length === 0 && t("golden.noneHint")}
    </EmptyState>
  );
  return (
    <>
      <p className="text-ink-muted text-sm">
        {t("golden.count", { count: list.golden.length, n: number(list.golden.length) })}{" "}
        {list.shipped > 0 && t("golden.shipped", { count: list.shipped, n: number(list.shipped) })}
      </p>
      {list.golden.length > 0 && <GoldenFilter shown={asked} onChange={setAsked} />}
      <div className="rounded-xl border border-line bg-raised px-2 sm:px-3">
        <Table
          caption={t("golden.title")}
          hideCaption
          columns={columns}
          rows={rows}
          rowKey={({ id }) => id}
          empty={nothing}
        />
      </div>
      {leaving && <RemoveGolden golden={leaving} onClose={() => setLeaving(null)} />}
    </>
  );
}

function EntryLinks({ ids }: { ids: readonly string[] }) {
  return (
    <ul className="flex flex-col">
      {ids.map((id) => (
        <li key={id}>
          <Link
            to={paths.entry(id)}
            className="inline-flex min-h-6 items-center break-all font-mono text-xs hover:text-accent hover:underline"
          >
            {id}
          </Link>
        </li>
      ))}
    </ul>
  );
}
