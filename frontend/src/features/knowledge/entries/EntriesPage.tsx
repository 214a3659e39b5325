import { Plus } from "lucide-react";
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import type { EntryList } from "@/api";
import { cx } from "@/shared/cx";
import { useFormat } from "@/shared/format";
import { Button, buttonClass } from "@/shared/ui/Button";
import { EmptyState } from "@/shared/ui/EmptyState";
import { announce } from "@/shared/ui/LiveRegion";
import { Pagination } from "@/shared/ui/Pagination";
import { useEntries } from "../api";
import {
  changed,
  entriesQuery,
  type Filters,
  inUse,
  NO_FILTERS,
  PAGE_SIZE,
  readFilters,
  writeFilters,
} from "../filters";
import { Loaded } from "../parts/Loaded";
import { PageHead } from "../parts/PageHead";
import { paths } from "../paths";
import { EntriesTable, EntriesWaiting } from "./EntriesTable";
import { FilterBar } from "./FilterBar";

export default function EntriesPage() {
  const { t } = useTranslation("knowledge");
  const [address, setAddress] = useSearchParams();
  const filters = readFilters(address);
  const query = useEntries(useMemo(() => entriesQuery(readFilters(address), new Date()), [address]));
  const change = (next: Partial<Filters>) => {
    // The page follows the address a little later: a quick second change must not undo the first.
    const now = readFilters(new URLSearchParams(window.location.search));
    setAddress(writeFilters(changed(now, next)), { replace: !("page" in next) });
  };
  const toPage = (page: number) => {
    change({ page });
    window.scrollTo(0, 0);
  };
  return (
    <>
      <PageHead
        title={t("entries.title")}
        description={t("entries.about")}
        actions={
          <Link to={paths.fresh} className={buttonClass("primary")}>
            <Plus aria-hidden className="size-4" />
            {t("entries.new")}
          </Link>
        }
      />
      <FilterBar filters={filters} categories={query.data?.categories ?? []} onChange={change} />
      <Loaded query={query} waiting={<EntriesWaiting />}>
        {(list) => (
          <div
            aria-busy={query.isPlaceholderData}
            className={cx("flex flex-col gap-3 transition-opacity", query.isPlaceholderData && "opacity-60")}
          >
            <Counts list={list} asked={!query.isPlaceholderData} />
            {list.entries.length > 0 ? (
              <EntriesTable entries={list.entries} />
            ) : (
              <NothingFound
                filtered={filters.q !== "" || inUse(filters) > 0}
                onClear={() => setAddress(writeFilters(NO_FILTERS))}
              />
            )}
            <Pagination page={filters.page} pages={Math.ceil(list.total / PAGE_SIZE)} onPage={toPage} />
          </div>
        )}
      </Loaded>
    </>
  );
}

/** How many match, and what waits; told aloud when a search has changed it. */
function Counts({ list, asked }: { list: EntryList; asked: boolean }) {
  const { t } = useTranslation("knowledge");
  const { number } = useFormat();
  const found = t("entries.found", { count: list.total, n: number(list.total) });
  const before = useRef(found);
  useEffect(() => {
    if (!asked || before.current === found) return;
    before.current = found;
    announce(found);
  }, [asked, found]);
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-1 text-ink-muted text-sm">
      <span>{found}</span>
      {list.in_review > 0 && (
        <Link to={paths.review} className="text-accent underline underline-offset-2 hover:text-accent-strong">
          {t("review.waiting", { count: list.in_review, n: number(list.in_review) })}
        </Link>
      )}
    </p>
  );
}

function NothingFound({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  const { t } = useTranslation("knowledge");
  return filtered ? (
    <EmptyState
      title={t("entries.noneFound")}
      action={<Button onClick={onClear}>{t("entries.clear")}</Button>}
    >
      {t("entries.noneFoundHint")}
    </EmptyState>
  ) : (
    <EmptyState
      title={t("entries.none")}
      action={
        <Link to={paths.files} className={buttonClass()}>
          {t("entries.import")}
        </Link>
      }
    >
      {t("entries.noneHint")}
    </EmptyState>
  );
}
