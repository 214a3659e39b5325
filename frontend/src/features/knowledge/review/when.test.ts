import { expect, it } from "vitest";
import { fromLocalInput, isAhead, localInput } from "./when";

it("gives back the instant that was put in, to the minute", () => {
  const when = new Date(2026, 10, 23, 9, 5, 42);
  expect(localInput(when)).toBe("2026-11-23T09:05");
  expect(fromLocalInput(localInput(when))).toBe(new Date(2026, 10, 23, 9, 5).toISOString());
});

it("takes nothing for no time", () => {
  expect(fromLocalInput("")).toBeNull();
  expect(fromLocalInput("2026-13-45T99:00")).toBeNull();
});

it("tells what lies ahead", () => {
  const now = new Date(2026, 10, 23, 9, 0);
  expect(isAhead("2026-11-23T09:01", now)).toBe(true);
  expect(isAhead("2026-11-23T09:00", now)).toBe(false);
  expect(isAhead("", now)).toBe(false);
});
