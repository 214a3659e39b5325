import { expect, test } from "vitest";
import type { ConversationSummary } from "@/api";
import { groupByDate } from "./groups";

const now = new Date(2026, 10, 23, 0, 30);

function used(at: Date): ConversationSummary {
  const moment = at.toISOString();
  return {
    conversation_id: moment,
    title: moment,
    created_at: moment,
    updated_at: moment,
    archived: false,
    pinned: false,
  };
}

test("a day begins at the reader's midnight", () => {
  const groups = groupByDate(
    [used(new Date(2026, 10, 23, 0, 5)), used(new Date(2026, 10, 22, 23, 55)), used(new Date(2026, 10, 21))],
    now,
  );
  expect(groups.map((group) => group.when)).toEqual(["today", "yesterday", "week"]);
});

test("older ones are under their month, also of another year", () => {
  const groups = groupByDate(
    [used(new Date(2026, 10, 10)), used(new Date(2026, 10, 2)), used(new Date(2025, 10, 2))],
    now,
  );
  expect(groups.map((group) => group.conversations.length)).toEqual([2, 1]);
  expect((groups[1]!.when as Date).getFullYear()).toBe(2025);
});

test("what the server's clock puts into the future is of today", () => {
  expect(groupByDate([used(new Date(2026, 10, 23, 0, 31))], now)[0]?.when).toBe("today");
});

test("nothing gives no heading", () => {
  expect(groupByDate([], now)).toEqual([]);
});
