import { useQuery } from "@tanstack/react-query";
import { Info } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useLanguage } from "@/i18n/useLanguage";
import { cx } from "@/shared/cx";
import { Skeleton } from "@/shared/ui/Skeleton";
import { useActions } from "./actions";
import { firstQuestionsQuery } from "./queries";

/** The first screen: what this is, and what others ask. */
export function Welcome({ compact }: { compact: boolean }) {
  const { t } = useTranslation("chat");
  return (
    <div className={cx("flex flex-col gap-6", compact ? "py-5" : "py-8 sm:py-14")}>
      <p className={cx("font-display text-balance", compact ? "text-xl" : "text-2xl sm:text-3xl")}>
        {t("welcome.title")}
      </p>
      <p className="flex gap-2.5 rounded-xl border border-line bg-raised p-4 text-sm">
        <Info aria-hidden className="mt-0.5 size-4 shrink-0 text-accent" />
        {t("welcome.notice")}
      </p>
      <FirstQuestions compact={compact} />
    </div>
  );
}

function FirstQuestions({ compact }: { compact: boolean }) {
  const { t } = useTranslation("chat");
  const [language] = useLanguage();
  const { ask } = useActions();
  const found = useQuery(firstQuestionsQuery(language));
  if (found.isError || found.data?.suggestions.length === 0) return null;
  return (
    <section aria-label={t("welcome.examples")} className="flex flex-col gap-3">
      <h2 className="font-medium text-ink-muted text-sm">{t("welcome.examples")}</h2>
      {found.data ? (
        <ul className={cx("grid gap-2", !compact && "sm:grid-cols-2")}>
          {found.data.suggestions.map((suggestion) => (
            <li key={suggestion.entry_id}>
              <button type="button" onClick={() => ask(suggestion.question)} className={SUGGESTION}>
                {suggestion.question}
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <div className={cx("grid gap-2", !compact && "sm:grid-cols-2")}>
          <Skeleton className="h-48" />
          <Skeleton className="h-48" />
        </div>
      )}
    </section>
  );
}

export const SUGGESTION =
  "flex h-full min-h-11 w-full items-center rounded-xl border border-line bg-raised px-4 py-2.5 text-left text-sm hover:border-edge hover:bg-sunken";
