import { CalendarClock, CircleDashed, Hourglass, PencilLine, ShieldCheck, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { EntrySummary, RevisionView } from "@/api";
import { useFormat } from "@/shared/format";
import { Badge } from "@/shared/ui/Badge";
import type { Lang } from "../langs";

const ICON = "size-3.5";

export function RegulatedBadge() {
  const { t } = useTranslation("knowledge");
  return (
    <Badge tone="accent" icon={<ShieldCheck aria-hidden className={ICON} />}>
      {t("regulated.badge")}
    </Badge>
  );
}

export function LangList({ langs }: { langs: readonly Lang[] }) {
  const { t } = useTranslation("knowledge");
  return <>{langs.map((lang) => t(`langs.${lang}`)).join(", ")}</>;
}

/** Where an entry stands; an entry that is simply published is the rule, and has no badge. */
export function EntryBadges({ entry }: { entry: Pick<EntrySummary, "state" | "open" | "regulated"> }) {
  const { t } = useTranslation("knowledge");
  return (
    <span className="flex flex-wrap gap-1">
      {entry.regulated && <RegulatedBadge />}
      {entry.state === "scheduled" && (
        <Badge icon={<CalendarClock aria-hidden className={ICON} />}>{t("states.scheduled")}</Badge>
      )}
      {entry.state === "new" && (
        <Badge icon={<CircleDashed aria-hidden className={ICON} />}>{t("states.new")}</Badge>
      )}
      {entry.state === "retired" && (
        <Badge tone="danger" icon={<Trash2 aria-hidden className={ICON} />}>
          {t("states.retired")}
        </Badge>
      )}
      {entry.open?.stage === "draft" && (
        <Badge tone="neutral" icon={<PencilLine aria-hidden className={ICON} />}>
          {t("states.draftBy", { author: entry.open.author })}
        </Badge>
      )}
      {entry.open?.stage === "review" && (
        <Badge tone="warn" icon={<Hourglass aria-hidden className={ICON} />}>
          {t("states.review")}
        </Badge>
      )}
    </span>
  );
}

interface StageBadgeProps {
  revision: RevisionView;
  /** Customers are answered from it. */
  current: boolean;
  /** Approved, and its index is not there yet. */
  coming: boolean;
}

/** What a revision is to the entry: which of the four stages, and whether its time has come. */
export function StageBadge({ revision, current, coming }: StageBadgeProps) {
  const { t } = useTranslation("knowledge");
  if (coming) return <Badge tone="warn">{t("stages.coming")}</Badge>;
  if (current) return <Badge tone="ok">{t("stages.current")}</Badge>;
  if (revision.stage === "published" && isScheduled(revision)) {
    return <Badge tone="accent">{t("stages.scheduled")}</Badge>;
  }
  return (
    <Badge tone={revision.stage === "review" ? "warn" : "neutral"}>{t(`stages.${revision.stage}`)}</Badge>
  );
}

export function isScheduled({ effective_from }: RevisionView): boolean {
  return effective_from !== null && new Date(effective_from).getTime() > Date.now();
}

/** A date of facts, as it is written in files; nothing where nobody said. */
export function FactDate({ date }: { date: string }) {
  const { t } = useTranslation("knowledge");
  const format = useFormat();
  if (!date) return <span className="text-ink-muted">{t("undated")}</span>;
  const known = !Number.isNaN(new Date(date).getTime());
  return <time dateTime={date}>{known ? format.date(date) : date}</time>;
}

/** How a revision is called; the one with number 0 is what the files hold. */
export function useRevisionName(): (number: number) => string {
  const { t } = useTranslation("knowledge");
  return (number) => (number === 0 ? t("history.files") : t("history.number", { number }));
}
