import { expect, test } from "vitest";
import { figuresOf } from "./report";

test("fewer right answers are shown as points lost, with the interval the same way round", () => {
  const figures = figuresOf({
    reasons: ["Too few."],
    gains: [],
    conversations: { n_turns: 965, less_right: 0.009, less_right_ci95: [-0.002, 0.02], tokens_saved: 0.01 },
  });
  expect(figures.right?.points).toBeCloseTo(-0.9);
  expect(figures.right?.low).toBeCloseTo(-2);
  expect(figures.right?.high).toBeCloseTo(0.2);
  expect(figures.turns).toBe(965);
});

test("a report of another shape shows what it has", () => {
  expect(figuresOf({ reasons: "no list", conversations: null })).toEqual({
    reasons: [],
    gains: [],
    turns: null,
    right: null,
    tokensSaved: null,
    protectedLost: null,
  });
});
