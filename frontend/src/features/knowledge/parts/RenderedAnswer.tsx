import { useTranslation } from "react-i18next";
import type { EntryBody, EntryCheck } from "@/api";
import { answersOf, htmlLang, type Lang } from "../langs";
import { Answer, Written } from "./Answer";

interface RenderedAnswerProps {
  entry: EntryBody;
  check: EntryCheck | undefined;
  lang: Lang;
}

/** As customers see it; as it is written where the server cannot fill the placeholders in. */
export function RenderedAnswer({ entry, check, lang }: RenderedAnswerProps) {
  const { t } = useTranslation("knowledge");
  const rendered = check?.rendered.find((each) => each.lang === lang);
  if (!rendered) {
    return (
      <div className="flex flex-col gap-3">
        <p className="text-ink-muted text-sm">{t("entry.notRendered")}</p>
        <Written text={answersOf(entry)[lang]} lang={lang} />
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-3">
      <p lang={htmlLang(lang)} className="font-medium">
        {rendered.question}
      </p>
      <Answer text={rendered.answer} lang={lang} />
    </div>
  );
}
