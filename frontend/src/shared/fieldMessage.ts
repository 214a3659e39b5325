import type { TFunction } from "i18next";

const RULES = [
  [/^(is missing|must not be blank)$/, "missing"],
  [/^must be (\d+) or more characters long$/, "tooShort"],
  [/^must be (\d+) or fewer characters long$/, "tooLong"],
  [/^value is not a valid email address$/, "email"],
  [/^may have letters \(a to z\), digits, dots, dashes and underscores only$/, "name"],
  [/^must be (\d+) at least$/, "tooSmall"],
  [/^must be (\d+) at most$/, "tooLarge"],
  [/^must be a (?:whole|smaller) number$/, "number"],
] as const;

/** What is wrong with a field, in the reader's language.
 *
 * The checks in the browser use the server's words, so that both are translated here; words that are not known
 * are shown as they came.
 */
export function fieldMessage(message: string, t: TFunction<"common">): string {
  for (const [pattern, rule] of RULES) {
    const match = pattern.exec(message);
    if (match) return t(`field.${rule}`, { count: Number(match[1] ?? 0) });
  }
  return message;
}
