import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/format";
import { Button } from "@/shared/ui/Button";
import { Confirm } from "@/shared/ui/Confirm";
import { maySave } from "./saving";
import type { Editor } from "./useEditor";

interface EditorBarProps {
  editor: Editor;
  /** Of the form that "save" sends. */
  formId: string;
  onSubmit: () => Promise<void>;
  onDiscard: () => Promise<void>;
}

/** What can be done with the draft; always in sight. */
export function EditorBar({ editor, formId, onSubmit, onDiscard }: EditorBarProps) {
  const { t } = useTranslation("knowledge");
  const [asking, setAsking] = useState(false);
  const { saving, form } = editor;
  const { isDirty } = form.formState;
  const { draft, work, theirs } = saving;
  const waits = draft?.stage === "review" && !isDirty;
  return (
    <div className="sticky bottom-0 z-20 -mx-4 flex flex-wrap items-center justify-end gap-2 border-line border-t bg-raised px-4 py-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:mx-0 sm:rounded-xl sm:border sm:shadow-raised">
      <p className="mr-auto text-ink-muted text-sm max-sm:w-full">
        <Status editor={editor} />
      </p>
      {(draft || isDirty) && (
        <Button
          variant="quiet"
          className="text-danger! max-sm:px-3"
          icon={<Trash2 aria-hidden className="size-4" />}
          onClick={() => setAsking(true)}
        >
          <span className="max-sm:sr-only">{t(draft ? "editor.discard" : "editor.discardText")}</span>
        </Button>
      )}
      <Button type="submit" form={formId} busy={work === "save"} disabled={!maySave(saving, isDirty)}>
        {t("editor.save")}
      </Button>
      <Button
        variant="primary"
        busy={work === "submit"}
        disabled={theirs !== null || waits || (draft === null && !isDirty)}
        onClick={() => void onSubmit()}
      >
        {t("editor.submit")}
      </Button>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title={t(draft ? "discard.title" : "discard.textTitle")}
        description={t(draft ? "discard.about" : "discard.textAbout")}
        confirm={t(draft ? "editor.discard" : "editor.discardText")}
        danger
        busy={work === "discard"}
        onConfirm={() => void onDiscard().finally(() => setAsking(false))}
      />
    </div>
  );
}

function Status({ editor }: { editor: Editor }) {
  const { t } = useTranslation("knowledge");
  const { time } = useFormat();
  const { saving, form } = editor;
  if (saving.work === "save" || saving.work === "submit") return t("editor.saving");
  if (form.formState.isDirty) return t("editor.unsaved");
  if (saving.savedAt) return t("editor.savedAt", { time: time(saving.savedAt) });
  if (saving.draft) return t(saving.draft.stage === "review" ? "editor.waits" : "editor.draftSaved");
  return t("editor.unchanged");
}
