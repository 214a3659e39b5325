import { useTranslation } from "react-i18next";
import { Outlet } from "react-router";
import { PageBoundary } from "./PageBoundary";

/** The frame for a window inside another site: nothing but the page. */
export function WidgetShell() {
  const { t } = useTranslation();
  return (
    // Named, because the page around it has a main part of its own.
    <main aria-label={t("nav.chat")} className="flex h-dvh flex-col">
      <PageBoundary>
        <Outlet />
      </PageBoundary>
    </main>
  );
}
