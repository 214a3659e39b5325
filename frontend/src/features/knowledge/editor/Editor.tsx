import { useId, useState } from "react";
import { FormProvider } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Confirm } from "@/shared/ui/Confirm";
import { announce } from "@/shared/ui/LiveRegion";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { toast } from "@/shared/ui/Toasts";
import { useCheck } from "../api";
import { paths } from "../paths";
import { Conflict } from "./Conflict";
import { EditorBar } from "./EditorBar";
import { EditorFields } from "./EditorFields";
import { EditorNotices } from "./EditorNotices";
import { EditorSide } from "./EditorSide";
import { Placed } from "./placed";
import { type Opening, useEditor } from "./useEditor";
import { useLeaveGuard } from "./useLeaveGuard";
import { entryOf, placedProblems } from "./values";

interface EditorProps {
  opening: Opening;
  /** Given while the questions that come along may still be changed. */
  onGolden?: (golden: string[]) => void;
}

export function Editor({ opening, onGolden }: EditorProps) {
  const { t } = useTranslation("knowledge");
  const navigate = useNavigate();
  const formId = useId();
  const editor = useEditor(opening);
  const { form, saving, late } = editor;
  const guard = useLeaveGuard(form.formState.isDirty, (comeBack) =>
    toast({ text: t("leave.kept"), action: { label: t("leave.comeBack"), run: comeBack } }),
  );
  const [insists, setInsists] = useState(false);
  const [wanted, setWanted] = useState("");
  const entry = entryOf(late, opening.entry);
  const begun = entry.question.trim() !== "" || entry.answer.trim() !== "";
  const check = useCheck(begun ? entry : null);
  const problems = placedProblems(check.data?.problems ?? [], late);

  const save = async () => {
    const draft = await editor.save();
    if (!draft) return;
    announce(t("editor.saved"));
    if (!opening.entry) navigate(paths.edit(draft.entry_id), { replace: true });
  };
  const lead = (place: string) => {
    setInsists(true);
    setWanted(place);
    // What is hidden has to be there before it can have the focus.
    setTimeout(() => {
      setWanted("");
      form.setFocus((place.startsWith("paraphrases.") ? `${place}.text` : place) as "question");
    }, 50);
  };
  const submit = async () => {
    setInsists(true);
    const first = Object.keys(problems.at)[0];
    if (check.data?.problems.length) {
      announce(t("editor.todo", { count: check.data.problems.length }));
      if (first) lead(first);
      return;
    }
    const draft = await editor.submit();
    if (!draft) return;
    toast({ text: t("editor.submitted") });
    navigate(paths.draft(draft.id));
  };
  const discard = async () => {
    if (!(await editor.discard())) return;
    toast({ text: t("editor.discarded") });
    navigate(opening.published ? paths.entry(opening.key) : paths.entries);
  };

  return (
    <FormProvider {...form}>
      <Placed value={{ problems: problems.at, insists: insists || opening.entry !== null, wanted }}>
        <div className="flex flex-col gap-6">
          <EditorNotices editor={editor} opening={opening} />
          {saving.theirs && <Conflict editor={editor} theirs={saving.theirs} before={opening.entry} />}
          {saving.error !== null && <ProblemPanel error={saving.error} onRetry={() => void save()} />}
          <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[minmax(0,1fr)_24rem]">
            <form
              id={formId}
              noValidate
              onSubmit={(event) => {
                event.preventDefault();
                void save();
              }}
            >
              <EditorFields fresh={opening.entry === null} golden={opening.golden} onGolden={onGolden} />
            </form>
            <EditorSide
              entry={entry}
              published={opening.published}
              check={check}
              problems={problems}
              onLead={lead}
            />
          </div>
          <EditorBar editor={editor} formId={formId} onSubmit={submit} onDiscard={discard} />
        </div>
      </Placed>
      <Confirm
        open={guard.asked}
        onOpenChange={(open) => !open && guard.stay()}
        title={t("leave.title")}
        description={t("leave.about")}
        confirm={t("leave.confirm")}
        onConfirm={guard.leave}
      />
    </FormProvider>
  );
}
