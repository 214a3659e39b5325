import { PanelLeft } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Outlet } from "react-router";
import ConversationsPanel from "@/features/conversations/ConversationsPanel";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";

/** Puts the list of conversations beside the chat; on a phone it comes in from the side. */
export default function ChatWorkspace() {
  const { t } = useTranslation("conversations");
  const [open, setOpen] = useState(false);
  return (
    <div className="flex min-h-0 grow max-md:flex-col">
      <aside
        aria-label={t("title")}
        className="flex w-72 shrink-0 flex-col border-line border-r max-md:hidden"
      >
        <ConversationsPanel />
      </aside>
      <div className="border-line border-b px-2 py-1 md:hidden">
        <Button
          variant="quiet"
          size="sm"
          icon={<PanelLeft aria-hidden className="size-4" />}
          onClick={() => setOpen(true)}
        >
          {t("title")}
        </Button>
      </div>
      <Dialog open={open} onOpenChange={setOpen} title={t("title")} place="left">
        <ConversationsPanel onNavigate={() => setOpen(false)} />
      </Dialog>
      <div className="flex min-h-0 min-w-0 grow flex-col">
        <Outlet />
      </div>
    </div>
  );
}
