import { Outlet } from "react-router";
import { PageBoundary } from "./PageBoundary";

/** The frame for a window inside another site: nothing but the page. */
export function WidgetShell() {
  return (
    <main className="flex h-dvh flex-col">
      <PageBoundary>
        <Outlet />
      </PageBoundary>
    </main>
  );
}
