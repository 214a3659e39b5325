import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useFormContext } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Button } from "@/shared/ui/Button";
import { Field } from "@/shared/ui/Field";
import { TextInput } from "@/shared/ui/TextInput";
import { entryIfThere } from "../api";
import { nextId, suggestId } from "../ids";
import { useLate } from "../parts/useLate";
import { useEditorField } from "./placed";
import type { EditorValues } from "./values";

/** Proposes an id for as long as nobody has written one, and says when it is taken. */
export function IdField() {
  const { t } = useTranslation("knowledge");
  const { watch, setValue, getValues, clearErrors } = useFormContext<EditorValues>();
  const { field, error } = useEditorField("id");
  const id = String(field.value);
  const proposed = suggestId(watch("category"), watch("question"));
  const last = useRef(proposed);
  useEffect(() => {
    const now = getValues("id");
    const own = now !== "" && now !== last.current;
    last.current = proposed;
    if (!own && now !== proposed) setValue("id", proposed, { shouldDirty: true });
  }, [proposed, getValues, setValue]);
  const late = useLate(id.trim(), 500);
  const { data: taken } = useQuery({
    queryKey: ["knowledge", "taken", late],
    queryFn: async () => (await entryIfThere(late)) !== null,
    enabled: late !== "",
  });
  const clash = taken === true && late === id.trim();
  const use = (value: string) => {
    setValue("id", value, { shouldDirty: true });
    clearErrors("id");
  };
  return (
    <div className="flex flex-col gap-1.5">
      <Field
        label={t("fields.id")}
        hint={t("editor.idHint")}
        error={clash ? t("editor.problems.idTaken") : error}
        required
      >
        <TextInput
          {...field}
          value={id}
          autoComplete="off"
          spellCheck={false}
          maxLength={200}
          className="font-mono text-sm"
        />
      </Field>
      {clash && (
        <Button size="sm" className="self-start" onClick={() => use(nextId(id.trim()))}>
          {t("editor.useId", { id: nextId(id.trim()) })}
        </Button>
      )}
    </div>
  );
}
