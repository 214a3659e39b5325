import { expect, it } from "vitest";
import { formats } from "./format";

const english = formats("en");
const hindi = formats("hi");

it("numbers are grouped as in India", () => {
  expect(english.number(123456)).toBe("1,23,456");
  expect(hindi.number(12345678)).toBe("1,23,45,678");
});

it("money is rupees, with as many decimals as are asked for", () => {
  expect(english.rupees(123456.5)).toBe("₹1,23,456.50");
  expect(english.rupees(0.0123, 4)).toBe("₹0.0123");
  expect(english.rupees(500, 0)).toBe("₹500");
});

it("shares are per cent", () => {
  expect(english.percent(0.1234)).toBe("12%");
  expect(english.percent(0.1234, 1)).toBe("12.3%");
});

it("times are told from now, in the largest unit that fits", () => {
  const now = "2026-03-10T12:00:00Z";
  expect(english.relative("2026-03-10T11:59:40Z", now)).toBe("now");
  expect(english.relative("2026-03-10T09:00:00Z", now)).toBe("3 hours ago");
  expect(english.relative("2026-03-09T12:00:00Z", now)).toBe("yesterday");
  expect(hindi.relative("2026-03-07T12:00:00Z", now)).toContain("3 दिन");
});

it("sizes and durations change their unit", () => {
  expect(english.bytes(0)).toBe("0 byte");
  expect(english.bytes(65_536)).toBe("65.5 kB");
  expect(english.duration(340)).toBe("340ms");
  expect(english.duration(1234)).toBe("1.2s");
});
