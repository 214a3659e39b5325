import { type KeyboardEvent, useState } from "react";
import { secretsIn, withoutSecrets } from "./secrets";

export const LONGEST_QUESTION = 2000;
const NEARLY = 200;

export interface QuestionInput {
  text: string;
  change: (text: string) => void;
  /** Characters that may still be typed, where it is worth saying; negative when there are too many. */
  left: number | null;
  ready: boolean;
  /** Asked whether a number that looks secret is to be sent. */
  warned: boolean;
  submit: () => void;
  sendWithout: () => void;
  sendAnyway: () => void;
  goBack: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

interface Options {
  initial?: string;
  /** Returns whether it was taken; if not, the text stays. */
  onSend: (question: string) => boolean;
  onChange?: (text: string) => void;
}

/** A question that is being typed: its length, and what should not be in it. */
export function useQuestion({ initial = "", onSend, onChange }: Options): QuestionInput {
  const [text, setText] = useState(initial);
  const [warned, setWarned] = useState(false);
  const length = [...text.trim()].length;
  const left = LONGEST_QUESTION - length;
  const ready = length > 0 && left >= 0;

  const change = (next: string) => {
    setText(next);
    setWarned(false);
    onChange?.(next);
  };
  const send = (question: string) => {
    setWarned(false);
    if (question.trim() && onSend(question.trim())) setText("");
  };
  const submit = () => {
    if (!ready) return;
    if (secretsIn(text).length > 0) setWarned(true);
    else send(text);
  };
  return {
    text,
    change,
    left: left <= NEARLY ? left : null,
    ready,
    warned,
    submit,
    sendWithout: () => send(withoutSecrets(text)),
    sendAnyway: () => send(text),
    goBack: () => setWarned(false),
    onKeyDown: (event) => {
      if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
      event.preventDefault();
      submit();
    },
  };
}

/** The Enter that accepts a suggestion of an input method belongs to the input method. */
function isComposing({ nativeEvent }: KeyboardEvent): boolean {
  return nativeEvent.isComposing || nativeEvent.keyCode === 229;
}
