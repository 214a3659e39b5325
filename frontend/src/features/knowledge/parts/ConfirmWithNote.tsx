import { useState } from "react";
import { Confirm } from "@/shared/ui/Confirm";
import { Field } from "@/shared/ui/Field";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { TextArea } from "@/shared/ui/TextArea";

interface ConfirmWithNoteProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description: string;
  confirm: string;
  noteLabel: string;
  danger?: boolean;
  busy: boolean;
  error: unknown;
  onConfirm: (note: string) => void;
}

/** Asks before something is done, and why it is done. */
export function ConfirmWithNote({ noteLabel, error, onConfirm, ...rest }: ConfirmWithNoteProps) {
  const [note, setNote] = useState("");
  return (
    <Confirm {...rest} onConfirm={() => onConfirm(note.trim())}>
      <Field label={noteLabel}>
        <TextArea value={note} rows={2} maxLength={500} onChange={(event) => setNote(event.target.value)} />
      </Field>
      {error ? <ProblemPanel error={error} onRetry={() => onConfirm(note.trim())} /> : null}
    </Confirm>
  );
}
