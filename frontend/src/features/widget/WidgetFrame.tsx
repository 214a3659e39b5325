import { X } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { ProblemError } from "@/shared/problems";
import { IconButton } from "@/shared/ui/IconButton";
import { Notice } from "@/shared/ui/Notice";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { Skeleton } from "@/shared/ui/Skeleton";
import { useTitle } from "@/shared/useTitle";
import { inkOn } from "./embedding";
import { useEmbedding, useGuest } from "./useGuest";

/** What is around the chat inside another page: a title, a way to close it, and a session for whoever visits. */
export function WidgetFrame({ children }: { children: ReactNode }) {
  const { t } = useTranslation("widget");
  const { origin, title, accent } = useEmbedding();
  const guest = useGuest(origin);
  const close = () => window.parent.postMessage({ questrag: "close" }, origin ?? "/");
  useTitle(title || t("title"));
  useEscape(close);
  return (
    <>
      <header
        className="flex items-center gap-2 bg-accent py-1 pr-1 pl-4 text-accent-ink"
        style={accent ? { backgroundColor: accent, color: inkOn(accent) } : undefined}
      >
        <h1 className="min-w-0 grow truncate font-semibold">{title || t("title")}</h1>
        {origin !== null && (
          <IconButton
            label={t("close")}
            tooltip={false}
            icon={<X aria-hidden className="size-5" />}
            onClick={close}
            className="text-inherit hover:bg-transparent hover:text-inherit"
          />
        )}
      </header>
      {guest.ready ? children : <Waiting origin={origin} guest={guest} />}
    </>
  );
}

function Waiting({ origin, guest }: { origin: string | null; guest: ReturnType<typeof useGuest> }) {
  const { t } = useTranslation("widget");
  if (origin === null) {
    return (
      <Notice tone="warn" role="alert" title={t("alone")} className="m-4">
        <a href="/chat" className="text-accent underline">
          {t("toChat")}
        </a>
      </Notice>
    );
  }
  if (guest.problem instanceof ProblemError && guest.problem.status === 403) {
    return (
      <Notice tone="warn" role="alert" title={t("notAllowed")} className="m-4">
        <p>{t("notAllowedText", { origin })}</p>
      </Notice>
    );
  }
  if (guest.problem) {
    return <ProblemPanel error={guest.problem} onRetry={guest.retry} busy={guest.busy} className="m-4" />;
  }
  return <Skeleton lines={6} className="m-4" />;
}

function useEscape(close: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      // A dialog or menu inside the frame takes the key first.
      if (event.key === "Escape" && !event.defaultPrevented) close();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  });
}
