import i18n, { type BackendModule } from "i18next";
import { initReactI18next } from "react-i18next";
import type account from "./en/account.json";
import type chat from "./en/chat.json";
import type common from "./en/common.json";
import type conversations from "./en/conversations.json";
import type insights from "./en/insights.json";
import type knowledge from "./en/knowledge.json";
import type widget from "./en/widget.json";

export const LANGUAGES = ["en", "hi"] as const;
export type Language = (typeof LANGUAGES)[number];
/** In their own words, whatever language the page is in. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: "English", hi: "हिन्दी" };

interface Catalogues {
  account: typeof account;
  chat: typeof chat;
  common: typeof common;
  conversations: typeof conversations;
  insights: typeof insights;
  knowledge: typeof knowledge;
  widget: typeof widget;
}

export type Namespace = keyof Catalogues;

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "common";
    resources: Catalogues;
  }
}

const files = import.meta.glob<object>("./{en,hi}/*.json", { import: "default" });

const backend: BackendModule = {
  type: "backend",
  init: () => undefined,
  read: async (language, namespace) => {
    const load = files[`./${language}/${namespace}.json`];
    if (!load) throw new Error(`There is no catalogue ${language}/${namespace}.json`);
    return (await load()) as Record<string, string>;
  },
};

/** Loads the common catalogue of the language of the page; a route loads what it needs besides. */
export async function startI18n(language: Language, namespaces: Namespace[] = []): Promise<void> {
  i18n.on("languageChanged", (now) => {
    document.documentElement.lang = now;
  });
  await i18n
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: language,
      ns: ["common", ...namespaces],
      defaultNS: "common",
      // Both languages have every key, which a test holds: there is nothing to fall back to.
      fallbackLng: false,
      load: "currentOnly",
      interpolation: { escapeValue: false },
      react: { useSuspense: false },
    });
}

/** The stored choice, or else the first of the browser's languages that there is. */
export function preferredLanguage(stored: unknown, browser: readonly string[]): Language {
  const wanted = [stored, ...browser].map((tag) => String(tag).slice(0, 2).toLowerCase());
  return LANGUAGES.find((language) => language === wanted.find(isLanguage)) ?? "en";
}

export function isLanguage(tag: unknown): tag is Language {
  return LANGUAGES.some((language) => language === tag);
}

/** Waits until the texts are there, so that no key is ever seen. */
export function loadTexts(...namespaces: Namespace[]): Promise<void> {
  return i18n.loadNamespaces(namespaces);
}
