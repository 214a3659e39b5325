import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Role } from "@/shared/account";
import { Button } from "@/shared/ui/Button";
import { Checkbox } from "@/shared/ui/Checkbox";
import { Dialog } from "@/shared/ui/Dialog";
import { Field } from "@/shared/ui/Field";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { Select } from "@/shared/ui/Select";
import { TextInput } from "@/shared/ui/TextInput";
import { SCOPE_TEXTS, SCOPES, type Scope, useNewKey } from "./keys";
import { PasswordInput } from "./PasswordInput";
import { newKey } from "./rules";
import { useEntryForm } from "./useEntryForm";

const LIFETIMES = ["30", "90", "366"];

interface NewKeyDialogProps {
  role: Role;
  onClose: () => void;
  onMade: (key: string) => void;
}

export function NewKeyDialog({ role, onClose, onMade }: NewKeyDialogProps) {
  const { t } = useTranslation(["account", "common"]);
  const id = useId();
  const make = useNewKey();
  const scopes: Scope[] = ["chat"];
  const form = useEntryForm(newKey, { name: "", scopes, days: "90", password: "" }, async (given) => {
    onMade((await make({ ...given, days: Number(given.days) })).key);
  });
  const [name, days, password] = [form.field("name"), form.field("days"), form.field("password")];
  const { input: scope, error: noScope } = form.field("scopes");
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("keys.new")}
      description={t("keys.newText")}
      actions={
        <>
          <Button onClick={onClose}>{t("common:cancel")}</Button>
          <Button type="submit" form={id} variant="primary" busy={form.busy}>
            {t("keys.make")}
          </Button>
        </>
      }
    >
      <form id={id} noValidate onSubmit={form.submit} className="flex flex-col gap-4">
        {form.problem && <ProblemPanel error={form.problem} onRetry={form.submit} busy={form.busy} />}
        <Field label={t("keys.name")} hint={t("keys.nameHint")} error={name.error} required>
          <TextInput {...name.input} autoComplete="off" />
        </Field>
        <fieldset className="flex flex-col">
          <legend className="pb-1 font-medium text-sm">{t("keys.scopesOf")}</legend>
          {SCOPES[role].map((value) => (
            <Checkbox key={value} {...scope} value={value} label={t(SCOPE_TEXTS[value])} />
          ))}
          {noScope && <p className="text-danger text-sm">{t("keys.noScope")}</p>}
        </fieldset>
        <Field label={t("keys.days")} error={days.error}>
          <Select
            {...days.input}
            options={LIFETIMES.map((value) => ({
              value,
              label: t("keys.forDays", { count: Number(value) }),
            }))}
          />
        </Field>
        <Field label={t("newPassword.present")} error={password.error} required>
          <PasswordInput {...password.input} autoComplete="current-password" />
        </Field>
      </form>
    </Dialog>
  );
}
