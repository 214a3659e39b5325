import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useMatch, useNavigate } from "react-router";
import type { ConversationSummary } from "@/api";
import { describeProblem } from "@/shared/problems";
import { keys } from "@/shared/queries";
import { toast } from "@/shared/ui/Toasts";
import { remove } from "./api";
import { hide, leaveUnheard, show, takeUnheard } from "./deletions";

/** Asks for a deletion, says so when it is refused, and brings the list up to date. */
function useSend(): (id: string, leaving: boolean) => Promise<void> {
  const { t, i18n } = useTranslation(["conversations", "common"]);
  const client = useQueryClient();
  return async (id: string, leaving: boolean) => {
    if (leaving) leaveUnheard(id);
    try {
      await remove(id, leaving);
      client.removeQueries({ queryKey: keys.conversation(id) });
    } catch (error) {
      const told = describeProblem(error, i18n.getFixedT(null, "common"), i18n.language);
      toast({ text: t("notDeleted", { why: told.title }) });
    }
    await client.cancelQueries({ queryKey: keys.conversations }); // a first reading is not begun anew by the next line
    await client.invalidateQueries({ queryKey: keys.conversations });
    show(id); // by now it is gone from the list, or shown again because it is still there
  };
}

/** Ends the deletions that were sent while an earlier page was left: the list of this one may be older than they are. */
export function useUnheardDeletions(): void {
  const send = useSend();
  useEffect(() => {
    for (const id of takeUnheard()) void send(id, false);
  }, [send]);
}

/** Deletes a conversation once the chance to take it back has passed. */
export function useRemoval(): (conversation: ConversationSummary) => void {
  const { t } = useTranslation(["conversations", "common"]);
  const send = useSend();
  const navigate = useNavigate();
  const open = useMatch("/chat/:conversationId")?.params.conversationId;

  return ({ conversation_id: id, title }) => {
    hide(id);
    if (open === id) navigate("/chat");
    toast({
      text: t("deleted", { title }),
      action: { label: t("common:undo"), run: () => show(id) },
      lastsMs: 7_000,
      onGone: (leaving) => void send(id, leaving),
    });
  };
}
