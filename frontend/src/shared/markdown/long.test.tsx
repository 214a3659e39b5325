import { render } from "@testing-library/react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { Markdown } from "./Markdown";

describe("a long text", () => {
  const long = (part: string, length = 8000) => part.repeat(Math.ceil(length / part.length));

  /** The best of a few, since the machine may be busy with something else. */
  function fastestMs(text: string): number {
    const times = [1, 2, 3, 4, 5].map(() => {
      const start = performance.now();
      renderToStaticMarkup(<Markdown text={text} />);
      return performance.now() - start;
    });
    return Math.min(...times);
  }

  it.each([
    "*",
    "_",
    "[",
    "]",
    "![",
    "`",
    ">",
    "> ",
    "- ",
    "1. ",
    "<",
    "<a ",
    "[](",
    "[a](b",
    "\\",
    "\n",
    "👩‍👩‍👧‍👦",
  ])("of nothing but %j is there at once", (part) => {
    expect(fastestMs(long(part))).toBeLessThan(100);
  });

  it("goes no depth", () => {
    const tooDeep = Array(64).fill("*").join(" > ");
    const deep = [
      ">".repeat(8000),
      `${"[".repeat(4000)}a${"]".repeat(4000)}(b)`,
      `${"*_".repeat(2000)}a${"_*".repeat(2000)}`,
      Array.from({ length: 120 }, (_, depth) => `${"  ".repeat(depth)}- a`).join("\n"),
    ];
    for (const text of deep) {
      expect(fastestMs(text)).toBeLessThan(200);
      expect(render(<Markdown text={text} />).container.querySelector(tooDeep)).toBeNull();
    }
  });

  it("can be drawn anew at every word", () => {
    const answer = "Block **the card** at once [1].\n1. Open the app.\n2. Call *99#.\nDo not wait.\n\n";
    expect(fastestMs(long(answer, 4000))).toBeLessThan(40);
  });
});
