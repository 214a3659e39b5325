import { render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { expect, it } from "vitest";
import type { GateReport } from "@/api";
import { Gate } from "./Gate";

const STOPPED: GateReport = {
  passed: false,
  at: "2026-11-01T10:00:00Z",
  from_version: "a",
  to_version: "b",
  questions: 2,
  left_out: 0,
  right_before: 2,
  right_after: 1,
  worse: [
    { question: "card kho gaya", lang: "hinglish", relevant: ["block"], before: "block", after: "new" },
  ],
  better: [],
  seconds: 1,
};

function show(over: boolean): void {
  render(<Gate report={STOPPED} over={over} />, { wrapper: MemoryRouter });
}

it("says what to do while a change is stopped", () => {
  show(false);
  expect(screen.getByText("Not served: 1 golden question would get worse")).toBeVisible();
  expect(screen.getByText("card kho gaya")).toBeVisible();
  expect(screen.getByText("Customers are answered from the version before. What you can do:")).toBeVisible();
});

it("asks for nothing once the change was taken back", () => {
  show(true);
  expect(screen.getByText("It has been taken back since. All that is published serves.")).toBeVisible();
  expect(screen.queryByText(/Not served/)).toBeNull();
  expect(screen.queryByText(/What you can do/)).toBeNull();
});
