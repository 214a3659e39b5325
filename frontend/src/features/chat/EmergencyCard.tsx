import { useQuery } from "@tanstack/react-query";
import { ExternalLink, HeartHandshake, Phone, ShieldAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { About } from "@/api";
import { aboutQuery } from "@/shared/about";
import { cx } from "@/shared/cx";
import { buttonClass } from "@/shared/ui/Button";
import type { Opening } from "./emergency";
import { htmlLang } from "./languages";

interface EmergencyCardProps {
  opening: Opening;
  /** Asks a question in this conversation; null while nothing can be asked. */
  onAsk: ((question: string) => void) | null;
}

/** What to do at once, in the language of the answer: prominent, calm, and all of it in reach of a thumb. */
export function EmergencyCard({ opening, onAsk }: EmergencyCardProps) {
  const { lang } = opening;
  const { t } = useTranslation("chat", { keyPrefix: `emergency.${lang}` });
  const { data: about } = useQuery(aboutQuery);
  const crisis = opening.kind === "crisis";
  const approved = crisis ? undefined : about?.emergency[lang];
  const title = crisis ? t("crisisTitle") : approved?.title || opening.title;
  const Icon = crisis ? HeartHandshake : ShieldAlert;
  return (
    <div
      lang={htmlLang(lang)}
      className={cx(
        "flex flex-col gap-3 rounded-xl border-2 p-4",
        crisis ? "border-accent bg-accent-soft" : "border-danger bg-danger-soft",
      )}
    >
      <h4 className="flex items-start gap-2 font-semibold text-base">
        <Icon aria-hidden className={cx("mt-0.5 size-5 shrink-0", crisis ? "text-accent" : "text-danger")} />
        {title}
      </h4>
      {crisis && <p className="whitespace-pre-line">{opening.title}</p>}
      {crisis ? <CrisisCalls t={t} /> : <MoneyCalls t={t} about={about} onAsk={onAsk} />}
      <Steps steps={approved?.steps.length ? approved.steps : opening.steps} />
      {opening.after.map((line) => (
        <p key={line} className="text-sm">
          {line}
        </p>
      ))}
    </div>
  );
}

type Words = ReturnType<typeof useTranslation<"chat", "emergency.en">>["t"];

function CrisisCalls({ t }: { t: Words }) {
  return (
    <div className="grid grid-cols-1 gap-2 sm:grid-cols-2">
      <Call number="14416" hint={t("call14416Hint")} look="primary">
        {t("call14416")}
      </Call>
      <Call number="112" hint={t("call112Hint")}>
        {t("call112")}
      </Call>
    </div>
  );
}

interface MoneyCallsProps {
  t: Words;
  about: About | undefined;
  onAsk: EmergencyCardProps["onAsk"];
}

function MoneyCalls({ t, about, onAsk }: MoneyCallsProps) {
  const number = about && !about.bank.is_example ? about.bank.card_block_number : "";
  return (
    <>
      <div className="grid grid-cols-1 gap-2 sm:grid-cols-2">
        {number && (
          <Call number={number} hint={t("callBankHint", { bank: about?.bank.name })} look="danger">
            {t("callBank", { number })}
          </Call>
        )}
        <Call number="1930" hint={t("call1930Hint")} look={number ? "secondary" : "danger"}>
          {t("call1930")}
        </Call>
        <a
          href="https://cybercrime.gov.in"
          target="_blank"
          rel="noopener noreferrer"
          className={buttonClass("secondary", "md", "min-h-14 justify-start py-1.5 text-left")}
        >
          <ExternalLink aria-hidden className="size-4 shrink-0" />
          <span>
            {t("portal")}
            <span className="block font-normal text-ink-muted text-xs">cybercrime.gov.in</span>
          </span>
        </a>
        {onAsk && (
          <button
            type="button"
            onClick={() => onAsk(t("blockQuestion"))}
            className={buttonClass("secondary", "md", "min-h-14 justify-start text-left")}
          >
            <ShieldAlert aria-hidden className="size-4 shrink-0" />
            {t("block")}
          </button>
        )}
      </div>
      {!number && <p className="text-sm">{t("noNumber")}</p>}
    </>
  );
}

interface CallProps {
  number: string;
  hint: string;
  look?: "primary" | "secondary" | "danger";
  children: ReactNode;
}

function Call({ number, hint, look = "secondary", children }: CallProps) {
  return (
    <a
      href={`tel:${number.replace(/[^+\d]/g, "")}`}
      className={buttonClass(look, "md", "min-h-14 justify-start py-1.5 text-left")}
    >
      <Phone aria-hidden className="size-4 shrink-0" />
      <span>
        {children}
        <span className={cx("block font-normal text-xs", look === "secondary" && "text-ink-muted")}>
          {hint}
        </span>
      </span>
    </a>
  );
}

function Steps({ steps }: { steps: readonly string[] }) {
  if (steps.length === 0) return null;
  return (
    <ol className="flex list-decimal flex-col gap-1.5 pl-5 text-sm marker:font-semibold">
      {steps.map((step) => (
        <li key={step} className="pl-1">
          {step}
        </li>
      ))}
    </ol>
  );
}
