import { createContext, useContext } from "react";
import type { FeedbackView, NewFeedback, SourceView } from "@/api";
import type { ReceiptLang } from "./emergency";
import type { Turn } from "./thread";

/** What can be done from inside a thread. Always the same object, so that no answer is drawn again for its sake. */
export interface ThreadActions {
  ask: (question: string) => void;
  again: (turn: Turn) => void;
  edit: (turn: Turn, question: string) => void;
  /** Shows another version of a question. */
  show: (turnId: string) => void;
  openSource: (source: SourceView, lang: ReceiptLang) => void;
  talkToPerson: () => void;
  /** Throws: `ProblemError`; the rating is then as it was before. */
  rate: (turn: Turn, given: NewFeedback) => Promise<FeedbackView>;
  /** Tries a reply again under its key. */
  retry: (turn: Turn) => void;
  /** Gives up a reply that never was accepted; its question goes back to where questions are typed. */
  takeBack: (turn: Turn) => void;
  /** Gives up a reply: what is stored is on show again. */
  reload: (turn: Turn) => void;
}

export const ActionsContext = createContext<ThreadActions | null>(null);

export function useActions(): ThreadActions {
  const actions = useContext(ActionsContext);
  if (!actions) throw new Error("Turns are shown inside a thread.");
  return actions;
}
