import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ApprovedTogether, RevisionView } from "@/api";
import { useFormat } from "@/shared/format";
import { Button } from "@/shared/ui/Button";
import { Confirm } from "@/shared/ui/Confirm";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { useApproveTogether } from "../api";
import { type When, WhenFields } from "./WhenFields";
import { fromLocalInput, isAhead } from "./when";

/** The server takes no more at a time. */
const MOST = 500;

interface ApproveSeveralProps {
  drafts: RevisionView[];
  onDone: (result: ApprovedTogether) => void;
}

export function ApproveSeveral({ drafts, onDone }: ApproveSeveralProps) {
  const { t } = useTranslation("knowledge");
  const { number } = useFormat();
  const [asking, setAsking] = useState(false);
  const [when, setWhen] = useState<When>(null);
  const approve = useApproveTogether();
  const counted = { count: drafts.length, n: number(drafts.length) };
  const send = () => {
    if (when !== null && !isAhead(when)) return;
    approve.mutate(
      { drafts, from: when === null ? null : fromLocalInput(when) },
      {
        onSuccess: (result) => {
          setAsking(false);
          onDone(result);
        },
      },
    );
  };
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button
        variant="primary"
        disabled={drafts.length === 0 || drafts.length > MOST}
        onClick={() => setAsking(true)}
      >
        {t("review.approveSeveral", counted)}
      </Button>
      <p className="text-ink-muted text-sm">
        {drafts.length > MOST ? t("review.tooMany", { most: number(MOST) }) : t("review.severalAbout")}
      </p>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title={t("review.approveTitle", counted)}
        description={t("review.approveAbout")}
        confirm={t("review.approve")}
        busy={approve.isPending}
        onConfirm={send}
      >
        <WhenFields when={when} onChange={setWhen} />
        {approve.isError && <ProblemPanel error={approve.error} onRetry={send} busy={approve.isPending} />}
      </Confirm>
    </div>
  );
}
