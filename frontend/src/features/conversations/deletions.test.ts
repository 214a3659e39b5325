import { beforeEach, expect, it, vi } from "vitest";

beforeEach(() => {
  localStorage.clear();
  vi.resetModules(); // a module that is read anew is a page that is loaded anew
});

it("a deletion that was sent as the page was left stays out of the next page's list, which asks once more", async () => {
  const left = await import("./deletions");
  left.leaveUnheard("one");
  left.leaveUnheard("two");
  left.leaveUnheard("one");

  vi.resetModules();
  const next = await import("./deletions");
  const { renderHook } = await import("@testing-library/react");
  const { result } = renderHook(() => next.useHidden());
  expect([...result.current]).toEqual(["one", "two"]);
  expect(next.takeUnheard()).toEqual(["one", "two"]);
  expect(next.takeUnheard()).toEqual([]);

  vi.resetModules();
  expect((await import("./deletions")).takeUnheard()).toEqual([]);
});
