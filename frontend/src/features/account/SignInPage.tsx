import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { ProblemError } from "@/shared/problems";
import { Button } from "@/shared/ui/Button";
import { Field } from "@/shared/ui/Field";
import { Notice } from "@/shared/ui/Notice";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { TextInput } from "@/shared/ui/TextInput";
import { useTitle } from "@/shared/useTitle";
import { EntryFrame } from "./EntryFrame";
import { signIn } from "./entering";
import { PasswordInput } from "./PasswordInput";
import { ProviderButton } from "./ProviderButton";
import { reasonIn } from "./provider";
import { credentials } from "./rules";
import { useEntryForm } from "./useEntryForm";

/** Where it leads afterwards is the router's business: it sees that somebody is signed in. */
export default function SignInPage() {
  const { t } = useTranslation("account");
  const [query] = useSearchParams();
  const form = useEntryForm(credentials, { username: "", password: "" }, signIn);
  const [username, password] = [form.field("username"), form.field("password")];
  useTitle(t("signIn.title"));
  return (
    <EntryFrame
      title={t("signIn.title")}
      notice={!form.problem && <Why query={query} />}
      onSubmit={form.submit}
      other={<Other query={query} />}
    >
      <ProviderButton next={query.get("next")} />
      <SignInProblem error={form.problem} onRetry={form.submit} busy={form.busy} />
      <Field label={t("username")} error={username.error} required>
        <TextInput {...username.input} autoComplete="username" autoCapitalize="none" spellCheck={false} />
      </Field>
      <Field label={t("password")} error={password.error} required>
        <PasswordInput {...password.input} autoComplete="current-password" />
      </Field>
      <Button type="submit" variant="primary" busy={form.busy}>
        {t("signIn.submit")}
      </Button>
    </EntryFrame>
  );
}

/** What has led here. */
function Why({ query }: { query: URLSearchParams }) {
  const { t } = useTranslation("account");
  const reason = reasonIn(query);
  if (reason) {
    return (
      <Notice tone="warn" role="alert" title={t(`provider.why.${reason}.title`)}>
        {t(`provider.why.${reason}.text`)}
      </Notice>
    );
  }
  if (query.get("why") !== "ended") return null;
  return (
    <Notice tone="accent" role="status" title={t("signIn.ended")}>
      {t("signIn.endedText")}
    </Notice>
  );
}

function SignInProblem({
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
  if (!(error instanceof ProblemError && error.status === 401)) {
    return <ProblemPanel error={error} onRetry={onRetry} busy={busy} />;
  }
  return (
    <Notice tone="danger" role="alert" title={t("signIn.wrong")}>
      {t("signIn.wrongText")}
    </Notice>
  );
}

function Other({ query }: { query: URLSearchParams }) {
  const { t } = useTranslation(["account", "common"]);
  return (
    <>
      {t("signIn.new")}{" "}
      <Link to={{ pathname: "/register", search: query.toString() }} className="text-accent underline">
        {t("common:register")}
      </Link>
    </>
  );
}
