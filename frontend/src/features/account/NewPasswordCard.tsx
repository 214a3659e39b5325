import { useTranslation } from "react-i18next";
import type { NewPassword } from "@/api";
import { Button } from "@/shared/ui/Button";
import { Card } from "@/shared/ui/Card";
import { Field } from "@/shared/ui/Field";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { toast } from "@/shared/ui/Toasts";
import { setPassword } from "./entering";
import { PasswordInput } from "./PasswordInput";
import { newPassword } from "./rules";
import { useEntryForm } from "./useEntryForm";

export function NewPasswordCard() {
  const { t } = useTranslation("account");
  const change = async (given: NewPassword) => {
    await setPassword(given);
    form.empty();
    toast({ text: t("newPassword.changed") });
  };
  const form = useEntryForm(newPassword, { password: "", new_password: "" }, change);
  const [present, next] = [form.field("password"), form.field("new_password")];
  return (
    <Card title={t("newPassword.title")} description={t("newPassword.text")}>
      <form noValidate onSubmit={form.submit} className="flex flex-col gap-4">
        {form.problem && <ProblemPanel error={form.problem} onRetry={form.submit} busy={form.busy} />}
        <Field label={t("newPassword.present")} error={present.error} required>
          <PasswordInput {...present.input} autoComplete="current-password" />
        </Field>
        <Field label={t("newPassword.next")} hint={t("passwordHint")} error={next.error} required>
          <PasswordInput {...next.input} autoComplete="new-password" />
        </Field>
        <Button type="submit" busy={form.busy} className="self-start">
          {t("newPassword.submit")}
        </Button>
      </form>
    </Card>
  );
}
