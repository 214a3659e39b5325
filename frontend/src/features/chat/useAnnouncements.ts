import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { describeProblem } from "@/shared/problems";
import { announce } from "@/shared/ui/LiveRegion";
import { spoken } from "./citations";
import type { Reply } from "./reply";

/** Says once that an answer begins, and once what became of it; never the pieces in between. */
export function useAnnouncements(reply: Reply | null): void {
  const { t, i18n } = useTranslation("chat");
  const { t: common } = useTranslation();
  const before = useRef<Reply | null>(reply);
  useEffect(() => {
    const was = before.current;
    before.current = reply;
    if (!reply || reply.phase === was?.phase) return;
    const { phase } = reply;
    // An answer that had ended before it came on show is not announced.
    if (phase !== "sending" && reply.key !== was?.key) return;
    if (phase === "sending") announce(t("announce.began"));
    if (phase === "done") announce(t("announce.answer", { text: spoken(reply.text) }));
    if (phase === "stopped") announce(t("announce.stopped"));
    if (phase === "failed") {
      const { title, detail } = describeProblem(reply.problem, common, i18n.language);
      announce(t("announce.failed", { text: `${title}. ${detail}` }));
    }
  }, [reply, t, common, i18n.language]);
}
