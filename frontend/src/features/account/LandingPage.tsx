import { ArrowUpRight } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { signInPath } from "@/shared/returnPath";
import { forgetEnd } from "@/shared/session";
import { buttonClass } from "@/shared/ui/Button";
import { useTitle } from "@/shared/useTitle";

const EXAMPLES = ["block", "upi", "kyc", "atm"] as const;

export default function LandingPage() {
  const { t } = useTranslation(["account", "common"]);
  useTitle("");
  useEffect(forgetEnd, []);
  return (
    <div className="mx-auto flex w-full max-w-5xl flex-col gap-12 px-4 py-10 sm:px-6 sm:py-16">
      <div className="grid grid-cols-1 items-start gap-10 md:grid-cols-[3fr_2fr] md:gap-16">
        <div>
          <h1 className="font-display text-4xl leading-tight sm:text-5xl">{t("landing.headline")}</h1>
          <p className="mt-5 max-w-prose text-ink-muted text-lg">{t("landing.lead")}</p>
          <p className="mt-8 flex flex-wrap gap-3">
            <Link to="/register" className={buttonClass("primary", "md", "min-h-11 px-5")}>
              {t("common:register")}
            </Link>
            <Link to="/sign-in" className={buttonClass("secondary", "md", "min-h-11 px-5")}>
              {t("common:signIn")}
            </Link>
          </p>
        </div>
        <Examples />
      </div>
      <Facts />
    </div>
  );
}

/** Each leads through the sign-in to the chat, with the question written but not yet sent. */
function Examples() {
  const { t } = useTranslation("account");
  return (
    <section aria-labelledby="examples">
      <h2 id="examples" className="text-ink-muted text-sm">
        {t("landing.askLike")}
      </h2>
      <ul className="mt-2 divide-y divide-line border-line border-y">
        {EXAMPLES.map((example) => {
          const question = t(`landing.examples.${example}`);
          return (
            <li key={example}>
              <Link
                to={signInPath(`/chat?${new URLSearchParams({ q: question })}`)}
                className="group flex min-h-12 items-center gap-3 py-3"
              >
                <span className="grow group-hover:text-accent">{question}</span>
                <ArrowUpRight
                  aria-hidden
                  className="size-4 shrink-0 text-ink-muted group-hover:text-accent"
                />
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Facts() {
  const { t } = useTranslation("account");
  return (
    <section
      aria-label={t("landing.facts")}
      className="grid grid-cols-1 gap-8 border-line border-t pt-8 sm:grid-cols-3"
    >
      <Fact title={t("landing.ai")}>{t("landing.aiText")}</Fact>
      <Fact title={t("landing.secrets")}>{t("landing.secretsText")}</Fact>
      <Fact title={t("landing.emergency")}>
        {t("landing.emergencyText")}
        <a href="tel:1930" className="mt-2 block w-fit py-1 font-medium text-accent underline">
          {t("landing.helpline")}
        </a>
      </Fact>
    </section>
  );
}

function Fact({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div>
      <h2 className="font-semibold">{title}</h2>
      <p className="mt-2 text-ink-muted text-sm leading-relaxed">{children}</p>
    </div>
  );
}
