import { FileUp } from "lucide-react";
import { type DragEvent, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/shared/cx";
import { useFormat } from "@/shared/format";
import { Button } from "@/shared/ui/Button";
import { ENDINGS, MOST_BYTES } from "./chosen";

interface DropZoneProps {
  file: File | null;
  disabled: boolean;
  onFile: (file: File) => void;
}

/** A file is dropped here or chosen with the button. */
export function DropZone({ file, disabled, onFile }: DropZoneProps) {
  const { t } = useTranslation("knowledge");
  const { bytes } = useFormat();
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const hint = useId();
  const hold = (event: DragEvent) => {
    event.preventDefault();
    setOver(!disabled);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const dropped = event.dataTransfer.files[0];
    if (dropped && !disabled) onFile(dropped);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is the other way; the button inside does the same.
    <div
      onDragOver={hold}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={cx(
        "flex flex-col items-center gap-2 rounded-xl border-2 border-dashed p-6 text-center text-sm",
        over ? "border-accent bg-accent-soft" : "border-edge",
      )}
    >
      <FileUp aria-hidden className="size-7 text-ink-muted" />
      <p className="break-all font-medium">
        {file ? t("import.chosen", { name: file.name, size: bytes(file.size) }) : t("import.drop")}
      </p>
      <input
        ref={input}
        type="file"
        tabIndex={-1}
        aria-hidden
        accept={ENDINGS.join(",")}
        className="sr-only"
        onChange={({ currentTarget }) => {
          const chosen = currentTarget.files?.[0];
          // The same file, mended, may be chosen again.
          currentTarget.value = "";
          if (chosen) onFile(chosen);
        }}
      />
      <Button aria-describedby={hint} disabled={disabled} onClick={() => input.current?.click()}>
        {t(file ? "import.chooseOther" : "import.choose")}
      </Button>
      <p id={hint} className="text-ink-muted">
        {t("import.limits", { most: bytes(MOST_BYTES) })}
      </p>
    </div>
  );
}
