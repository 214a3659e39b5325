import { useTranslation } from "react-i18next";
import type { GoldenView } from "@/api";
import { Field } from "@/shared/ui/Field";
import { Select } from "@/shared/ui/Select";
import { TextInput } from "@/shared/ui/TextInput";

const RIGHT = ["yes", "no", "unknown"] as const;

export interface GoldenShown {
  q: string;
  right: (typeof RIGHT)[number] | "";
}

/** Every word has to stand somewhere in the question or in the ids of its entries. */
export function matches({ question, relevant, right_now }: GoldenView, { q, right }: GoldenShown): boolean {
  const now = right_now === null ? "unknown" : right_now ? "yes" : "no";
  const text = [question, ...relevant].join(" ").toLowerCase();
  const words = q.toLowerCase().split(/\s+/);
  return (right === "" || right === now) && words.every((word) => text.includes(word));
}

interface GoldenFilterProps {
  shown: GoldenShown;
  onChange: (shown: GoldenShown) => void;
}

export function GoldenFilter({ shown, onChange }: GoldenFilterProps) {
  const { t } = useTranslation(["knowledge", "common"]);
  return (
    <search className="grid grid-cols-1 gap-3 sm:grid-cols-[1fr_14rem]">
      <Field label={t("common:search")}>
        <TextInput
          type="search"
          value={shown.q}
          onChange={(event) => onChange({ ...shown, q: event.target.value })}
        />
      </Field>
      <Field label={t("golden.rightNow")}>
        <Select
          value={shown.right}
          options={[
            { value: "", label: t("filters.any") },
            ...RIGHT.map((value) => ({ value, label: t(`rightNow.${value}`) })),
          ]}
          onChange={(event) => onChange({ ...shown, right: event.target.value as GoldenShown["right"] })}
        />
      </Field>
    </search>
  );
}
