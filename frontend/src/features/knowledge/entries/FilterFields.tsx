import { useTranslation } from "react-i18next";
import type { CategoryCount } from "@/api";
import { useFormat } from "@/shared/format";
import { Field } from "@/shared/ui/Field";
import { Select } from "@/shared/ui/Select";
import { AGES, type Filters, STATES } from "../filters";
import { LANGS } from "../langs";

interface FilterFieldsProps {
  filters: Filters;
  categories: readonly CategoryCount[];
  onChange: (change: Partial<Filters>) => void;
}

interface Option {
  value: string;
  label: string;
}

export function FilterFields({ filters, categories, onChange }: FilterFieldsProps) {
  const { t } = useTranslation("knowledge");
  const { number } = useFormat();
  const known = categories.some(({ category }) => category === filters.category);
  const named = categories.filter(({ category }) => category !== "");
  const options = {
    category: [
      ...named.map(({ category, entries }) => ({
        value: category,
        label: `${category} (${number(entries)})`,
      })),
      ...(filters.category && !known ? [{ value: filters.category, label: filters.category }] : []),
    ],
    lang: LANGS.map((lang) => ({ value: lang, label: t(`langs.${lang}`) })),
    regulated: [
      { value: "yes", label: t("regulated.only") },
      { value: "no", label: t("regulated.without") },
    ],
    state: STATES.map((state) => ({ value: state, label: t(`states.${state}`) })),
    older: AGES.map((months) => ({
      value: String(months),
      label: t("filters.olderThan", { count: months }),
    })),
  } satisfies Record<string, Option[]>;
  return (
    <>
      {(["category", "lang", "regulated", "state", "older"] as const).map((name) => (
        <Field key={name} label={t(`filters.${name}`)}>
          <Select
            value={String(filters[name] || "")}
            options={[{ value: "", label: t("filters.any") }, ...options[name]]}
            onChange={({ target: { value } }) =>
              onChange({ [name]: name === "older" ? Number(value) : value } as Partial<Filters>)
            }
          />
        </Field>
      ))}
    </>
  );
}
