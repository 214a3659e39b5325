import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ApprovedTogether, RevisionView } from "@/api";
import { useFormat } from "@/shared/format";
import { Button } from "@/shared/ui/Button";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { useSubmitSeveral } from "../api";

interface SubmitSeveralProps {
  drafts: RevisionView[];
  onDone: (result: ApprovedTogether) => void;
}

/** Sends one's own drafts for approval, such as those that an import made. */
export function SubmitSeveral({ drafts, onDone }: SubmitSeveralProps) {
  const { t } = useTranslation("knowledge");
  const { number } = useFormat();
  const [sent, setSent] = useState(0);
  const submit = useSubmitSeveral(setSent);
  const all = submit.variables?.length ?? 0;
  const send = () => {
    setSent(0);
    submit.mutate(drafts, { onSuccess: onDone });
  };
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <Button busy={submit.isPending} disabled={drafts.length === 0} onClick={send}>
          {t("review.submitSeveral", { count: drafts.length, n: number(drafts.length) })}
        </Button>
        <p className="text-ink-muted text-sm">
          {submit.isPending
            ? t("review.submitting", { done: number(sent), all: number(all) })
            : t("review.submitAbout")}
        </p>
      </div>
      {submit.isError && <ProblemPanel error={submit.error} onRetry={send} busy={submit.isPending} />}
    </>
  );
}
