import { useId } from "react";
import { useTranslation } from "react-i18next";
import { useOverview } from "../api";
import { TextField } from "./TextField";

/** Free text, with the categories that there are. */
export function CategoryField() {
  const { t } = useTranslation("knowledge");
  const { data } = useOverview();
  const id = useId();
  return (
    <div>
      <TextField
        name="category"
        label={t("fields.category")}
        hint={t("editor.categoryHint")}
        input={{ list: id, autoComplete: "off" }}
      />
      <datalist id={id}>
        {data?.categories
          .filter(({ category }) => category !== "")
          .map(({ category }) => (
            <option key={category} value={category} />
          ))}
      </datalist>
    </div>
  );
}
