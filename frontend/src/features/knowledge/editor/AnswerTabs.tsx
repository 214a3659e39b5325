import { CircleAlert, CircleCheck } from "lucide-react";
import { useState } from "react";
import { useFormContext, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/format";
import { Tabs } from "@/shared/ui/Tabs";
import { VisuallyHidden } from "@/shared/ui/VisuallyHidden";
import { htmlLang, isLang, LANGS, type Lang } from "../langs";
import { useHasProblem, useWanted } from "./placed";
import { LongField } from "./TextField";
import { ANSWER_CHARS, type EditorValues } from "./values";

export function AnswerTabs() {
  const { t } = useTranslation("knowledge");
  const { getValues } = useFormContext<EditorValues>();
  const [shown, setShown] = useState<Lang>(() => getValues("lang"));
  useWanted("answers.", (lang) => isLang(lang) && setShown(lang));
  return (
    <Tabs
      label={t("entry.answersByLang")}
      value={shown}
      onChange={(value) => setShown(value as Lang)}
      tabs={LANGS.map((lang) => ({
        value: lang,
        label: <TabLabel lang={lang} />,
        content: <AnswerField lang={lang} />,
      }))}
    />
  );
}

function TabLabel({ lang }: { lang: Lang }) {
  const { t } = useTranslation("knowledge");
  const { control } = useFormContext<EditorValues>();
  const [main, answers] = useWatch({ control, name: ["lang", "answers"] });
  const written = answers[lang].trim() !== "";
  const wrong = useHasProblem(`answers.${lang}`, { begun: written });
  return (
    <span className="flex items-center gap-1.5">
      {t(main === lang ? "editor.mainLang" : "editor.otherLang", { lang: t(`langs.${lang}`) })}
      {wrong && <CircleAlert aria-hidden className="size-4 text-danger" />}
      {!wrong && written && <CircleCheck aria-hidden className="size-4 text-ok" />}
      <VisuallyHidden>
        {t(wrong ? "editor.tabWrong" : written ? "editor.tabWritten" : "editor.tabEmpty")}
      </VisuallyHidden>
    </span>
  );
}

function AnswerField({ lang }: { lang: Lang }) {
  const { t } = useTranslation("knowledge");
  const { number } = useFormat();
  const { control } = useFormContext<EditorValues>();
  const [main, text] = useWatch({ control, name: ["lang", `answers.${lang}`] });
  const words = text.trim() === "" ? 0 : text.trim().split(/\s+/).length;
  return (
    <LongField
      key={lang}
      name={`answers.${lang}`}
      label={t("editor.answerIn", { lang: t(`langs.${lang}`) })}
      hint={t("editor.words", { count: words, n: number(words) })}
      required={main === lang}
      input={{ rows: 8, maxHeight: 560, maxLength: ANSWER_CHARS, lang: htmlLang(lang) }}
    />
  );
}
