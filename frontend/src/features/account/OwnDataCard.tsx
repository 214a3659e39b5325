import { Download, Trash2 } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/shared/ui/Button";
import { Card } from "@/shared/ui/Card";
import { Confirm } from "@/shared/ui/Confirm";
import { Field } from "@/shared/ui/Field";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { toast } from "@/shared/ui/Toasts";
import { eraseAccount, saveOwnData } from "./ownData";
import { PasswordInput } from "./PasswordInput";
import { noPassword, presentPassword } from "./rules";
import { useEntryForm } from "./useEntryForm";

/** What is stored of the customer: to be taken along, and to be deleted. */
export function OwnDataCard({ staff, withPassword }: { staff: boolean; withPassword: boolean }) {
  const { t } = useTranslation("account");
  const [saving, setSaving] = useState(false);
  const [asking, setAsking] = useState(false);
  const save = () => {
    setSaving(true);
    saveOwnData()
      .catch(() => toast({ text: t("ownData.notSaved") }))
      .finally(() => setSaving(false));
  };
  return (
    <Card title={t("ownData.title")} description={t("ownData.text")}>
      <div className="flex flex-wrap gap-3">
        <Button icon={<Download aria-hidden className="size-4" />} busy={saving} onClick={save}>
          {t("ownData.save")}
        </Button>
        {!staff && (
          <Button
            variant="danger"
            icon={<Trash2 aria-hidden className="size-4" />}
            onClick={() => setAsking(true)}
          >
            {t("ownData.erase")}
          </Button>
        )}
      </div>
      {staff && <p className="text-ink-muted text-sm">{t("ownData.staff")}</p>}
      {asking && <EraseDialog withPassword={withPassword} onClose={() => setAsking(false)} />}
    </Card>
  );
}

function EraseDialog({ withPassword, onClose }: { withPassword: boolean; onClose: () => void }) {
  const { t } = useTranslation("account");
  const id = useId();
  const form = useEntryForm(withPassword ? presentPassword : noPassword, { password: "" }, eraseAccount);
  const { input, error } = form.field("password");
  return (
    <Confirm
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("ownData.eraseTitle")}
      description={t("ownData.eraseText")}
      confirm={t("ownData.erase")}
      danger
      busy={form.busy}
      onConfirm={() => void form.submit()}
    >
      <form id={id} noValidate onSubmit={form.submit} className="flex flex-col gap-3">
        {form.problem && <ProblemPanel error={form.problem} />}
        {withPassword && (
          <Field label={t("newPassword.present")} error={error} required>
            <PasswordInput {...input} autoComplete="current-password" />
          </Field>
        )}
      </form>
    </Confirm>
  );
}
