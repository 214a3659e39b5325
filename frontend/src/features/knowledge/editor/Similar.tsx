import { useTranslation } from "react-i18next";
import type { EntrySummary } from "@/api";
import { VisuallyHidden } from "@/shared/ui/VisuallyHidden";
import { htmlLang } from "../langs";
import { Notice } from "../parts/Notice";
import { paths } from "../paths";

/** Entries that ask nearly the same: better to change one of them than to have two. */
export function Similar({ entries, id }: { entries: readonly EntrySummary[]; id: string }) {
  const { t, i18n } = useTranslation("knowledge");
  const others = entries.filter((entry) => entry.id !== id);
  if (others.length === 0) return null;
  return (
    <Notice tone="warn" title={t("side.similar", { count: others.length })}>
      <p>{t("side.similarAbout")}</p>
      <ul className="mt-1 flex flex-col gap-1">
        {others.map((entry) => (
          <li key={entry.id}>
            <a
              href={paths.entry(entry.id)}
              target="_blank"
              rel="noreferrer"
              lang={htmlLang(entry.lang)}
              className="inline-flex min-h-6 items-center underline underline-offset-2 hover:text-accent"
            >
              {entry.question}
              <VisuallyHidden>
                <span lang={i18n.language}> {t("side.newTab")}</span>
              </VisuallyHidden>
            </a>
          </li>
        ))}
      </ul>
    </Notice>
  );
}
