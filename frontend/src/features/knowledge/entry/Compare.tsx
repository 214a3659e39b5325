import { useTranslation } from "react-i18next";
import type { RevisionView } from "@/api";
import { useFormat } from "@/shared/format";
import { Card } from "@/shared/ui/Card";
import { Field } from "@/shared/ui/Field";
import { Select } from "@/shared/ui/Select";
import { DiffView } from "../diff/DiffView";
import { useRevisionName } from "../parts/Labels";

interface CompareProps {
  revisions: readonly RevisionView[];
  from: RevisionView | null;
  to: RevisionView | null;
  onChange: (from: RevisionView | null, to: RevisionView | null) => void;
}

export function Compare({ revisions, from, to, onChange }: CompareProps) {
  const { t } = useTranslation("knowledge");
  const { date } = useFormat();
  const nameOf = useRevisionName();
  const name = (revision: RevisionView | null) => {
    if (revision === null) return t("diff.nothing");
    const { number, author, changed_at } = revision;
    return number === 0 ? nameOf(0) : `${nameOf(number)} · ${author} · ${date(changed_at)}`;
  };
  const options = revisions.map((revision) => ({ value: String(revision.number), label: name(revision) }));
  const find = (value: string) => revisions.find(({ number }) => String(number) === value) ?? null;
  return (
    <Card title={t("compare.title")}>
      <div className="grid grid-cols-1 gap-3 sm:grid-cols-2">
        <Field label={t("compare.from")}>
          <Select
            value={String(from?.number ?? "")}
            options={from ? options : [{ value: "", label: t("diff.nothing") }, ...options]}
            onChange={(event) => onChange(find(event.target.value), to)}
          />
        </Field>
        <Field label={t("compare.to")}>
          <Select
            value={String(to?.number ?? "")}
            options={options}
            onChange={(event) => onChange(from, find(event.target.value))}
          />
        </Field>
      </div>
      {to?.retires && <p className="text-sm text-warn">{t("compare.retires")}</p>}
      <DiffView
        before={from?.entry ?? null}
        after={to?.entry ?? null}
        beforeLabel={name(from)}
        afterLabel={name(to)}
      />
    </Card>
  );
}
