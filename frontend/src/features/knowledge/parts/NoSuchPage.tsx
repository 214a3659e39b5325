import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { buttonClass } from "@/shared/ui/Button";
import { EmptyState } from "@/shared/ui/EmptyState";
import { paths } from "../paths";

export function NoSuchPage() {
  const { t } = useTranslation(["knowledge", "common"]);
  return (
    <EmptyState
      title={t("common:notFound.title")}
      action={
        <Link to={paths.entries} className={buttonClass()}>
          {t("toEntries")}
        </Link>
      }
    >
      {t("common:notFound.detail")}
    </EmptyState>
  );
}
