import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { hasRole, useAccount } from "@/shared/account";
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
  const { data: account } = useAccount();
  const { saving, form } = editor;
  const { isDirty } = form.formState;
  const { draft, work, theirs } = saving;
  const own = draft !== null && draft.author === account?.username;
  // Somebody else's draft has to be changed before it is one's own to send.
  const nothingToSend = !isDirty && (!own || draft.stage === "review");
  return (
    <div className="sticky bottom-0 z-20 -mx-4 flex flex-wrap items-center justify-end gap-2 border-line border-t bg-raised px-4 py-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:mx-0 sm:rounded-xl sm:border sm:shadow-raised">
      <p className="mr-auto text-ink-muted text-sm max-sm:w-full">
        <Status editor={editor} />
      </p>
      {own || (draft && hasRole(account, "admin")) ? (
        <Discard what="draft" busy={work === "discard"} onDiscard={onDiscard} />
      ) : (
        isDirty && <Discard what="text" busy={false} onDiscard={async () => editor.startAgain()} />
      )}
      <Button type="submit" form={formId} busy={work === "save"} disabled={!maySave(saving, isDirty)}>
        {t("editor.save")}
      </Button>
      <Button
        variant="primary"
        busy={work === "submit"}
        disabled={theirs !== null || nothingToSend}
        onClick={() => void onSubmit()}
      >
        {t("editor.submit")}
      </Button>
    </div>
  );
}

interface DiscardProps {
  /** The draft, for everybody, or only what is not saved of it. */
  what: "draft" | "text";
  busy: boolean;
  onDiscard: () => Promise<void>;
}

function Discard({ what, busy, onDiscard }: DiscardProps) {
  const { t } = useTranslation("knowledge");
  const [asking, setAsking] = useState(false);
  const label = t(what === "draft" ? "editor.discard" : "editor.discardText");
  return (
    <>
      <Button
        variant="quiet"
        className="text-danger! max-sm:px-3"
        icon={<Trash2 aria-hidden className="size-4" />}
        onClick={() => setAsking(true)}
      >
        <span className="max-sm:sr-only">{label}</span>
      </Button>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title={t(what === "draft" ? "discard.title" : "discard.textTitle")}
        description={t(what === "draft" ? "discard.about" : "discard.textAbout")}
        confirm={label}
        danger
        busy={busy}
        onConfirm={() => void onDiscard().finally(() => setAsking(false))}
      />
    </>
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
