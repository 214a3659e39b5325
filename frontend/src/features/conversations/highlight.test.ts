import { expect, test } from "vitest";
import { partsOf } from "./highlight";

test("every place is found, whatever its case, and nothing is lost", () => {
  const parts = partsOf("Card lost: block CARD", "card");
  expect(parts.filter((part) => part.found).map((part) => part.text)).toEqual(["Card", "CARD"]);
  expect(parts.map((part) => part.text).join("")).toBe("Card lost: block CARD");
});

test("characters that mean something elsewhere are plain characters here", () => {
  expect(partsOf("a.b (c)", "(c)").at(-1)).toEqual({ at: 4, text: "(c)", found: true });
  expect(partsOf("abc", ".")).toEqual([{ at: 0, text: "abc", found: false }]);
});

test("a search for nothing marks nothing", () => {
  expect(partsOf("abc", " ")).toEqual([{ at: 0, text: "abc", found: false }]);
});
