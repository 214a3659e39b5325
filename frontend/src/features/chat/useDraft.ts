import { useEffect, useRef } from "react";
import { useAccount } from "@/shared/account";
import { currentState, onSession } from "@/shared/session";
import { forgetDrafts, readDraft, storeDraft } from "./drafts";

interface Options {
  conversationId: string | null;
  /** Changes when the server has accepted a question. */
  accepted: string | null;
  /** Called with what was left in this conversation. */
  found: (text: string) => void;
}

interface Draft {
  keep: (text: string) => void;
  /** The field is empty now; the text is kept until it is accepted, in case it never is. */
  sent: () => void;
}

/** Keeps what is typed for its conversation, and hands it over when that is opened again. */
export function useDraft({ conversationId, accepted, found }: Options): Draft {
  const owner = useAccount().data?.user_id;
  const typed = useRef("");
  const place = useRef(conversationId);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is handed over once for each conversation.
  useEffect(() => {
    if (owner === undefined) return;
    if (place.current !== conversationId) {
      // A conversation that began here got its id: what is being typed goes on in it.
      storeDraft(owner, place.current, "");
      storeDraft(owner, conversationId, typed.current);
      place.current = conversationId;
      return;
    }
    forgetDrafts(owner);
    const draft = readDraft(owner, conversationId);
    // What was typed before it was known whose it is has precedence: nobody's text is replaced while they write.
    if (typed.current) storeDraft(owner, conversationId, typed.current);
    else if (draft) found(draft);
  }, [owner, conversationId]);
  useEffect(() => {
    if (accepted && owner !== undefined && typed.current === "") storeDraft(owner, place.current, "");
  }, [accepted, owner]);
  useEffect(() => onSession(() => currentState().end === "signed-out" && forgetDrafts(null)), []);
  return {
    keep: (text) => {
      typed.current = text;
      if (owner !== undefined) storeDraft(owner, place.current, text);
    },
    sent: () => {
      typed.current = "";
    },
  };
}
