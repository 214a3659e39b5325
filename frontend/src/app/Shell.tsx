import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Outlet, useLocation } from "react-router";
import { cx } from "@/shared/cx";
import { Header } from "./Header";
import { OfflineNotice } from "./OfflineNotice";
import { PageBoundary } from "./PageBoundary";

/** Pages that are exactly as high as the window and scroll inside. */
const FILLING = new Set(["chat"]);

export function Shell() {
  const { t } = useTranslation();
  const section = useLocation().pathname.split("/")[1] ?? "";
  return (
    <div className={cx("flex flex-col", FILLING.has(section) ? "h-dvh" : "min-h-dvh")}>
      <a
        href="#content"
        className="absolute top-2 left-2 z-50 -translate-y-20 rounded-lg bg-accent px-4 py-2 font-medium text-accent-ink focus:translate-y-0"
      >
        {t("skipToContent")}
      </a>
      <Header />
      <OfflineNotice />
      <Content section={section} />
    </div>
  );
}

/** After a change of page, reading begins at its top: there are the scroll position and the focus. */
function Content({ section }: { section: string }) {
  const main = useRef<HTMLElement>(null);
  const before = useRef(section);
  useEffect(() => {
    if (before.current === section) return;
    before.current = section;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [section]);
  return (
    <main ref={main} id="content" tabIndex={-1} className="flex min-h-0 grow flex-col outline-none">
      <PageBoundary key={section}>
        <Outlet />
      </PageBoundary>
    </main>
  );
}
