import { useTranslation } from "react-i18next";
import type { EntryBody, RevisionView } from "@/api";
import { useFormat } from "@/shared/format";
import { Button } from "@/shared/ui/Button";
import { Card } from "@/shared/ui/Card";
import { toast } from "@/shared/ui/Toasts";
import { DiffView } from "../diff/DiffView";
import { Notice } from "../parts/Notice";
import type { Editor } from "./useEditor";
import { asText, entryOf } from "./values";

interface ConflictProps {
  editor: Editor;
  theirs: RevisionView;
  before: EntryBody | null;
}

/** Two people wrote at the same time: shows what the other one has, and lets this one choose. */
export function Conflict({ editor, theirs, before }: ConflictProps) {
  const { t } = useTranslation("knowledge");
  const { relative } = useFormat();
  const mine = entryOf(editor.form.getValues(), before);
  const copy = () =>
    navigator.clipboard.writeText(asText(mine)).then(
      () => toast({ text: t("conflict.copied") }),
      () => toast({ text: t("conflict.notCopied") }),
    );
  return (
    <section aria-label={t("conflict.title")} className="flex flex-col gap-4">
      <div role="alert">
        <Notice
          tone="warn"
          title={t("conflict.title")}
          actions={
            <>
              <Button size="sm" variant="primary" onClick={editor.takeOver}>
                {t("conflict.takeOver")}
              </Button>
              <Button size="sm" onClick={() => void copy()}>
                {t("conflict.copy")}
              </Button>
              <Button size="sm" onClick={editor.keepMine}>
                {t("conflict.keepMine")}
              </Button>
            </>
          }
        >
          <p>{t("conflict.about", { author: theirs.author, when: relative(theirs.changed_at) })}</p>
        </Notice>
      </div>
      <Card title={t("conflict.differences")}>
        <DiffView
          before={theirs.entry}
          after={mine}
          beforeLabel={t("conflict.theirs", { author: theirs.author })}
          afterLabel={t("conflict.mine")}
        />
      </Card>
    </section>
  );
}
