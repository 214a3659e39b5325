import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useMatch, useNavigate } from "react-router";
import type { ConversationSummary } from "@/api";
import { describeProblem } from "@/shared/problems";
import { keys } from "@/shared/queries";
import { toast } from "@/shared/ui/Toasts";
import { remove } from "./api";
import { hide, show } from "./deletions";

/** Deletes a conversation once the chance to take it back has passed. */
export function useRemoval(): (conversation: ConversationSummary) => void {
  const { t, i18n } = useTranslation(["conversations", "common"]);
  const client = useQueryClient();
  const navigate = useNavigate();
  const open = useMatch("/chat/:conversationId")?.params.conversationId;

  const send = async (id: string, leaving: boolean) => {
    try {
      await remove(id, leaving);
      client.removeQueries({ queryKey: keys.conversation(id) });
    } catch (error) {
      const told = describeProblem(error, i18n.getFixedT(null, "common"), i18n.language);
      toast({ text: t("notDeleted", { why: told.title }) });
    }
    await client.invalidateQueries({ queryKey: keys.conversations });
    show(id); // by now it is gone from the list, or shown again because it is still there
  };

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
