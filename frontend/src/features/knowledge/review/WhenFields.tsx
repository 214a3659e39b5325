import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "@/shared/ui/Field";
import { TextInput } from "@/shared/ui/TextInput";
import { isAhead, localInput } from "./when";

/** From when on customers see it: `null` is at once. */
export type When = string | null;

interface WhenFieldsProps {
  when: When;
  onChange: (when: When) => void;
}

export function WhenFields({ when, onChange }: WhenFieldsProps) {
  const { t } = useTranslation("knowledge");
  const name = useId();
  const tomorrow = () => {
    const at = new Date();
    at.setDate(at.getDate() + 1);
    at.setHours(9, 0);
    return localInput(at);
  };
  return (
    <fieldset className="flex flex-col gap-2 text-sm">
      <legend className="pb-1 font-medium">{t("when.label")}</legend>
      <Option name={name} label={t("when.now")} checked={when === null} onChoose={() => onChange(null)} />
      <Option
        name={name}
        label={t("when.later")}
        checked={when !== null}
        onChoose={() => onChange(tomorrow())}
      />
      {when !== null && (
        <Field
          label={t("when.from")}
          hint={t("when.hint")}
          error={isAhead(when) ? undefined : t("when.past")}
        >
          <TextInput
            type="datetime-local"
            value={when}
            className="min-w-0 text-sm"
            min={localInput(new Date())}
            onChange={(event) => onChange(event.target.value)}
          />
        </Field>
      )}
    </fieldset>
  );
}

interface OptionProps {
  name: string;
  label: string;
  checked: boolean;
  onChoose: () => void;
}

function Option({ name, label, checked, onChoose }: OptionProps) {
  return (
    <label className="flex min-h-8 items-center gap-2.5 pointer-coarse:min-h-11">
      <input
        type="radio"
        name={name}
        checked={checked}
        onChange={onChoose}
        className="size-4 accent-accent pointer-coarse:size-5"
      />
      {label}
    </label>
  );
}
