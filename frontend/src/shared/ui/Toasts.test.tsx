import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LiveRegion } from "./LiveRegion";
import { Toasts, toast } from "./Toasts";

beforeEach(() => {
  vi.useFakeTimers();
  render(
    <>
      <Toasts />
      <LiveRegion />
    </>,
  );
});

afterEach(() => {
  act(() => void vi.runAllTimers());
  vi.useRealTimers();
});

const wait = (ms: number) => act(() => void vi.advanceTimersByTime(ms));

it("a toast is announced and goes by itself", () => {
  act(() => void toast({ text: "Saved." }));
  expect(screen.getByRole("status")).toHaveTextContent("Saved.");
  wait(6_000);
  expect(screen.queryByText("Saved.", { selector: "section *" })).not.toBeInTheDocument();
});

it("it stays while somebody points at it or has the focus in it", () => {
  act(() => void toast({ text: "Deleted.", action: { label: "Undo", run: () => undefined } }));
  const undo = screen.getByRole("button", { name: "Undo" });
  fireEvent.focus(undo);
  wait(60_000);
  expect(undo).toBeInTheDocument();
  fireEvent.blur(undo);
  wait(10_000);
  expect(undo).not.toBeInTheDocument();
});

it("its action runs once, and takes it away", () => {
  const run = vi.fn();
  act(() => void toast({ text: "Deleted.", action: { label: "Undo", run } }));
  fireEvent.click(screen.getByRole("button", { name: "Undo" }));
  expect(run).toHaveBeenCalledOnce();
  expect(screen.queryByRole("button", { name: "Undo" })).not.toBeInTheDocument();
});

it("there are three at most, the newest", () => {
  act(() => {
    for (const text of ["One", "Two", "Three", "Four"]) toast({ text });
  });
  expect(screen.getAllByRole("button", { name: "Dismiss" })).toHaveLength(3);
  expect(screen.queryByText("One")).not.toBeInTheDocument();
});

it("what waits for it happens once: when it goes, or when the page is left, but not when it was undone", () => {
  const [seen, undone] = [vi.fn(), vi.fn()];
  act(() => void toast({ text: "Deleted.", onGone: seen }));
  wait(6_000);
  act(() => void window.dispatchEvent(new Event("pagehide")));
  expect(seen.mock.calls).toEqual([[false]]);

  act(() => void toast({ text: "Deleted.", action: { label: "Undo", run: vi.fn() }, onGone: undone }));
  fireEvent.click(screen.getByRole("button", { name: "Undo" }));
  act(() => void toast({ text: "Put aside.", onGone: seen }));
  act(() => void window.dispatchEvent(new Event("pagehide")));
  expect(seen.mock.calls).toEqual([[false], [true]]);
  wait(20_000);
  expect(seen).toHaveBeenCalledTimes(2);
  expect(undone).not.toHaveBeenCalled();
});
