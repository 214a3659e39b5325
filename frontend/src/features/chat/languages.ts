import type { ReceiptLang } from "./emergency";

/** What browsers and screen readers call the language. */
export function htmlLang(lang: ReceiptLang): string {
  return lang === "hinglish" ? "hi-Latn" : lang;
}
