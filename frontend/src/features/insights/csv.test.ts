import { expect, test } from "vitest";
import { csvOf } from "./csv";

test("numbers stay numbers, and what is missing is empty", () => {
  expect(
    csvOf(
      ["day", "saved"],
      [
        ["2026-11-23", -5],
        ["2026-11-24", null],
      ],
    ),
  ).toBe("day,saved\r\n2026-11-23,-5\r\n2026-11-24,");
});

test.each(["=1+1", "+91", "-x", "@cmd", "\tx"])("%j is no formula", (text) => {
  expect(csvOf(["a"], [[text]])).toContain(`'${text}`);
});

test("commas, quotes and line ends stay inside their cell", () => {
  expect(csvOf(["a"], [['say "yes", then\nno']])).toBe('a\r\n"say ""yes"", then\nno"');
});
