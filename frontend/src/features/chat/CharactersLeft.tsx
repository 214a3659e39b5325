import { useTranslation } from "react-i18next";
import { cx } from "@/shared/cx";

/** How many characters may still be typed; nothing while there are plenty. */
export function CharactersLeft({ left, id }: { left: number | null; id?: string }) {
  const { t } = useTranslation("chat");
  if (left === null) return null;
  const over = left < 0;
  return (
    <span id={id} className={cx("text-xs tabular-nums", over ? "font-medium text-danger" : "text-ink-muted")}>
      {over ? t("composer.over", { count: -left }) : t("composer.left", { count: left })}
    </span>
  );
}
