import { Pencil } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/shared/ui/Button";
import { IconButton } from "@/shared/ui/IconButton";
import { TextArea } from "@/shared/ui/TextArea";
import { useActions } from "./actions";
import { CharactersLeft } from "./CharactersLeft";
import { SecretWarning } from "./SecretWarning";
import { isSettled, type Turn } from "./thread";
import { useQuestion } from "./useQuestion";

/** What was asked, at the right, and how to ask it differently. */
export function Question({ turn }: { turn: Turn }) {
  const { t } = useTranslation("chat");
  const [editing, setEditing] = useState(false);
  const pencil = useRef<HTMLButtonElement>(null);
  const editable = isSettled(turn) && turn.id !== null;
  const close = () => {
    setEditing(false);
    requestAnimationFrame(() => pencil.current?.focus());
  };
  if (editing && editable) return <QuestionEditor turn={turn} onClose={close} />;
  return (
    <div className="group flex items-start justify-end gap-1">
      {editable && (
        <IconButton
          ref={pencil}
          size="sm"
          label={t("actions.edit")}
          icon={<Pencil aria-hidden className="size-4" />}
          onClick={() => setEditing(true)}
          className="mt-1 pointer-fine:opacity-0 pointer-fine:focus-visible:opacity-100 pointer-fine:group-focus-within:opacity-100 pointer-fine:group-hover:opacity-100"
        />
      )}
      <p className="min-w-0 max-w-[85%] whitespace-pre-wrap break-words rounded-2xl rounded-br-md bg-accent-soft px-4 py-2.5 leading-relaxed">
        {turn.question}
      </p>
    </div>
  );
}

function QuestionEditor({ turn, onClose }: { turn: Turn; onClose: () => void }) {
  const { t } = useTranslation("chat");
  const { t: common } = useTranslation();
  const { edit } = useActions();
  const area = useRef<HTMLTextAreaElement>(null);
  const input = useQuestion({
    initial: turn.question,
    onSend: (question) => {
      edit(turn, question);
      onClose();
      return true;
    },
  });
  useEffect(() => {
    area.current?.focus();
    area.current?.setSelectionRange(turn.question.length, turn.question.length);
  }, [turn.question]);
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        input.submit();
      }}
    >
      {input.warned && <SecretWarning input={input} onBack={() => area.current?.focus()} />}
      <TextArea
        ref={area}
        rows={1}
        aria-label={t("actions.edit")}
        value={input.text}
        onChange={(event) => input.change(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onClose();
          else input.onKeyDown(event);
        }}
      />
      <div className="flex items-center justify-end gap-2">
        <CharactersLeft left={input.left} />
        <Button size="sm" variant="quiet" onClick={onClose}>
          {common("cancel")}
        </Button>
        <Button size="sm" variant="primary" type="submit" disabled={!input.ready}>
          {t("actions.ask")}
        </Button>
      </div>
    </form>
  );
}
