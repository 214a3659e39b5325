import { type KeyboardEvent, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { TextInput } from "@/shared/ui/TextInput";

const LONGEST = 120;

interface RenameFormProps {
  title: string;
  /** With the new title, or null when it is to stay. */
  onDone: (title: string | null) => void;
}

/** In the place of the row. Enter or leaving the field keeps what was typed, Escape does not. */
export function RenameForm({ title, onDone }: RenameFormProps) {
  const { t } = useTranslation("conversations");
  const input = useRef<HTMLInputElement>(null);
  const ended = useRef(false);
  useEffect(() => input.current?.select(), []);
  const end = (typed: string | null) => {
    if (ended.current) return; // leaving the field follows Enter and Escape
    ended.current = true;
    const cleaned = typed?.trim() ?? "";
    onDone(cleaned && cleaned !== title ? cleaned : null);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter") end(event.currentTarget.value);
    if (event.key === "Escape") {
      event.stopPropagation(); // it is meant for the field, not for the panel around it
      end(null);
    }
  };
  return (
    <TextInput
      ref={input}
      aria-label={t("newTitle")}
      defaultValue={title}
      maxLength={LONGEST}
      onKeyDown={onKeyDown}
      onBlur={(event) => end(event.currentTarget.value)}
      className="h-9 text-sm"
    />
  );
}
