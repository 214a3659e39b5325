import { Search, SlidersHorizontal, X } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CategoryCount } from "@/api";
import { cx } from "@/shared/cx";
import { Button } from "@/shared/ui/Button";
import { Field } from "@/shared/ui/Field";
import { TextInput } from "@/shared/ui/TextInput";
import { changed, type Filters, inUse, NO_FILTERS } from "../filters";
import { useLate } from "../parts/useLate";
import { FilterFields } from "./FilterFields";

interface FilterBarProps {
  filters: Filters;
  categories: readonly CategoryCount[];
  onChange: (change: Partial<Filters>) => void;
}

export function FilterBar({ filters, categories, onChange }: FilterBarProps) {
  const { t } = useTranslation("knowledge");
  const [open, setOpen] = useState(false);
  const id = useId();
  const used = inUse(filters);
  return (
    <search className="flex flex-col gap-3" aria-label={t("filters.label")}>
      <div className="flex items-start gap-2">
        <SearchField asked={filters.q} onAsk={(q) => onChange({ q })} />
        <Button
          className="md:hidden"
          aria-expanded={open}
          aria-controls={id}
          icon={<SlidersHorizontal aria-hidden className="size-4" />}
          onClick={() => setOpen(!open)}
        >
          {used > 0 ? t("filters.used", { count: used }) : t("filters.button")}
        </Button>
      </div>
      <div
        id={id}
        className={cx(
          "grid grid-cols-1 gap-3 sm:grid-cols-2 md:grid md:grid-cols-5",
          !open && "max-md:hidden",
        )}
      >
        <FilterFields filters={filters} categories={categories} onChange={onChange} />
      </div>
      {used > 0 && (
        <Button
          variant="quiet"
          size="sm"
          className="self-start"
          icon={<X aria-hidden className="size-4" />}
          onClick={() => onChange(changed(NO_FILTERS, { q: filters.q }))}
        >
          {t("entries.clear")}
        </Button>
      )}
    </search>
  );
}

const REST_MS = 300;

/** Asks once the typing rests, and takes over what is asked otherwise, such as by the back button. */
function SearchField({ asked, onAsk }: { asked: string; onAsk: (q: string) => void }) {
  const { t } = useTranslation(["knowledge", "common"]);
  const [typed, setTyped] = useState(asked);
  const rested = useLate(typed, REST_MS);
  const last = useRef(asked);
  useEffect(() => {
    if (asked === last.current) return;
    last.current = asked;
    setTyped(asked);
  }, [asked]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was typed asks, not a new function to ask with.
  useEffect(() => {
    if (rested === last.current || rested !== typed) return;
    last.current = rested;
    onAsk(rested);
  }, [rested]);
  return (
    <Field label={t("common:search")} hideLabel className="grow">
      <span className="relative block">
        <Search
          aria-hidden
          className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-muted"
        />
        <TextInput
          type="search"
          value={typed}
          maxLength={200}
          placeholder={t("filters.search")}
          onChange={(event) => setTyped(event.target.value)}
          className="pl-9"
        />
      </span>
    </Field>
  );
}
