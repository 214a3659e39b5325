import { CalendarX2, GitCompareArrows, Undo2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { RevisionView } from "@/api";
import { useFormat } from "@/shared/format";
import { Button } from "@/shared/ui/Button";
import { isScheduled, StageBadge, useRevisionName } from "../parts/Labels";

interface RevisionRowProps {
  revision: RevisionView;
  /** Customers are answered from this one. */
  current: boolean;
  /** It is to take the place of that one. */
  coming: boolean;
  onCompare: (() => void) | undefined;
  onRestore: (() => void) | undefined;
  /** Given for one whose time has not come. */
  onCallOff: (() => void) | undefined;
}

export function RevisionRow({
  revision,
  current,
  coming,
  onCompare,
  onRestore,
  onCallOff,
}: RevisionRowProps) {
  const { t } = useTranslation("knowledge");
  const nameOf = useRevisionName();
  const { number, note, returned } = revision;
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2 border-line border-b py-3 first:pt-0 last:border-b-0 last:pb-0">
      <div className="flex min-w-0 flex-col gap-1 text-sm">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium">{nameOf(number)}</span>
          <StageBadge revision={revision} current={current} coming={coming} />
        </p>
        <p className="text-ink-muted">
          <WhatHappened revision={revision} />
        </p>
        {note && <p className="whitespace-pre-wrap break-words">{t("history.note", { note })}</p>}
        {returned && (
          <p className="whitespace-pre-wrap break-words text-warn">{t("history.returned", { returned })}</p>
        )}
      </div>
      <div className="flex flex-wrap gap-2">
        {onCompare && (
          <Button
            size="sm"
            variant="quiet"
            aria-label={t("history.compareNumber", { name: nameOf(number) })}
            icon={<GitCompareArrows aria-hidden className="size-4" />}
            onClick={onCompare}
          >
            {t("history.compare")}
          </Button>
        )}
        {onCallOff && (
          <Button
            size="sm"
            aria-label={t("callOff.number", { number })}
            icon={<CalendarX2 aria-hidden className="size-4" />}
            onClick={onCallOff}
          >
            {t("callOff.confirm")}
          </Button>
        )}
        {onRestore && (
          <Button
            size="sm"
            aria-label={t("history.rollBackTo", { name: nameOf(number) })}
            icon={<Undo2 aria-hidden className="size-4" />}
            onClick={onRestore}
          >
            {t("rollBack.confirm")}
          </Button>
        )}
      </div>
    </li>
  );
}

function WhatHappened({ revision }: { revision: RevisionView }) {
  const { t } = useTranslation("knowledge");
  const { dateTime } = useFormat();
  const nameOf = useRevisionName();
  const { number, author, changed_at, approved_by, approved_at, effective_from, restores, retires } =
    revision;
  if (number === 0) return <>{t("history.fromFiles")}</>;
  const written = { author, when: dateTime(changed_at) };
  const what =
    restores !== null
      ? t("history.restored", { ...written, name: nameOf(restores) })
      : t(retires ? "history.retired" : "history.written", written);
  return (
    <>
      {what}
      {approved_by && approved_at && restores === null && (
        <> {t("history.approved", { by: approved_by, when: dateTime(approved_at) })}</>
      )}
      {effective_from && isScheduled(revision) && (
        <> {t("history.from", { when: dateTime(effective_from) })}</>
      )}
    </>
  );
}
