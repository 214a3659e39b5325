import { FilePlus2, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Gap } from "@/api";
import { useFormat } from "@/shared/format";
import { Badge } from "@/shared/ui/Badge";
import { Button, buttonClass } from "@/shared/ui/Button";
import { Card } from "@/shared/ui/Card";
import { entryPath, newEntryPath } from "../paths";

export function GapCard({ gap, onDismiss }: { gap: Gap; onDismiss: () => void }) {
  const { t } = useTranslation("insights");
  return (
    <Card
      title={gap.example}
      description={t("gaps.size", { count: gap.questions.length, accounts: gap.accounts })}
      actions={
        <div className="flex flex-wrap gap-2">
          <Link to={newEntryPath(gap)} className={buttonClass("primary", "sm")}>
            <FilePlus2 aria-hidden className="size-4" />
            {t("gaps.draft")}
          </Link>
          <Button variant="quiet" size="sm" icon={<X aria-hidden className="size-4" />} onClick={onDismiss}>
            {t("gaps.dismiss")}
          </Button>
        </div>
      }
    >
      <Questions gap={gap} />
      {gap.near.length > 0 && <Near gap={gap} />}
    </Card>
  );
}

function Questions({ gap }: { gap: Gap }) {
  const { t } = useTranslation("insights");
  const { relative } = useFormat();
  return (
    <ul className="flex flex-col divide-y divide-line">
      {gap.questions.map((question) => (
        <li key={question.message_id} className="flex flex-wrap items-baseline gap-x-3 gap-y-1 py-2 text-sm">
          <span className="min-w-0 break-words" lang={question.lang === "hi" ? "hi" : "en"}>
            {question.question}
          </span>
          <Badge tone={question.kind === "disliked" ? "warn" : "neutral"}>
            {t(`gaps.kinds.${question.kind}`)}
          </Badge>
          <span className="text-ink-muted text-xs">{relative(question.asked_at)}</span>
          {question.reason && <span className="w-full text-ink-muted">“{question.reason}”</span>}
        </li>
      ))}
    </ul>
  );
}

function Near({ gap }: { gap: Gap }) {
  const { t } = useTranslation("insights");
  const { percent } = useFormat();
  return (
    <div className="text-sm">
      <h3 className="font-medium">{t("gaps.near")}</h3>
      <ul className="mt-1 flex flex-col gap-1">
        {gap.near.map((entry) => (
          <li key={entry.entry_id}>
            <Link to={entryPath(entry.entry_id)} className="text-accent underline">
              {entry.question}
            </Link>{" "}
            <span className="text-ink-muted tabular-nums">{percent(entry.score)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
