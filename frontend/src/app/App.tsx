import { QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { BrowserRouter } from "react-router";
import { createQueryClient } from "@/shared/queries";
import { currentState, onSession, watchSession } from "@/shared/session";
import { useTheme } from "@/shared/theme";
import { loadConfirm } from "@/shared/ui/Confirm";
import { loadDialog } from "@/shared/ui/Dialog";
import { LiveRegion } from "@/shared/ui/LiveRegion";
import { loadMenu } from "@/shared/ui/Menu";
import { Toasts } from "@/shared/ui/Toasts";
import { Tooltips } from "@/shared/ui/Tooltips";
import { AppRoutes } from "./routes";

export function App() {
  const [queries] = useState(createQueryClient);
  useTheme();
  useEffect(watchSession, []);
  useEffect(fetchLayers, []);
  useEffect(() => {
    let id = currentState().session?.id;
    // What one person has read is not for the next one.
    return onSession(() => {
      const next = currentState().session?.id;
      if (next !== id) queries.clear();
      id = next;
    });
  }, [queries]);
  return (
    <QueryClientProvider client={queries}>
      <BrowserRouter>
        <AppRoutes />
        <Toasts />
        <LiveRegion />
        <Tooltips />
      </BrowserRouter>
    </QueryClientProvider>
  );
}

/** What opens over a page comes after the page, yet before anybody asks for it. */
function fetchLayers(): () => void {
  const timer = setTimeout(() => {
    for (const load of [loadMenu, loadDialog, loadConfirm]) load().catch(() => undefined);
  }, 2000);
  return () => clearTimeout(timer);
}
