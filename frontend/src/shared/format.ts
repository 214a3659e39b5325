import { useTranslation } from "react-i18next";

export type Formats = ReturnType<typeof formats>;

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["week", 7 * 86_400],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

const BYTE_UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

type When = Date | string | number;

/** Numbers and dates as they are written in India, in the reader's language: 1,23,456. */
export function formats(language: string) {
  const locale = language === "hi" ? "hi-IN" : "en-IN";
  const numbers = kept((options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options));
  const dates = kept((options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options));
  const number = (value: number, options: Intl.NumberFormatOptions = {}) => numbers(options).format(value);
  const date = (when: When, options: Intl.DateTimeFormatOptions) => dates(options).format(new Date(when));
  return {
    number,
    date: (when: When) => date(when, { dateStyle: "medium" }),
    dateTime: (when: When) => date(when, { dateStyle: "medium", timeStyle: "short" }),
    time: (when: When) => date(when, { timeStyle: "short" }),
    /** "3 hours ago"; seconds count as now. */
    relative: (when: When, now: When = Date.now()) => {
      const seconds = (new Date(when).getTime() - new Date(now).getTime()) / 1000;
      const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
      const amount = unit === "second" ? 0 : Math.trunc(seconds / length);
      return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(amount, unit);
    },
    rupees: (amount: number, fractionDigits = 2) =>
      number(amount, {
        style: "currency",
        currency: "INR",
        minimumFractionDigits: Math.min(2, fractionDigits),
        maximumFractionDigits: fractionDigits,
      }),
    /** @param share 0 to 1 */
    percent: (share: number, fractionDigits = 0) =>
      number(share, { style: "percent", maximumFractionDigits: fractionDigits }),
    bytes: (count: number) => {
      const step = count < 1 ? 0 : Math.min(3, Math.floor(Math.log10(count) / 3));
      const unit = BYTE_UNITS[step] ?? "byte";
      return number(count / 1000 ** step, {
        style: "unit",
        unit,
        unitDisplay: "short",
        maximumFractionDigits: 1,
      });
    },
    /** "1.2s" from a second on, "340ms" below. */
    duration: (ms: number) =>
      ms < 1000
        ? number(Math.round(ms), { style: "unit", unit: "millisecond", unitDisplay: "narrow" })
        : number(ms / 1000, {
            style: "unit",
            unit: "second",
            unitDisplay: "narrow",
            maximumFractionDigits: 1,
          }),
  };
}

/** Making a formatter takes a hundred times as long as using it, and a long conversation has thousands of dates. */
function kept<Options, Made>(make: (options: Options) => Made): (options: Options) => Made {
  const made = new Map<string, Made>();
  return (options) => {
    const key = JSON.stringify(options);
    const before = made.get(key);
    if (before !== undefined) return before;
    const fresh = make(options);
    made.set(key, fresh);
    return fresh;
  };
}

const formatsOf = kept(formats);

export function useFormat(): Formats {
  return formatsOf(useTranslation().i18n.language);
}
