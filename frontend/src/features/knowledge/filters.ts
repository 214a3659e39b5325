import type { ListEntriesData } from "@/api";
import { isLang, type Lang } from "./langs";

export const STATES = ["published", "scheduled", "new", "draft", "review", "retired"] as const;
/** Months. */
export const AGES = [3, 6, 12, 24] as const;
export const PAGE_SIZE = 50;

type EntryState = (typeof STATES)[number];
type Age = (typeof AGES)[number];

/** What is asked of the list. It stands in the address, so that a list can be sent to somebody. */
export interface Filters {
  q: string;
  category: string;
  lang: Lang | "";
  regulated: "yes" | "no" | "";
  state: EntryState | "";
  /** Facts older than so many months. */
  older: Age | 0;
  /** From 1. */
  page: number;
}

export const NO_FILTERS: Filters = {
  q: "",
  category: "",
  lang: "",
  regulated: "",
  state: "",
  older: 0,
  page: 1,
};

/** Reads an address; what makes no sense there counts as not said. */
export function readFilters(query: URLSearchParams): Filters {
  const lang = query.get("lang");
  const regulated = query.get("regulated");
  const page = Number(query.get("page") ?? 1);
  return {
    q: query.get("q") ?? "",
    category: query.get("category") ?? "",
    lang: isLang(lang) ? lang : "",
    regulated: regulated === "yes" || regulated === "no" ? regulated : "",
    state: STATES.find((state) => state === query.get("state")) ?? "",
    older: AGES.find((age) => String(age) === query.get("older")) ?? 0,
    page: Number.isSafeInteger(page) && page > 1 ? page : 1,
  };
}

export function writeFilters(filters: Filters): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) {
    if (value !== NO_FILTERS[name as keyof Filters]) query.set(name, String(value));
  }
  return query;
}

/** Every change but one of the page begins again at the first page. */
export function changed(filters: Filters, change: Partial<Filters>): Filters {
  return { ...filters, page: 1, ...change };
}

/** How many of the filters beside the search are in use. */
export function inUse(filters: Filters): number {
  const { category, lang, regulated, state, older } = filters;
  return [category, lang, regulated, state, older].filter(Boolean).length;
}

export function entriesQuery(filters: Filters, today: Date): NonNullable<ListEntriesData["query"]> {
  const { q, category, lang, regulated, state, older, page } = filters;
  return {
    offset: (page - 1) * PAGE_SIZE,
    limit: PAGE_SIZE,
    ...(q.trim() && { q: q.trim() }),
    ...(category && { category }),
    ...(lang && { lang }),
    ...(regulated && { regulated: regulated === "yes" }),
    ...(state && { state }),
    ...(older && { as_of_before: monthsBefore(today, older).toISOString() }),
  };
}

/** Midnight in UTC, where dates of entries are; the last of the month where that month is shorter. */
function monthsBefore(today: Date, months: number): Date {
  const first = new Date(Date.UTC(today.getFullYear(), today.getMonth() - months, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(today.getDate(), last));
  return first;
}
