import { ArrowUp, Square } from "lucide-react";
import { memo, type ReactNode, type Ref, useEffect, useId, useImperativeHandle, useRef } from "react";
import { useTranslation } from "react-i18next";
import { buttonClass } from "@/shared/ui/Button";
import { announce } from "@/shared/ui/LiveRegion";
import { TextArea } from "@/shared/ui/TextArea";
import { CharactersLeft } from "./CharactersLeft";
import { SecretWarning } from "./SecretWarning";
import { useDraft } from "./useDraft";
import { type QuestionInput, useQuestion } from "./useQuestion";

export interface ComposerHandle {
  /** Puts a question back to be changed, unless something else was typed meanwhile. */
  fill: (question: string) => void;
  focus: () => void;
}

interface ComposerProps {
  conversationId: string | null;
  /** Changes when the server has accepted a question: until then its text is kept as a draft. */
  accepted: string | null;
  /** Something is being answered: the question has to wait. */
  busy: boolean;
  /** Stops what is being answered; null where nothing can be stopped. */
  onStop: (() => void) | null;
  onSend: (question: string) => void;
  /** Stands above the question. */
  bar: ReactNode;
  ref: Ref<ComposerHandle>;
}

/** Where questions are typed. It is left alone while an answer is being written. */
export const Composer = memo(function Composer(props: ComposerProps) {
  const { conversationId, accepted, busy, onStop, onSend, bar, ref } = props;
  const { t } = useTranslation("chat");
  const area = useRef<HTMLTextAreaElement>(null);
  const hints = useId();
  const draft = useDraft({
    conversationId,
    accepted,
    found: (text) => input.text === "" && input.change(text),
  });
  const input = useQuestion({
    onChange: draft.keep,
    onSend: (question) => {
      if (busy) {
        announce(t("composer.busy"));
        return false;
      }
      onSend(question);
      draft.sent();
      if (matchMedia("(pointer: fine)").matches) area.current?.focus();
      return true;
    },
  });
  // Whoever opens a conversation can begin to type; on a phone the keyboard would hide what is there to read.
  useEffect(() => {
    if (matchMedia("(pointer: fine)").matches && !isOccupied()) area.current?.focus({ preventScroll: true });
  }, []);
  useImperativeHandle(ref, () => ({
    fill: (question) => {
      if (input.text === "") input.change(question);
      area.current?.focus();
    },
    focus: () => area.current?.focus(),
  }));
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        input.submit();
      }}
    >
      {input.warned && <SecretWarning input={input} onBack={() => area.current?.focus()} />}
      {bar}
      <div className="flex items-end gap-2">
        <TextArea
          ref={area}
          rows={1}
          maxHeight={180}
          value={input.text}
          aria-label={t("composer.label")}
          aria-describedby={hints}
          aria-invalid={(input.left ?? 0) < 0 || undefined}
          placeholder={t("composer.placeholder")}
          enterKeyHint="send"
          autoComplete="off"
          onChange={(event) => input.change(event.target.value)}
          onKeyDown={input.onKeyDown}
        />
        <SendOrStop input={input} busy={busy} onStop={onStop} />
      </div>
      <p id={hints} className="flex flex-wrap justify-between gap-x-4 text-ink-muted text-xs">
        <span>
          {t("composer.never")} {t("composer.automated")}
        </span>
        <CharactersLeft left={input.left} />
      </p>
    </form>
  );
});

/** Whether somebody has begun something else while the chat was being fetched: a menu would close without the focus. */
function isOccupied(): boolean {
  const { activeElement } = document;
  const elsewhere = activeElement instanceof HTMLInputElement || activeElement instanceof HTMLTextAreaElement;
  return elsewhere || document.querySelector("[role=menu], [role=dialog], [role=alertdialog]") !== null;
}

interface SendOrStopProps {
  input: QuestionInput;
  busy: boolean;
  onStop: (() => void) | null;
}

/** One button in one place, so that the focus stays where it is. */
function SendOrStop({ input, busy, onStop }: SendOrStopProps) {
  const { t } = useTranslation("chat");
  const label = t(onStop ? "composer.stop" : "composer.send");
  const idle = !onStop && (busy || !input.ready);
  const Icon = onStop ? Square : ArrowUp;
  return (
    <button
      type={onStop ? "button" : "submit"}
      aria-label={label}
      data-tooltip={label}
      aria-disabled={idle || undefined}
      onClick={onStop ?? undefined}
      className={buttonClass(
        onStop ? "secondary" : "primary",
        "md",
        "size-11.5 shrink-0 px-0 aria-disabled:cursor-not-allowed aria-disabled:opacity-50",
      )}
    >
      <Icon aria-hidden className={onStop ? "size-4 fill-current" : "size-5"} />
    </button>
  );
}
