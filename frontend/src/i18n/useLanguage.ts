import { useTranslation } from "react-i18next";
import { storeLocal } from "@/shared/useLocalState";
import type { Language } from ".";

/** The language of the page, and how to change and remember it. */
export function useLanguage(): [Language, (language: Language) => Promise<void>] {
  const { i18n } = useTranslation();
  const change = async (language: Language) => {
    storeLocal("language", language);
    await i18n.changeLanguage(language);
  };
  return [i18n.language as Language, change];
}
