import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/format";
import { Button } from "@/shared/ui/Button";
import { Notice } from "../parts/Notice";
import type { Editor, Opening } from "./useEditor";

/** What one has to know about the text that is in the form. */
export function EditorNotices({ editor, opening }: { editor: Editor; opening: Opening }) {
  const { t } = useTranslation("knowledge");
  const { relative } = useFormat();
  const { draft } = editor.saving;
  const others = draft !== null && draft.author !== opening.user;
  return (
    <>
      {editor.restored && (
        <Notice
          title={t("editor.restored")}
          actions={
            <Button size="sm" onClick={editor.startAgain}>
              {t("editor.startAgain")}
            </Button>
          }
        >
          <p>{t("editor.restoredAbout", { when: relative(editor.restored.at) })}</p>
        </Notice>
      )}
      {draft?.returned && (
        <Notice tone="warn" title={t("editor.returned")}>
          <p className="whitespace-pre-wrap break-words">{draft.returned}</p>
        </Notice>
      )}
      {draft?.stage === "review" && <Notice tone="warn">{t("editor.inReview")}</Notice>}
      {others && <Notice>{t("editor.others", { author: draft.author })}</Notice>}
    </>
  );
}
