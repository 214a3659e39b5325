import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { AnswerText, loadMarked } from "./AnswerText";
import { SOURCE } from "./samples";

beforeAll(loadMarked);

function shown(text: string, onSource = vi.fn()) {
  return render(<AnswerText text={text} sources={[SOURCE]} onSource={onSource} lang="en" />).container;
}

const ATTACKS = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg/onload=alert(1)>",
  "<svg><script>alert(1)</script></svg>",
  "<iframe src=javascript:alert(1)></iframe>",
  "<a href='javascript:alert(1)'>x</a>",
  "<body onload=alert(1)>",
  "<details open ontoggle=alert(1)>",
  "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
  "<style>@import 'http://e.example'</style>",
  "<object data='data:text/html,<script>alert(1)</script>'></object>",
  "<form action='http://e.example'><button>Go</button></form>",
  "<input autofocus onfocus=alert(1)>",
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x](&#106;avascript:alert(1))",
  "[x](data:text/html;base64,PHNjcmlwdD4=)",
  "[x](vbscript:msgbox(1))",
  "[x](https://evil.example)",
  "[x](//evil.example)",
  "[x](tel:javascript:alert(1))",
  "![x](http://e.example/x.png)",
  "![x](x 'onerror=alert(1)')",
  "<https://evil.example>",
  "https://evil.example",
  "[x]: javascript:alert(1)\n\n[x]",
  "`</code><script>alert(1)</script>`",
  "\u202e<script>alert(1)</script>",
];

describe("no text of an answer is ever taken for anything but text", () => {
  it.each(ATTACKS)("%s", (attack) => {
    // Once as it is, and once with a mark that makes it Markdown in any case.
    for (const text of [attack, `**Hello** ${attack}`, `${attack}\n\n**Hello**`]) {
      const container = shown(text);
      const forbidden = "script,img,svg,iframe,a,style,object,form,input,details,math,body,link,meta,video";
      expect(container.querySelectorAll(forbidden)).toHaveLength(0);
      for (const element of container.querySelectorAll("*")) {
        const names = element
          .getAttributeNames()
          .filter((name) => !["class", "lang", "start"].includes(name));
        expect(names).toEqual([]);
      }
    }
  });

  it("keeps emoji, scripts and what looks like a tag as they are", () => {
    const many = "👩‍👩‍👧‍👦".repeat(2000);
    expect(shown(many).textContent).toBe(many);
    expect(shown("क्षत्रिय <b>न</b> தமிழ் العربية").textContent).toBe("क्षत्रिय <b>न</b> தமிழ் العربية");
  });
});

describe("an answer in Markdown", () => {
  it("has emphasis, lists and headings below those of the page", () => {
    const container = shown("# Cards\n\nUse **the app**.\n1. One\n2. Two\nAfter");
    expect(container.querySelector("h4")).toHaveTextContent("Cards");
    expect(container.querySelector("strong")).toHaveTextContent("the app");
    expect(screen.getAllByRole("listitem")).toHaveLength(2);
    expect(screen.getByText("After").tagName).toBe("P");
  });

  it("leads to a telephone and nowhere else", () => {
    shown("**Call** [the helpline](tel:1930) or see [this](https://x.example)");
    expect(screen.getAllByRole("link").map((link) => link.getAttribute("href"))).toEqual(["tel:1930"]);
    expect(screen.getByText("this")).toBeInTheDocument();
  });

  it("keeps service codes whole", () => {
    expect(shown("**Dial** *99*1# or *99*2#")).toHaveTextContent("Dial *99*1# or *99*2#");
  });
});

describe("citations", () => {
  it.each(["Open the app [3].", "Open **the app** [3]."])("lead to their source: %s", async (text) => {
    const onSource = vi.fn();
    shown(text, onSource);
    await userEvent.click(screen.getByRole("button", { name: /^Source 1: I lost my card/ }));
    expect(onSource).toHaveBeenCalledWith(SOURCE);
  });

  it("without a source are only numbers", () => {
    shown("One [3]. Two [4].");
    expect(screen.getAllByRole("button")).toHaveLength(1);
    expect(screen.getByText("2")).toBeInTheDocument();
  });

  it("in code are code", () => {
    shown("`a[1]` **b**");
    expect(screen.queryByRole("button")).toBeNull();
  });
});
