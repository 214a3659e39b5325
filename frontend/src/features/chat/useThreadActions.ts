import { useQueryClient } from "@tanstack/react-query";
import { type RefObject, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { type ConversationView, type FeedbackView, putFeedback } from "@/api";
import { keys } from "@/shared/queries";
import { toast } from "@/shared/ui/Toasts";
import type { ThreadActions } from "./actions";
import type { ComposerHandle } from "./Composer";
import { isRunning } from "./reply";
import { forget, retry } from "./runs";
import { type Turn, withFeedback } from "./thread";
import type { Scroll } from "./useScroll";
import type { ThreadState } from "./useThread";

interface Around extends Pick<ThreadActions, "show" | "openSource" | "talkToPerson"> {
  thread: ThreadState;
  conversationId: string | null;
  scroll: Scroll;
  composer: RefObject<ComposerHandle | null>;
}

/** The actions of a thread, always the same object; what they act on is what is there when they are called. */
export function useThreadActions(around: Around): ThreadActions {
  const client = useQueryClient();
  const { t } = useTranslation("chat");
  const now = useRef({ ...around, t });
  useEffect(() => {
    now.current = { ...around, t };
  });
  return useMemo(() => {
    /** One question at a time: whoever asks meanwhile is told so. */
    const asking = (ask: (thread: ThreadState) => void) => {
      const { thread, t } = now.current;
      if (thread.busy) return void toast({ text: t("composer.busy") });
      ask(thread);
      goOn();
    };
    /** Most buttons go away with what they were about; the focus is not to go with them. */
    const goOn = () => {
      const { composer, scroll } = now.current;
      const typing = document.activeElement;
      if (matchMedia("(pointer: fine)").matches) composer.current?.focus();
      // On a phone the keyboard makes room for the answer.
      else if (typing instanceof HTMLTextAreaElement) typing.blur();
      else scroll.scroller.current?.focus({ preventScroll: true });
    };
    const settle = (turn: Turn) => {
      if (turn.reply) forget(turn.reply.key);
      goOn();
    };
    return {
      ask: (question) => asking((thread) => thread.ask(question)),
      again: (turn) => asking((thread) => thread.again(turn)),
      edit: (turn, question) => asking((thread) => thread.edit(turn, question)),
      retry: (turn) => {
        if (turn.reply) retry(turn.reply.key);
        goOn();
      },
      takeBack: (turn) => {
        settle(turn);
        now.current.composer.current?.fill(turn.question);
      },
      reload: (turn) => {
        settle(turn);
        now.current.thread.reload();
      },
      show: (turnId) => {
        const { thread, scroll } = now.current;
        if (thread.reply && !isRunning(thread.reply)) forget(thread.reply.key);
        scroll.hold();
        now.current.show(turnId);
      },
      openSource: (source, lang) => now.current.openSource(source, lang),
      talkToPerson: () => now.current.talkToPerson(),
      rate: async (turn, given) => {
        const queryKey = keys.conversation(now.current.conversationId ?? "");
        const put = (feedback: FeedbackView | null) =>
          client.setQueriesData<ConversationView>({ queryKey }, (view) =>
            view && turn.id ? withFeedback(view, turn.id, feedback) : view,
          );
        put({ reason: "", ...given, given_at: new Date().toISOString() });
        try {
          const stored = await putFeedback({ path: { message_id: turn.id ?? "" }, body: given });
          put(stored);
          return stored;
        } catch (error) {
          put(turn.feedback);
          throw error;
        }
      },
    } satisfies ThreadActions;
  }, [client]);
}
