import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ParaphraseBody } from "@/api";
import { Button } from "@/shared/ui/Button";
import { htmlLang, LANGS } from "../langs";

const FIRST = 4;

/** Other ways to ask, by language. */
export function ParaphraseList({ paraphrases }: { paraphrases: readonly ParaphraseBody[] }) {
  const { t } = useTranslation("knowledge");
  const [all, setAll] = useState(false);
  if (paraphrases.length === 0) return <p className="text-ink-muted text-sm">{t("paraphrases.none")}</p>;
  const groups = LANGS.map((lang) => ({
    lang,
    texts: paraphrases.filter((each) => (each.lang ?? "en") === lang).map(({ text }) => text),
  })).filter(({ texts }) => texts.length > 0);
  const hidden = groups.reduce((sum, { texts }) => sum + Math.max(0, texts.length - FIRST), 0);
  return (
    <div className="flex flex-col gap-4">
      {groups.map(({ lang, texts }) => (
        <section key={lang} className="flex flex-col gap-1">
          <h3 className="text-ink-muted text-sm">
            {t("paraphrases.in", { lang: t(`langs.${lang}`), count: texts.length })}
          </h3>
          <ul lang={htmlLang(lang)} className="list-disc pl-5 text-sm leading-relaxed">
            {(all ? texts : texts.slice(0, FIRST)).map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </section>
      ))}
      {hidden > 0 && (
        <Button size="sm" className="self-start" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t("paraphrases.fewer") : t("paraphrases.more", { count: hidden })}
        </Button>
      )}
    </div>
  );
}
