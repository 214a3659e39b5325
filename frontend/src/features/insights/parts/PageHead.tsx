import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useTitle } from "@/shared/useTitle";
import { PERIODS, type Period } from "../days";

interface PageHeadProps {
  title: string;
  text?: string;
  children?: ReactNode;
}

export function PageHead({ title, text, children }: PageHeadProps) {
  useTitle(title);
  return (
    <header className="flex flex-wrap items-end justify-between gap-3">
      <div className="min-w-0 max-w-2xl">
        <h1 className="font-display text-2xl">{title}</h1>
        {text && <p className="mt-1 text-ink-muted text-sm">{text}</p>}
      </div>
      {children}
    </header>
  );
}

interface PeriodChoiceProps {
  days: Period;
  onChange: (days: Period) => void;
}

export function PeriodChoice({ days, onChange }: PeriodChoiceProps) {
  const { t } = useTranslation("insights");
  return (
    <fieldset className="flex rounded-lg border border-edge text-sm">
      <legend className="sr-only">{t("period.label")}</legend>
      {PERIODS.map((each) => (
        <label
          key={each}
          className="flex min-h-10 cursor-pointer items-center px-3 first-of-type:rounded-l-lg last-of-type:rounded-r-lg has-checked:bg-accent-soft has-checked:font-medium has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:outline-accent pointer-coarse:min-h-11"
        >
          <input
            type="radio"
            name="period"
            className="sr-only"
            checked={each === days}
            onChange={() => onChange(each)}
          />
          {t("period.days", { count: each })}
        </label>
      ))}
    </fieldset>
  );
}
