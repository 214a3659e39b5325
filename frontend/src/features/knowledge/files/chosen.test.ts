import { expect, it } from "vitest";
import { MOST_BYTES, refusalOf } from "./chosen";

it("takes the files that can be imported, whatever the case of their endings", () => {
  for (const name of ["faq.jsonl", "FAQ.CSV", "a b.Md", "guide.pdf", "talks.json"]) {
    expect(refusalOf({ name, size: 10 })).toBeNull();
  }
});

it("says what is wrong before anything is sent", () => {
  expect(refusalOf({ name: "faq.docx", size: 10 })).toBe("ending");
  expect(refusalOf({ name: "csv", size: 10 })).toBe("ending");
  expect(refusalOf({ name: "faq.csv", size: 0 })).toBe("empty");
  expect(refusalOf({ name: "faq.csv", size: MOST_BYTES })).toBeNull();
  expect(refusalOf({ name: "faq.csv", size: MOST_BYTES + 1 })).toBe("large");
});
