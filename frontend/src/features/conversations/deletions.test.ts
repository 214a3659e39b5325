import { act, renderHook } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { beginDeletion, claimDeletion, undoDeletion, useWaitingDeletions } from "./deletions";

test("a deletion that is taken back is never sent", () => {
  const { result } = renderHook(useWaitingDeletions);
  const send = vi.fn();
  act(() => beginDeletion("a", send));
  expect(result.current.has("a")).toBe(true);
  act(() => undoDeletion("a"));
  window.dispatchEvent(new Event("pagehide"));
  expect(result.current.has("a")).toBe(false);
  expect(send).not.toHaveBeenCalled();
});

test("leaving the page sends what waits, once", () => {
  renderHook(useWaitingDeletions);
  const send = vi.fn();
  act(() => beginDeletion("b", send));
  window.dispatchEvent(new Event("pagehide"));
  window.dispatchEvent(new Event("pagehide"));
  expect(send).toHaveBeenCalledOnce();
  expect(claimDeletion("b")).toBe(false);
});
