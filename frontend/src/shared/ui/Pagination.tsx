import { ChevronLeft, ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../format";
import { Button } from "./Button";
import { IconButton } from "./IconButton";

interface PaginationProps {
  /** From 1. */
  page: number;
  pages: number;
  onPage: (page: number) => void;
}

export function Pagination({ page, pages, onPage }: PaginationProps) {
  const { t } = useTranslation();
  const { number } = useFormat();
  if (pages <= 1) return null;
  return (
    <nav aria-label={t("pages")} className="flex items-center justify-end gap-2 text-sm">
      <IconButton
        label={t("previousPage")}
        icon={<ChevronLeft aria-hidden className="size-5" />}
        disabled={page <= 1}
        onClick={() => onPage(page - 1)}
      />
      <span className="tabular-nums">{t("pageOf", { page: number(page), pages: number(pages) })}</span>
      <IconButton
        label={t("nextPage")}
        icon={<ChevronRight aria-hidden className="size-5" />}
        disabled={page >= pages}
        onClick={() => onPage(page + 1)}
      />
    </nav>
  );
}

interface LoadMoreProps {
  more: boolean;
  busy: boolean;
  onMore: () => void;
}

export function LoadMore({ more, busy, onMore }: LoadMoreProps) {
  const { t } = useTranslation();
  if (!more) return null;
  return (
    <Button variant="quiet" size="sm" busy={busy} onClick={onMore} className="self-center">
      {t("loadMore")}
    </Button>
  );
}
