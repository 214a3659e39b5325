import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { RevisionView } from "@/api";
import { useFormat } from "@/shared/format";
import { Badge } from "@/shared/ui/Badge";
import { Checkbox } from "@/shared/ui/Checkbox";
import { VisuallyHidden } from "@/shared/ui/VisuallyHidden";
import { htmlLang } from "../langs";
import { paths } from "../paths";
import { KindBadge } from "./KindBadge";

interface DraftListProps {
  label: string;
  drafts: readonly RevisionView[];
  chosen?: ReadonlySet<string>;
  /** Given where several can be chosen. */
  onChoose?: (chosen: ReadonlySet<string>) => void;
}

export function DraftList({ label, drafts, chosen, onChoose }: DraftListProps) {
  const { t } = useTranslation("knowledge");
  const { number } = useFormat();
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChoose?.(next);
  };
  const all = drafts.every(({ id }) => chosen?.has(id));
  return (
    <div className="flex flex-col gap-2">
      {onChoose && drafts.length > 1 && (
        <Checkbox
          checked={all}
          onChange={() => onChoose(new Set(all ? [] : drafts.map(({ id }) => id)))}
          label={t("review.all", { count: drafts.length, n: number(drafts.length) })}
        />
      )}
      <ul aria-label={label} className="flex flex-col">
        {drafts.map((draft) => (
          <li
            key={draft.id}
            className="flex items-start gap-1 border-line border-t py-3 first:border-t-0 last:pb-0"
          >
            {onChoose && (
              <Checkbox
                checked={chosen?.has(draft.id) ?? false}
                onChange={() => toggle(draft.id)}
                label={
                  <VisuallyHidden>{t("review.choose", { question: draft.entry.question })}</VisuallyHidden>
                }
              />
            )}
            <DraftSummary draft={draft} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function DraftSummary({ draft }: { draft: RevisionView }) {
  const { t } = useTranslation("knowledge");
  const { relative } = useFormat();
  const { id, entry, stage, author, changed_at, note, returned, problems } = draft;
  const place = stage === "draft" && !draft.retires ? paths.edit(draft.entry_id) : paths.draft(id);
  return (
    <div className="flex min-w-0 flex-col gap-1 py-1 text-sm">
      <Link
        to={place}
        lang={htmlLang(entry.lang ?? "en")}
        className="inline-flex min-h-6 items-center break-words font-medium hover:text-accent hover:underline"
      >
        {entry.question || t("untitled")}
      </Link>
      <p className="break-all font-mono text-ink-muted text-xs">{entry.id}</p>
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-ink-muted">
        <KindBadge draft={draft} />
        <span>{t("review.by", { author, when: relative(changed_at) })}</span>
        {stage === "draft" && problems.length > 0 && (
          <Badge tone="warn">{t("review.problems", { count: problems.length })}</Badge>
        )}
      </p>
      {note && <p className="break-words text-ink-muted">{note}</p>}
      {returned && <p className="break-words text-warn">{t("history.returned", { returned })}</p>}
    </div>
  );
}
