import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { Answer, Written } from "./Answer";

it("keeps lines, lists and service codes as they are read", () => {
  const { container } = render(
    <Answer
      lang="en"
      text={"Do this:\n1. Dial *99*1#.\n2. Call 1930.\nNobody needs your PIN.\nNor your OTP."}
    />,
  );
  expect(screen.getAllByRole("listitem").map((item) => item.textContent?.trim())).toEqual([
    "Dial *99*1#.",
    "Call 1930.",
  ]);
  expect([...container.querySelectorAll("p")].map((each) => each.textContent)).toEqual([
    "Do this:",
    "Nobody needs your PIN.\nNor your OTP.",
  ]);
  expect(container.querySelectorAll("br")).toHaveLength(1);
});

it("shows neither links nor pictures nor HTML", () => {
  const text =
    "[here](https://example.org) ![x](https://example.org/x.png) <img src=x onerror=alert(1)> **bold**";
  const { container } = render(<Answer lang="en" text={text} />);
  expect(container.querySelectorAll("a, img, script")).toHaveLength(0);
  expect(container.querySelector("strong")?.textContent).toBe("bold");
  expect(container.textContent).toContain("here");
});

it("marks placeholders in what was written, and loses nothing of it", () => {
  const text = "Call {{card_block_number}}\nor {{ not closed.";
  const { container } = render(<Written lang="hi" text={text} />);
  expect(container.textContent).toBe(text);
  expect([...container.querySelectorAll("code")].map((each) => each.textContent)).toEqual([
    "{{card_block_number}}",
  ]);
  expect(container.firstElementChild).toHaveAttribute("lang", "hi");
});
