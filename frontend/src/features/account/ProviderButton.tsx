import { useQuery } from "@tanstack/react-query";
import { LogIn } from "lucide-react";
import { useTranslation } from "react-i18next";
import { aboutQuery } from "@/shared/about";
import { buttonClass } from "@/shared/ui/Button";
import { providerAddress } from "./provider";

/** The way to the bank's identity provider, where there is one. */
export function ProviderButton({ next }: { next: string | null }) {
  const { t } = useTranslation("account");
  const { data: about } = useQuery(aboutQuery);
  const name = about?.identity_provider;
  if (name === undefined || name === null) return null;
  return (
    <>
      {/* Not a link of the router: it leaves the page. */}
      <a href={providerAddress(next)} className={buttonClass("primary")}>
        <LogIn aria-hidden className="size-4" />
        {name ? t("provider.with", { name }) : t("provider.withBank")}
      </a>
      <p className="text-center text-ink-muted text-sm">{t("provider.or")}</p>
    </>
  );
}
