import { act, render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { announce, LiveRegion } from "./LiveRegion";

it("the same words twice are two announcements", () => {
  render(<LiveRegion />);
  const region = screen.getByRole("status");
  act(() => announce("Copied."));
  const first = region.textContent;
  act(() => announce("Copied."));
  expect(region.textContent).not.toBe(first);
  expect(region).toHaveTextContent("Copied.");
});
