import { expect, test } from "vitest";
import { embeddingOf, inkOn } from "./embedding";

test("the browser's word for who is around counts more than the referrer", () => {
  const embedding = embeddingOf("", "https://other.example/page", "https://bank.example");
  expect(embedding.origin).toBe("https://bank.example");
});

test("of a referrer no more than the origin is used", () => {
  expect(embeddingOf("", "https://bank.example/loans?name=x", undefined).origin).toBe("https://bank.example");
});

test.each(["", "about:blank", "null", "file:///etc/passwd", "javascript:alert(1)"])(
  "%j is no page",
  (address) => {
    expect(embeddingOf("", address, undefined).origin).toBeNull();
  },
);

test("a colour that is none is left out, and a title is cut", () => {
  const embedding = embeddingOf(`?accent=red;x:y&title=${"a".repeat(99)}`, "", undefined);
  expect(embedding.accent).toBeNull();
  expect(embedding.title).toHaveLength(60);
});

test("the ink can be read on the colour", () => {
  expect(inkOn("#0b5a57")).toBe("#ffffff");
  expect(inkOn("#ffdd00")).toBe("#000000");
});
