import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Confirm } from "@/shared/ui/Confirm";
import { Field } from "@/shared/ui/Field";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { TextInput } from "@/shared/ui/TextInput";
import { usePolicyChange } from "../api";

interface ChangeDialogProps {
  /** To be promoted; null: the version before shall serve again. */
  version: string | null;
  onClose: () => void;
}

export function ChangeDialog({ version, onClose }: ChangeDialogProps) {
  const { t } = useTranslation("insights");
  const [why, setWhy] = useState("");
  const change = usePolicyChange();
  return (
    <Confirm
      open
      onOpenChange={(open) => !open && onClose()}
      title={version === null ? t("policy.rollBack") : t("policy.promoteTitle", { version })}
      description={version === null ? t("policy.rollBackText") : t("policy.promoteText")}
      confirm={version === null ? t("policy.rollBack") : t("policy.promote")}
      busy={change.isPending}
      danger={version === null}
      onConfirm={() => change.mutate({ version, why: why.trim() }, { onSuccess: onClose })}
    >
      <Field label={t("policy.why")} hint={t("policy.whyHint")}>
        <TextInput value={why} maxLength={500} onChange={(event) => setWhy(event.currentTarget.value)} />
      </Field>
      {change.error && <ProblemPanel error={change.error} />}
    </Confirm>
  );
}
