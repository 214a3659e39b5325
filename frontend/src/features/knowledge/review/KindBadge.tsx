import { useTranslation } from "react-i18next";
import type { RevisionView } from "@/api";
import { Badge } from "@/shared/ui/Badge";

/** Whether a draft takes an entry out, or writes one. */
export function KindBadge({ draft }: { draft: RevisionView }) {
  const { t } = useTranslation("knowledge");
  if (draft.retires) return <Badge tone="danger">{t("kinds.retires")}</Badge>;
  return <Badge tone="accent">{t("kinds.number", { number: draft.number })}</Badge>;
}
