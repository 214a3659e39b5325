import { useTranslation } from "react-i18next";
import type { EntryBody, ParaphraseBody } from "@/api";
import { useLocalState } from "@/shared/useLocalState";
import { htmlLang, isLang, type Lang } from "../langs";
import { FactDate } from "../parts/Labels";
import { Segments } from "../parts/Segments";
import { type Change, entryChanges } from "./entryDiff";
import { Marked, SideBySide } from "./Marked";

interface DiffViewProps {
  before: EntryBody | null;
  after: EntryBody | null;
  beforeLabel: string;
  afterLabel: string;
}

const VIEWS = ["inline", "sides"] as const;
type View = (typeof VIEWS)[number];

/** What differs between two versions of an entry, field by field. */
export function DiffView({ before, after, beforeLabel, afterLabel }: DiffViewProps) {
  const { t } = useTranslation("knowledge");
  const [view, setView] = useLocalState<View>("knowledge.diff", "inline");
  const changes = entryChanges(before, after);
  if (changes.length === 0) return <p className="text-ink-muted text-sm">{t("diff.none")}</p>;
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
          <span>
            <del className="rounded bg-danger-soft px-1 text-danger">{t("diff.removed")}</del> {beforeLabel}
          </span>
          <span>
            <ins className="rounded bg-ok-soft px-1 text-ok">{t("diff.added")}</ins> {afterLabel}
          </span>
        </p>
        <Segments
          label={t("diff.view")}
          value={view}
          options={VIEWS.map((value) => ({ value, label: t(`diff.${value}`) }))}
          onChange={setView}
        />
      </div>
      {changes.map((change) => (
        <section key={titleKey(change)} className="flex flex-col gap-1.5">
          <h3 className="font-medium text-ink-muted text-sm">
            <ChangeTitle change={change} />
          </h3>
          <ChangeBody change={change} sides={view === "sides"} labels={[beforeLabel, afterLabel]} />
        </section>
      ))}
    </div>
  );
}

function titleKey(change: Change): string {
  return change.type === "text"
    ? `${change.field} ${change.lang}`
    : "field" in change
      ? change.field
      : change.type;
}

function ChangeTitle({ change }: { change: Change }) {
  const { t } = useTranslation("knowledge");
  if (change.type === "paraphrases") return t("fields.paraphrases");
  if (change.field !== "answer") return t(`fields.${change.field}`);
  return t("diff.answerIn", { lang: t(`langs.${change.lang}`) });
}

interface ChangeBodyProps {
  change: Change;
  sides: boolean;
  labels: [string, string];
}

function ChangeBody({ change, sides, labels }: ChangeBodyProps) {
  switch (change.type) {
    case "text":
      return sides ? (
        <SideBySide pieces={change.pieces} lang={change.lang} labels={labels} />
      ) : (
        <Marked pieces={change.pieces} lang={change.lang} className="rounded-lg bg-surface p-3" />
      );
    case "paraphrases":
      return <Paraphrases {...change} />;
    case "fact":
      return (
        <p className="text-sm leading-relaxed">
          <del className="rounded bg-danger-soft px-1 text-danger">
            <FactValue field={change.field} value={change.before} />
          </del>{" "}
          <ins className="rounded bg-ok-soft px-1 text-ok no-underline">
            <FactValue field={change.field} value={change.after} />
          </ins>
        </p>
      );
  }
}

function FactValue({ field, value }: { field: string; value: string }) {
  const { t } = useTranslation("knowledge");
  if (value === "") return t("diff.nothing");
  if (field === "as_of") return <FactDate date={value} />;
  if (field === "lang" && isLang(value)) return t(`langs.${value}`);
  if (field === "regulated") return t(value === "yes" ? "regulated.yes" : "regulated.no");
  return value;
}

interface ParaphrasesProps {
  removed: ParaphraseBody[];
  added: ParaphraseBody[];
  kept: number;
}

function Paraphrases({ removed, added, kept }: ParaphrasesProps) {
  const { t } = useTranslation("knowledge");
  const lang = (each: ParaphraseBody): Lang => each.lang ?? "en";
  return (
    <ul className="flex flex-col gap-1 text-sm">
      {removed.map((each) => (
        <li key={`${lang(each)} ${each.text}`} lang={htmlLang(lang(each))}>
          <del className="rounded bg-danger-soft px-1 text-danger">{each.text}</del>
        </li>
      ))}
      {added.map((each) => (
        <li key={`${lang(each)} ${each.text}`} lang={htmlLang(lang(each))}>
          <ins className="rounded bg-ok-soft px-1 text-ok no-underline">{each.text}</ins>
        </li>
      ))}
      {kept > 0 && <li className="text-ink-muted">{t("diff.kept", { count: kept })}</li>}
    </ul>
  );
}
