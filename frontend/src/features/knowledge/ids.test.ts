import { expect, it } from "vitest";
import { nextId, suggestId } from "./ids";

it("makes an id of the category and of what the question is about", () => {
  expect(suggestId("cards", "I lost my debit or credit card; how do I block it?")).toBe(
    "cards-lost-debit-credit-block",
  );
  expect(suggestId("upi", "What's the UPI limit per day?")).toBe("upi-limit-per-day");
});

it("leaves out the empty words of Hinglish too", () => {
  expect(suggestId("cards", "mera card kho gaya kya karu")).toBe("cards-kho-gaya");
});

it("does without a category", () => {
  expect(suggestId("", "NEFT timings")).toBe("neft-timings");
  expect(suggestId("Branch Services", "NEFT timings")).toBe("branch-services-neft-timings");
});

it("proposes nothing while there is no question", () => {
  expect(suggestId("cards", "  ")).toBe("");
  expect(suggestId("", "")).toBe("");
});

it("gives a question in Devanagari a number of its own, always the same", () => {
  const id = suggestId("cards", "मेरा कार्ड खो गया है");
  expect(id).toMatch(/^cards-[0-9a-f]{6}$/);
  expect(suggestId("cards", " मेरा कार्ड खो गया है ")).toBe(id);
  expect(suggestId("cards", "मेरा कार्ड चोरी हो गया")).not.toBe(id);
});

it("breaks a long id between words", () => {
  const long = suggestId(
    "insurance-investments",
    "Understanding comprehensive reinvestment documentation quickly",
  );
  expect(long.length).toBeLessThanOrEqual(60);
  expect(long).toBe("insurance-investments-understanding-comprehensive");
  expect(suggestId("", "x".repeat(300))).toHaveLength(60);
});

it("counts up where an id is taken", () => {
  expect(nextId("cards-block")).toBe("cards-block-2");
  expect(nextId("cards-block-2")).toBe("cards-block-3");
  expect(nextId("loans-80c-1961")).toBe("loans-80c-1961-2");
});
