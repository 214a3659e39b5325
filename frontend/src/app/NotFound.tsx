import { Compass } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { buttonClass } from "@/shared/ui/Button";
import { EmptyState } from "@/shared/ui/EmptyState";
import { useTitle } from "@/shared/useTitle";

export function NotFound() {
  const { t } = useTranslation();
  useTitle(t("notFound.title"));
  return (
    <EmptyState
      level={1}
      icon={<Compass aria-hidden className="size-8" />}
      title={t("notFound.title")}
      action={
        <Link to="/" className={buttonClass()}>
          {t("problem.home")}
        </Link>
      }
    >
      {t("notFound.detail")}
    </EmptyState>
  );
}
