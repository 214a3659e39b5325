import { readdirSync, readFileSync } from "node:fs";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { Markdown } from "./Markdown";

interface Approved {
  id: string;
  answer: string;
  answers?: Record<string, string>;
}

const MARK = /^ *(?:(\d+)[.)]|[-*•]) +/;
const EMPHASIS = /\*\*|\*(?=[a-z])|(?<=[a-z])\*/gi;

describe("approved answers", () => {
  const folder = "../data/knowledge";
  const texts = readdirSync(folder)
    .filter((name) => name.endsWith(".jsonl"))
    .flatMap((name) => readFileSync(`${folder}/${name}`, "utf-8").trimEnd().split("\n"))
    .map((line): Approved => JSON.parse(line))
    .flatMap(({ answer, answers = {} }) => [answer, ...Object.values(answers)]);

  it("are shown word for word, line by line, with their numbers", () => {
    expect(texts.length).toBeGreaterThan(1000);
    const page = document.createElement("div");
    for (const text of texts) {
      page.innerHTML = renderToStaticMarkup(<Markdown text={text} />);
      const lines = text.split("\n").filter((line) => line.trim());
      const words = lines.map((line) => line.replace(MARK, "").replaceAll(EMPHASIS, "").trim());
      expect(linesOf(page)).toEqual(words);
      const numbers = lines.flatMap((line) => MARK.exec(line)?.[1] ?? []);
      expect([...page.querySelectorAll("ol > li")].map((item) => item.getAttribute("value"))).toEqual(
        numbers,
      );
    }
  });

  function linesOf(page: HTMLElement): string[] {
    const blocks = [...page.querySelectorAll("p, li")].filter((block) => !block.querySelector("p, li"));
    expect(blocks.map((block) => block.textContent).join("")).toBe(page.textContent);
    return blocks.flatMap((block) => block.textContent?.split("\n") ?? []);
  }
});
