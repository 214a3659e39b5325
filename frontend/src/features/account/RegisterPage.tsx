import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import type { NewAccount } from "@/api";
import { ProblemError } from "@/shared/problems";
import { Button } from "@/shared/ui/Button";
import { Field } from "@/shared/ui/Field";
import { Notice } from "@/shared/ui/Notice";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { TextInput } from "@/shared/ui/TextInput";
import { toast } from "@/shared/ui/Toasts";
import { useTitle } from "@/shared/useTitle";
import { EntryFrame } from "./EntryFrame";
import { openAccount } from "./entering";
import { PasswordInput } from "./PasswordInput";
import { newAccount } from "./rules";
import { useEntryForm } from "./useEntryForm";

export default function RegisterPage() {
  const { t } = useTranslation("account");
  const open = async (given: NewAccount) => {
    await openAccount(given);
    toast({ text: t("register.opened", { name: given.username }) });
  };
  const form = useEntryForm(newAccount, { username: "", email: "", password: "" }, open);
  const [username, email, password] = [form.field("username"), form.field("email"), form.field("password")];
  useTitle(t("register.title"));
  return (
    <EntryFrame title={t("register.title")} onSubmit={form.submit} other={<Other />}>
      <RegisterProblem error={form.problem} onRetry={form.submit} busy={form.busy} />
      <Field label={t("username")} hint={t("usernameHint")} error={username.error} required>
        <TextInput {...username.input} autoComplete="username" autoCapitalize="none" spellCheck={false} />
      </Field>
      <Field label={t("email")} error={email.error} required>
        <TextInput {...email.input} type="email" autoComplete="email" />
      </Field>
      <Field label={t("password")} hint={t("passwordHint")} error={password.error} required>
        <PasswordInput {...password.input} autoComplete="new-password" />
      </Field>
      <Button type="submit" variant="primary" busy={form.busy}>
        {t("register.submit")}
      </Button>
    </EntryFrame>
  );
}

function RegisterProblem({
  error,
  onRetry,
  busy,
}: {
  error: Error | null;
  onRetry: () => void;
  busy: boolean;
}) {
  const { t } = useTranslation("account");
  if (error === null) return null;
  if (!(error instanceof ProblemError && error.status === 409)) {
    return <ProblemPanel error={error} onRetry={onRetry} busy={busy} />;
  }
  return (
    <Notice tone="danger" role="alert" title={t("register.taken")}>
      {t("register.takenText")}
    </Notice>
  );
}

function Other() {
  const { t } = useTranslation(["account", "common"]);
  const [query] = useSearchParams();
  return (
    <>
      {t("register.known")}{" "}
      <Link to={{ pathname: "/sign-in", search: query.toString() }} className="text-accent underline">
        {t("common:signIn")}
      </Link>
    </>
  );
}
