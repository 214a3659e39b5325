import { useTranslation } from "react-i18next";
import type { EntryDetail } from "@/api";
import { useFormat } from "@/shared/format";
import { Badge } from "@/shared/ui/Badge";
import { isScheduled, RegulatedBadge } from "../parts/Labels";
import { openRevision } from "./revisions";

/** The id, and in one line where the entry stands. */
export function EntryState({ detail }: { detail: EntryDetail }) {
  const { t } = useTranslation("knowledge");
  const { dateTime } = useFormat();
  const scheduled = detail.revisions.filter((each) => each.stage === "published" && isScheduled(each));
  return (
    <span className="flex flex-col gap-1.5">
      <span className="break-all font-mono text-xs">{detail.id}</span>
      <span className="flex flex-wrap items-center gap-1.5">
        <StateBadge detail={detail} scheduled={scheduled.length > 0} />
        {detail.published?.regulated && <RegulatedBadge />}
        {scheduled.map((each) => (
          <Badge key={each.id} tone="accent">
            {t("entry.changesAt", { number: each.number, when: dateTime(each.effective_from ?? "") })}
          </Badge>
        ))}
      </span>
    </span>
  );
}

function StateBadge({ detail, scheduled }: { detail: EntryDetail; scheduled: boolean }) {
  const { t } = useTranslation("knowledge");
  if (detail.published) return <Badge tone="ok">{t("states.published")}</Badge>;
  if (scheduled) return null;
  const retired = detail.revisions.some(({ stage }) => stage === "published");
  if (retired) return <Badge tone="danger">{t("states.retired")}</Badge>;
  return openRevision(detail) ? <Badge>{t("states.new")}</Badge> : null;
}
