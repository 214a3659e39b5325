import { useTranslation } from "react-i18next";
import type { RevisionView } from "@/api";
import { useFormat } from "@/shared/format";
import { Confirm } from "@/shared/ui/Confirm";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { toast } from "@/shared/ui/Toasts";
import { useDiscard } from "../api";

interface CallOffProps {
  revision: RevisionView;
  onClose: () => void;
}

/** Calls off what was approved for later. */
export function CallOff({ revision, onClose }: CallOffProps) {
  const { t } = useTranslation("knowledge");
  const { dateTime } = useFormat();
  const discard = useDiscard();
  const send = () =>
    discard.mutate(revision.id, {
      onSuccess: () => {
        onClose();
        toast({ text: t("callOff.done") });
      },
    });
  return (
    <Confirm
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("callOff.title", { number: revision.number })}
      description={t("callOff.about", { when: dateTime(revision.effective_from ?? "") })}
      confirm={t("callOff.confirm")}
      danger
      busy={discard.isPending}
      onConfirm={send}
    >
      {discard.isError && <ProblemPanel error={discard.error} onRetry={send} busy={discard.isPending} />}
    </Confirm>
  );
}
