import { CircleCheck, CircleDashed, CircleX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Badge } from "@/shared/ui/Badge";

/** Whether a golden question is answered by the right entry at this moment. */
export function RightNow({ right }: { right: boolean | null }) {
  const { t } = useTranslation("knowledge");
  if (right === null) {
    return <Badge icon={<CircleDashed aria-hidden className="size-3.5" />}>{t("rightNow.unknown")}</Badge>;
  }
  return right ? (
    <Badge tone="ok" icon={<CircleCheck aria-hidden className="size-3.5" />}>
      {t("rightNow.yes")}
    </Badge>
  ) : (
    <Badge tone="danger" icon={<CircleX aria-hidden className="size-3.5" />}>
      {t("rightNow.no")}
    </Badge>
  );
}
