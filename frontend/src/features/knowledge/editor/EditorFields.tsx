import { useFormContext } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Button } from "@/shared/ui/Button";
import { Card } from "@/shared/ui/Card";
import { Checkbox } from "@/shared/ui/Checkbox";
import { Field } from "@/shared/ui/Field";
import { Select } from "@/shared/ui/Select";
import { htmlLang, LANGS } from "../langs";
import { AnswerTabs } from "./AnswerTabs";
import { CategoryField } from "./CategoryField";
import { GoldenToCome } from "./GoldenToCome";
import { IdField } from "./IdField";
import { ParaphraseRows } from "./ParaphraseRows";
import { useEditorField } from "./placed";
import { LongField, TextField } from "./TextField";
import { type EditorValues, NOTE_CHARS, QUESTION_CHARS } from "./values";

interface EditorFieldsProps {
  fresh: boolean;
  golden: string[];
  onGolden: ((golden: string[]) => void) | undefined;
}

export function EditorFields({ fresh, golden, onGolden }: EditorFieldsProps) {
  const { t } = useTranslation("knowledge");
  const { watch } = useFormContext<EditorValues>();
  const lang = watch("lang");
  return (
    <div className="flex min-w-0 flex-col gap-6">
      <Card title={t("editor.question")}>
        <LongField
          name="question"
          label={t("fields.question")}
          hint={t("editor.questionHint")}
          required
          input={{ rows: 2, maxLength: QUESTION_CHARS, lang: htmlLang(lang) }}
        />
        <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
          <CategoryField />
          <LangField />
        </div>
        {fresh && <IdField />}
      </Card>
      <Card title={t("editor.answer")} description={t("editor.answerAbout", { open: "{{", close: "}}" })}>
        <AnswerTabs />
      </Card>
      <Card title={t("fields.paraphrases")} description={t("editor.paraphrasesAbout")}>
        <ParaphraseRows />
      </Card>
      <Card title={t("editor.facts")} description={t("editor.factsAbout")}>
        <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
          <TextField
            name="source"
            label={t("fields.source")}
            hint={t("editor.sourceHint")}
            className="sm:col-span-2"
          />
          <DateField />
          <TextField
            name="intent"
            label={t("fields.intent")}
            hint={t("editor.intentHint")}
            input={{ autoComplete: "off", spellCheck: false }}
          />
        </div>
        <RegulatedField />
      </Card>
      {golden.length > 0 && <GoldenToCome golden={golden} onChange={onGolden} />}
      <Card title={t("editor.note")}>
        <LongField
          name="note"
          label={t("editor.noteLabel")}
          hint={t("editor.noteHint")}
          input={{ rows: 2, maxLength: NOTE_CHARS }}
        />
      </Card>
    </div>
  );
}

function LangField() {
  const { t } = useTranslation("knowledge");
  const { field, error } = useEditorField("lang");
  return (
    <Field label={t("fields.lang")} hint={t("editor.langHint")} error={error}>
      <Select
        {...field}
        value={String(field.value)}
        options={LANGS.map((value) => ({ value, label: t(`langs.${value}`) }))}
      />
    </Field>
  );
}

function DateField() {
  const { t } = useTranslation("knowledge");
  const { setValue } = useFormContext<EditorValues>();
  const today = () => {
    const now = new Date();
    const iso = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
    setValue("as_of", iso, { shouldDirty: true, shouldTouch: true });
  };
  return (
    <div className="relative">
      <TextField
        name="as_of"
        label={t("fields.as_of")}
        hint={t("editor.asOfHint")}
        input={{ type: "date" }}
      />
      <Button
        size="sm"
        variant="quiet"
        className="absolute -top-2 right-0 text-accent! pointer-coarse:-top-3.5"
        onClick={today}
      >
        {t("editor.today")}
      </Button>
    </div>
  );
}

function RegulatedField() {
  const { t } = useTranslation("knowledge");
  const { field } = useEditorField("regulated");
  const { value, ...rest } = field;
  return (
    <Checkbox
      {...rest}
      checked={value === true}
      label={t("fields.regulated")}
      hint={t("editor.regulatedHint")}
    />
  );
}
