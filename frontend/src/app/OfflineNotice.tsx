import { WifiOff } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { announce } from "@/shared/ui/LiveRegion";
import { useOnline } from "@/shared/useOnline";

export function OfflineNotice() {
  const { t } = useTranslation();
  const online = useOnline();
  const before = useRef(online);
  useEffect(() => {
    if (before.current !== online) announce(t(online ? "onlineAgain" : "offline"));
    before.current = online;
  }, [online, t]);
  if (online) return null;
  return (
    <p className="flex items-center justify-center gap-2 bg-warn-soft px-4 py-2 text-sm text-warn">
      <WifiOff aria-hidden className="size-4 shrink-0" />
      {t("offline")}
    </p>
  );
}
