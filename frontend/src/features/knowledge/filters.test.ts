import { describe, expect, it } from "vitest";
import { changed, entriesQuery, type Filters, inUse, NO_FILTERS, readFilters, writeFilters } from "./filters";

const ALL: Filters = {
  q: "card & pin",
  category: "cards",
  lang: "hinglish",
  regulated: "no",
  state: "review",
  older: 12,
  page: 3,
};

describe("filters", () => {
  it("come back from the address as they were written to it", () => {
    expect(readFilters(new URLSearchParams(writeFilters(ALL).toString()))).toEqual(ALL);
    expect(readFilters(writeFilters(NO_FILTERS))).toEqual(NO_FILTERS);
  });

  it("leave the address empty where nothing is asked for", () => {
    expect(writeFilters(NO_FILTERS).toString()).toBe("");
  });

  it("ignore what makes no sense in an address", () => {
    const query = new URLSearchParams("lang=fr&regulated=1&state=lost&older=7&page=-2");
    expect(readFilters(query)).toEqual(NO_FILTERS);
    expect(readFilters(new URLSearchParams("page=1e99")).page).toBe(1);
    expect(readFilters(new URLSearchParams("page=two")).page).toBe(1);
  });

  it("begin again at the first page when something else changes", () => {
    expect(changed(ALL, { category: "upi" })).toEqual({ ...ALL, category: "upi", page: 1 });
    expect(changed(ALL, { page: 4 }).page).toBe(4);
  });

  it("count what is in use beside the search", () => {
    expect(inUse(NO_FILTERS)).toBe(0);
    expect(inUse(ALL)).toBe(5);
    expect(inUse({ ...NO_FILTERS, q: "card" })).toBe(0);
  });
});

describe("the question to the server", () => {
  it("holds only what was asked for", () => {
    expect(entriesQuery(NO_FILTERS, new Date())).toEqual({ offset: 0, limit: 50 });
    expect(entriesQuery({ ...NO_FILTERS, q: "  " }, new Date())).toEqual({ offset: 0, limit: 50 });
  });

  it("translates every filter", () => {
    expect(entriesQuery(ALL, new Date(2026, 10, 23))).toEqual({
      offset: 100,
      limit: 50,
      q: "card & pin",
      category: "cards",
      lang: "hinglish",
      regulated: false,
      state: "review",
      as_of_before: "2025-11-23T00:00:00.000Z",
    });
  });

  it("stays within the month where that one is shorter", () => {
    const query = entriesQuery({ ...NO_FILTERS, older: 3 }, new Date(2026, 4, 31));
    expect(query.as_of_before).toBe("2026-02-28T00:00:00.000Z");
  });
});
