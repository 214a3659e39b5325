import { useTranslation } from "react-i18next";
import { Link, NavLink, useLocation } from "react-router";
import { LANGUAGE_NAMES } from "@/i18n";
import { useLanguage } from "@/i18n/useLanguage";
import { useAccount } from "@/shared/account";
import { cx } from "@/shared/cx";
import { useSession } from "@/shared/session";
import { buttonClass } from "@/shared/ui/Button";
import { AccountMenu } from "./AccountMenu";
import { Mark } from "./Mark";
import { placesFor } from "./places";

export function Header() {
  const { t } = useTranslation();
  const { session } = useSession();
  return (
    <header className="sticky top-0 z-30 flex h-14 shrink-0 items-center gap-2 border-line border-b bg-raised px-3 sm:gap-4 sm:px-5">
      <Link to="/" className="flex min-h-11 items-center gap-2 rounded-lg font-semibold tracking-wide">
        <Mark />
        {t("productName")}
      </Link>
      {session && <Places />}
      <div className="grow" />
      <LanguageSwitch />
      {!session && <SignInLink />}
      <AccountMenu />
    </header>
  );
}

function Places() {
  const { t } = useTranslation();
  const { data: account } = useAccount();
  const places = placesFor(account);
  if (places.length === 0) return null;
  return (
    <nav aria-label={t("mainNavigation")} className="flex h-full gap-1 max-sm:hidden">
      {places.map(({ to, name }) => (
        <NavLink
          key={to}
          to={to}
          className={({ isActive }) =>
            cx(
              "flex items-center border-b-2 px-3 text-sm focus-visible:-outline-offset-2",
              isActive ? "border-accent font-medium" : "border-transparent text-ink-muted hover:text-ink",
            )
          }
        >
          {t(`nav.${name}`)}
        </NavLink>
      ))}
    </nav>
  );
}

/** It is called by the language it leads to, in that language. */
function LanguageSwitch() {
  const { t } = useTranslation();
  const [language, setLanguage] = useLanguage();
  const other = language === "en" ? "hi" : "en";
  return (
    <button
      type="button"
      lang={other}
      data-tooltip={t("switchLanguage")}
      onClick={() => void setLanguage(other)}
      className={buttonClass("quiet", "sm", "whitespace-nowrap text-ink-muted")}
    >
      {LANGUAGE_NAMES[other]}
    </button>
  );
}

function SignInLink() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  if (pathname === "/sign-in") return null;
  return (
    <Link to="/sign-in" className={buttonClass("secondary", "sm", "whitespace-nowrap max-sm:hidden")}>
      {t("signIn")}
    </Link>
  );
}
