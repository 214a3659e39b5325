import type { TFunction } from "i18next";
import { CircleUser, LogIn, LogOut, Menu as MenuIcon, UserPlus, UserRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Account } from "@/api";
import { signOut, useAccount } from "@/shared/account";
import { useSession } from "@/shared/session";
import { THEMES, type Theme, useTheme } from "@/shared/theme";
import { IconButton } from "@/shared/ui/IconButton";
import { Menu, type MenuEntry } from "@/shared/ui/Menu";
import { useMediaQuery } from "@/shared/useMediaQuery";
import { placesFor } from "./places";

export function AccountMenu() {
  const { t } = useTranslation();
  const { session } = useSession();
  const { data: account } = useAccount();
  const [theme, setTheme] = useTheme();
  const narrow = useMediaQuery("(width < 40rem)");
  const look: MenuEntry = {
    type: "choice",
    label: t("theme"),
    value: theme,
    options: THEMES.map((value) => ({ value, label: t(`themes.${value}`) })),
    choose: (chosen) => setTheme(chosen as Theme),
  };
  const label = account ? t("accountMenu", { name: account.username }) : t("menu");
  const Icon = session ? CircleUser : MenuIcon;
  return (
    <Menu
      label={label}
      entries={
        session ? [...accountEntries(t, account, narrow), look, ...leaving(t)] : [...entering(t), look]
      }
      trigger={(wiring) => (
        <IconButton
          {...wiring}
          label={label}
          icon={<Icon aria-hidden className="size-5" />}
          tooltip={false}
        />
      )}
    />
  );
}

function accountEntries(t: TFunction<"common">, account: Account | undefined, narrow: boolean): MenuEntry[] {
  const who = account && (
    <>
      <span className="block truncate font-medium text-ink text-sm">{account.username}</span>
      {t(`roles.${account.role}`)}
    </>
  );
  const places = narrow ? placesFor(account) : [];
  return [
    { type: "note", content: who },
    ...places.map(({ to, name }): MenuEntry => ({ type: "link", to, label: t(`nav.${name}`) })),
    { type: "link", to: "/account", label: t("account"), icon: <UserRound aria-hidden className="size-4" /> },
    { type: "line" },
  ];
}

function leaving(t: TFunction<"common">): MenuEntry[] {
  const icon = <LogOut aria-hidden className="size-4" />;
  return [{ type: "line" }, { type: "action", label: t("signOut"), icon, run: () => void signOut() }];
}

function entering(t: TFunction<"common">): MenuEntry[] {
  return [
    { type: "link", to: "/sign-in", label: t("signIn"), icon: <LogIn aria-hidden className="size-4" /> },
    {
      type: "link",
      to: "/register",
      label: t("register"),
      icon: <UserPlus aria-hidden className="size-4" />,
    },
    { type: "line" },
  ];
}
