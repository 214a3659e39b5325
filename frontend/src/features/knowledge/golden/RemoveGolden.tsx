import { useTranslation } from "react-i18next";
import type { GoldenView } from "@/api";
import { Confirm } from "@/shared/ui/Confirm";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { toast } from "@/shared/ui/Toasts";
import { useRemoveGolden } from "../api";

export function RemoveGolden({ golden, onClose }: { golden: GoldenView; onClose: () => void }) {
  const { t } = useTranslation("knowledge");
  const remove = useRemoveGolden();
  const send = () =>
    remove.mutate(golden.id, {
      onSuccess: () => {
        onClose();
        toast({ text: t("golden.removed") });
      },
    });
  return (
    <Confirm
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("golden.removeTitle")}
      description={t("golden.removeAbout", { question: golden.question })}
      confirm={t("golden.remove")}
      danger
      busy={remove.isPending}
      onConfirm={send}
    >
      {remove.isError && <ProblemPanel error={remove.error} onRetry={send} busy={remove.isPending} />}
    </Confirm>
  );
}
