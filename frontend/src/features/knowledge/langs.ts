import type { EntryBody } from "@/api";

export const LANGS = ["en", "hinglish", "hi"] as const;
export type Lang = (typeof LANGS)[number];

export function isLang(text: unknown): text is Lang {
  return LANGS.some((lang) => lang === text);
}

/** For the `lang` attribute: Hinglish is Hindi in Roman script. */
export function htmlLang(lang: Lang): string {
  return lang === "hinglish" ? "hi-Latn" : lang;
}

/** Devanagari is certain; whether Roman letters spell English or Hinglish is for the writer to say. */
export function guessLang(text: string, otherwise: Lang): Lang {
  if (/\p{Script=Devanagari}/u.test(text)) return "hi";
  return otherwise === "hi" ? "en" : otherwise;
}

/** The answers of an entry by language, its main one included. */
export function answersOf(entry: EntryBody): Record<Lang, string> {
  const answers = { en: "", hinglish: "", hi: "", ...entry.answers };
  return { ...answers, [entry.lang ?? "en"]: entry.answer };
}

/** Those that there is an answer in, the main one first. */
export function answeredLangs(entry: EntryBody): Lang[] {
  const answers = answersOf(entry);
  const main = entry.lang ?? "en";
  return [main, ...LANGS.filter((lang) => lang !== main && answers[lang].trim() !== "")];
}
