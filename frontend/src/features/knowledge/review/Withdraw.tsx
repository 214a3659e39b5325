import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { RevisionView } from "@/api";
import { Button } from "@/shared/ui/Button";
import { Confirm } from "@/shared/ui/Confirm";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { toast } from "@/shared/ui/Toasts";
import { useDiscard } from "../api";
import { paths } from "../paths";

/** Takes one's own proposal to retire an entry back. */
export function Withdraw({ draft }: { draft: RevisionView }) {
  const { t } = useTranslation("knowledge");
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const discard = useDiscard();
  const send = () =>
    discard.mutate(draft.id, {
      onSuccess: () => {
        setAsking(false);
        toast({ text: t("withdraw.done") });
        navigate(paths.entry(draft.entry_id));
      },
    });
  return (
    <>
      <Button onClick={() => setAsking(true)}>{t("withdraw.confirm")}</Button>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title={t("withdraw.title")}
        description={t("withdraw.about")}
        confirm={t("withdraw.confirm")}
        busy={discard.isPending}
        onConfirm={send}
      >
        {discard.isError && <ProblemPanel error={discard.error} onRetry={send} busy={discard.isPending} />}
      </Confirm>
    </>
  );
}
