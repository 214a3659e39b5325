import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useFieldArray, useFormContext } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Button } from "@/shared/ui/Button";
import { Field } from "@/shared/ui/Field";
import { IconButton } from "@/shared/ui/IconButton";
import { Select } from "@/shared/ui/Select";
import { guessLang, htmlLang, isLang, LANGS } from "../langs";
import { useEditorField, useHasProblem } from "./placed";
import { TextField } from "./TextField";
import { type EditorValues, QUESTION_CHARS } from "./values";

/** The others are shown when somebody asks for them, adds one, or has to mend one. */
const FIRST = 8;

export function ParaphraseRows() {
  const { t } = useTranslation("knowledge");
  const { control, getValues, setFocus } = useFormContext<EditorValues>();
  const rows = useFieldArray({ control, name: "paraphrases" });
  const [all, setAll] = useState(false);
  const wrong = useHasProblem("paraphrases", { from: FIRST });
  const open = all || wrong || rows.fields.length <= FIRST + 1;
  const add = () => {
    setAll(true);
    const last = getValues("paraphrases").at(-1);
    rows.append({ text: "", lang: last?.lang ?? getValues("lang") }, { shouldFocus: true });
  };
  const remove = (place: number) => {
    const left = rows.fields.length - 1;
    rows.remove(place);
    if (left > 0) setTimeout(() => setFocus(`paraphrases.${Math.min(place, left - 1)}.text`));
  };
  return (
    <div className="flex flex-col gap-3">
      {rows.fields.length > 0 && (
        <ul className="flex flex-col gap-2">
          {(open ? rows.fields : rows.fields.slice(0, FIRST)).map(({ id }, place) => (
            <li key={id} className="flex items-start gap-2">
              <Row place={place} onNext={add} />
              <IconButton
                label={t("paraphrases.remove", { place: place + 1 })}
                icon={<Trash2 aria-hidden className="size-4" />}
                className="mt-0.5"
                onClick={() => remove(place)}
              />
            </li>
          ))}
        </ul>
      )}
      {!open && (
        <Button size="sm" variant="quiet" className="self-start text-accent!" onClick={() => setAll(true)}>
          {t("paraphrases.more", { count: rows.fields.length - FIRST })}
        </Button>
      )}
      <Button size="sm" className="self-start" icon={<Plus aria-hidden className="size-4" />} onClick={add}>
        {t("paraphrases.add")}
      </Button>
    </div>
  );
}

/** The check names the row, not its text. */
function Row({ place, onNext }: { place: number; onNext: () => void }) {
  const { t } = useTranslation("knowledge");
  const { setValue, getValues } = useFormContext<EditorValues>();
  const row = useEditorField(`paraphrases.${place}`);
  const { field } = useEditorField(`paraphrases.${place}.lang`);
  const lang = isLang(field.value) ? field.value : "en";
  const guess = () => {
    const text = getValues(`paraphrases.${place}.text`);
    const guessed = guessLang(text, lang);
    if (text.trim() && guessed !== lang)
      setValue(`paraphrases.${place}.lang`, guessed, { shouldDirty: true });
  };
  return (
    <div className="flex min-w-0 grow flex-wrap gap-2">
      <div className="min-w-48 grow basis-64">
        <TextField
          name={`paraphrases.${place}.text`}
          label={t("paraphrases.text", { place: place + 1 })}
          hideLabel
          input={{
            maxLength: QUESTION_CHARS,
            lang: htmlLang(lang),
            "aria-invalid": row.error ? true : undefined,
            onKeyDown: (event) => {
              if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
              event.preventDefault();
              onNext();
            },
            onInput: guess,
          }}
        />
        {row.error && (
          <p role="alert" className="mt-1 text-danger text-sm">
            {row.error}
          </p>
        )}
      </div>
      <Field label={t("paraphrases.lang", { place: place + 1 })} hideLabel className="w-32">
        <Select
          {...field}
          value={lang}
          options={LANGS.map((value) => ({ value, label: t(`langs.${value}`) }))}
        />
      </Field>
    </div>
  );
}
