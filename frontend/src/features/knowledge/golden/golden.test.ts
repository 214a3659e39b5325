import { expect, it } from "vitest";
import type { GoldenView } from "@/api";
import { matches } from "./GoldenFilter";

const GOLDEN: GoldenView = {
  id: "1",
  question: "Card kho gaya, kya karu?",
  lang: "hinglish",
  relevant: ["cards-block-lost"],
  author: "asha",
  created_at: "2026-11-01T00:00:00Z",
  right_now: null,
};

it("finds by words of the question and of the entries, in any order", () => {
  expect(matches(GOLDEN, { q: "", right: "" })).toBe(true);
  expect(matches(GOLDEN, { q: "karu CARD", right: "" })).toBe(true);
  expect(matches(GOLDEN, { q: "block-lost kho", right: "" })).toBe(true);
  expect(matches(GOLDEN, { q: "card upi", right: "" })).toBe(false);
});

it("tells a wrong answer from one that cannot be known", () => {
  const shown = (right_now: boolean | null) =>
    (["yes", "no", "unknown"] as const).filter((right) =>
      matches({ ...GOLDEN, right_now }, { q: "", right }),
    );
  expect([shown(true), shown(false), shown(null)]).toEqual([["yes"], ["no"], ["unknown"]]);
});
