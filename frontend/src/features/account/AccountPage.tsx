import { LogOut } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Account } from "@/api";
import { LANGUAGE_NAMES, LANGUAGES, type Language } from "@/i18n";
import { useLanguage } from "@/i18n/useLanguage";
import { signOut, useAccount } from "@/shared/account";
import { useFormat } from "@/shared/format";
import { THEMES, type Theme, useTheme } from "@/shared/theme";
import { Badge } from "@/shared/ui/Badge";
import { Button } from "@/shared/ui/Button";
import { Card } from "@/shared/ui/Card";
import { Field } from "@/shared/ui/Field";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { Select } from "@/shared/ui/Select";
import { Skeleton } from "@/shared/ui/Skeleton";
import { useTitle } from "@/shared/useTitle";
import { KeysCard } from "./KeysCard";
import { NewPasswordCard } from "./NewPasswordCard";
import { OwnDataCard } from "./OwnDataCard";

export default function AccountPage() {
  const { t } = useTranslation(["account", "common"]);
  const account = useAccount();
  useTitle(t("page.title"));
  return (
    <div className="mx-auto flex w-full max-w-2xl flex-col gap-5 px-4 py-8">
      <h1 className="font-display text-3xl">{t("page.title")}</h1>
      <Card title={t("page.details")}>
        {account.data ? (
          <Details account={account.data} />
        ) : account.isPending ? (
          <Skeleton lines={4} />
        ) : (
          <ProblemPanel
            error={account.error}
            onRetry={() => void account.refetch()}
            busy={account.isFetching}
          />
        )}
      </Card>
      <Preferences />
      {!account.data?.identity && <NewPasswordCard />}
      {account.data && !account.data.identity && <KeysCard role={account.data.role} />}
      {account.data && (
        <OwnDataCard staff={account.data.role !== "customer"} withPassword={!account.data.identity} />
      )}
      <Button
        icon={<LogOut aria-hidden className="size-4" />}
        className="self-start"
        onClick={() => void signOut()}
      >
        {t("common:signOut")}
      </Button>
    </div>
  );
}

function Details({ account }: { account: Account }) {
  const { t } = useTranslation(["account", "common"]);
  const { date } = useFormat();
  return (
    <dl className="grid grid-cols-1 gap-x-6 gap-y-3 text-sm sm:grid-cols-[10rem_1fr]">
      <Detail name={t("username")}>{account.username}</Detail>
      {!account.email.endsWith(".invalid") && <Detail name={t("email")}>{account.email}</Detail>}
      <Detail name={t("page.role")}>
        <Badge tone="accent">{t(`common:roles.${account.role}`)}</Badge>
        <span className="mt-1 block text-ink-muted">{t(`page.roleText.${account.role}`)}</span>
      </Detail>
      {account.identity && <Detail name={t("page.elsewhere")}>{account.identity.issuer}</Detail>}
      <Detail name={t("page.since")}>{date(account.created_at)}</Detail>
    </dl>
  );
}

function Detail({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="contents">
      <dt className="text-ink-muted">{name}</dt>
      <dd className="break-words max-sm:-mt-2">{children}</dd>
    </div>
  );
}

function Preferences() {
  const { t } = useTranslation(["account", "common"]);
  const [language, setLanguage] = useLanguage();
  const [theme, setTheme] = useTheme();
  return (
    <Card title={t("page.preferences")} description={t("page.preferencesText")}>
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <Field label={t("common:language")}>
          <Select
            value={language}
            options={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
            onChange={(event) => void setLanguage(event.target.value as Language)}
          />
        </Field>
        <Field label={t("common:theme")}>
          <Select
            value={theme}
            options={THEMES.map((value) => ({ value, label: t(`common:themes.${value}`) }))}
            onChange={(event) => setTheme(event.target.value as Theme)}
          />
        </Field>
      </div>
    </Card>
  );
}
