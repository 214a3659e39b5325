import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { Markdown } from "./Markdown";

function shown(text: string): HTMLElement {
  return render(<Markdown text={text} />).container;
}

/** The parts with their words, as `li A`. */
function parts(text: string, wanted = "p, li, h4, pre"): string[] {
  return [...shown(text).querySelectorAll(wanted)].map(
    (part) => `${part.localName} ${part.textContent?.trim()}`,
  );
}

const TAGS = [
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
  "<!-- <script>alert(1)</script> -->",
  "<https://evil.example>",
  "https://evil.example",
  "\u202e<script>alert(1)</script>",
];

const LINKS = [
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
  "[x]: javascript:alert(1)\n\n[x]",
  "`</code><script>alert(1)</script>`",
];

describe("no text is ever taken for anything but text", () => {
  it.each([...TAGS, ...LINKS])("%s", (attack) => {
    for (const text of [attack, `**Hello** ${attack}`, `${attack}\n\n**Hello**`, `- a\n  ${attack}`]) {
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

  it.each(TAGS)("and every letter is there: %s", (tag) => {
    expect(shown(tag).textContent).toBe(tag);
    expect(shown(`**Hello** ${tag}`).textContent).toBe(`Hello ${tag}`);
  });

  it.each([
    "a & b < c \"d\" > e 'f'",
    "a &amp; b &lt;br&gt; &#106; &#x6a; & c",
    "[1]: https://evil.example",
    "[1] and [CARD]\n[1]: /x\n[CARD]: /y",
    "क्षत्रिय <b>न</b> தமிழ் العربية",
    "**open and `never closed [x](",
    "a | b\n--|--\n~~1~~ | 2",
  ])("and stands there as it was typed: %s", (text) => {
    expect(shown(text).textContent).toBe(text);
  });

  it("which may be 2,000 emoji", () => {
    const many = "👩‍👩‍👧‍👦".repeat(2000);
    expect(shown(many).textContent).toBe(many);
  });
});

describe("an answer without marks", () => {
  it("keeps every line: a line after the last item is no part of the item", () => {
    expect(parts("Do this:\n1. Block it.\n2. Call.\nNobody needs your PIN.\nNor your OTP.")).toEqual([
      ...["p Do this:", "li Block it.", "li Call."],
      "p Nobody needs your PIN.\nNor your OTP.",
    ]);
    expect(parts("- a\n  - b\n    more\nAfter", "p, ul ul li")).toEqual(["li b\nmore", "p After"]);
    expect(shown("One.\nTwo.\n\nThree.").querySelectorAll("br")).toHaveLength(1);
  });

  it("has paragraphs, lists of both kinds, and lists that stand apart", () => {
    expect(parts("One.\n\nTwo.\nThree.")).toEqual(["p One.", "p Two.\nThree."]);
    expect(parts("- a\n- b\n\n- c", "ul > li")).toEqual(["li a", "li b", "li c"]);
    expect(parts("Either:\n• a\n• b", "p, ul > li")).toEqual(["p Either:", "li a", "li b"]);
    expect(parts("1) a\n2) b", "ol > li")).toEqual(["li a", "li b"]);
  });

  it.each([
    ["1. a\n2. b", [1, 2]],
    ["2. b\n5. e", [2, 5]],
    ["3. c\n\n   more\n\n4. d", [3, 4]],
    ["1. a\n1. b\n1. c", [1, 2, 3]],
    ["0. a\n1. b", [0, 1]],
  ])("keeps the numbers of its lists: %s", (text, numbers) => {
    const items = [...shown(text).querySelectorAll<HTMLLIElement>("ol > li")];
    expect(items.map((item) => item.value)).toEqual(numbers);
  });

  it.each([
    "Dial *99*1# or *99*2#.",
    "Dial *99# or **21*9876543210# or ##002#",
    "It is 5 * 3 * 2, and a_b@c or 1_2_3",
    "₹ 5 > 3 and 3 < 5",
    "[1] and [2]",
    "Fee\n+ tax\n= all",
    "Ask me\n    later",
    "a: b\n| c |",
  ])("has no marks where they only look like it: %s", (text) => {
    const container = shown(text);
    expect(container.textContent).toBe(text);
    expect(container.querySelectorAll("em, strong, blockquote, li, pre, h4")).toHaveLength(0);
  });
});

describe("Markdown", () => {
  it("has emphasis, lists and headings below those of the page", () => {
    const container = shown("# Cards\n\nUse **the app**, _please_.\n1. One\n2. Two\nAfter\n\n###### Small");
    expect([...container.querySelectorAll("h4")].map((head) => head.textContent)).toEqual(["Cards", "Small"]);
    expect(container.querySelector("strong")).toHaveTextContent("the app");
    expect(container.querySelector("em")).toHaveTextContent("please");
    expect(screen.getAllByRole("listitem")).toHaveLength(2);
    expect(screen.getByText("After").tagName).toBe("P");
  });

  it.each(["**bold**", "`code`", "# Head", "> quote", "[a](b)", "  - nested", "---", "```\ncode\n```"])(
    "shows none of its marks: %s",
    (text) => {
      expect(shown(text).textContent).toBe(/[a-z]+/i.exec(text)?.[0] ?? "");
    },
  );

  it("has lists in lists, and paragraphs in them", () => {
    expect(parts("1. a\n   - b\n   - c\n2. d", "ol > li > ul > li")).toEqual(["li b", "li c"]);
    expect(parts("- a\n\n  b", "li > p")).toEqual(["p a", "p b"]);
    expect(parts("> a\n> - b", "blockquote li")).toEqual(["li b"]);
  });

  it("keeps service codes and figures whole, in whatever they stand", () => {
    expect(shown("**Dial** *99*1# or *99*2#")).toHaveTextContent("Dial *99*1# or *99*2#");
    expect(parts("Call **1930**, pay **₹500** by **5 pm** or **dial *99#**", "strong")).toEqual([
      ...["strong 1930", "strong ₹500", "strong 5 pm"],
      "strong dial *99#",
    ]);
    expect(parts("`*99*1#`\n\n```\n*99# _1_\n```\n\\*99#", "p, pre")).toEqual([
      ...["p *99*1#", "pre *99# _1_"],
      "p *99#",
    ]);
  });

  it("has code that is code, to the line", () => {
    const container = shown("```js\n- a\nb <c> **d**\n• e\n```\nAfter");
    expect(container.querySelector("pre > code")?.textContent).toBe("- a\nb <c> **d**\n• e");
    expect(container.querySelector("pre")).toHaveAttribute("tabindex", "0");
    expect(screen.getByText("After").tagName).toBe("P");
    expect(parts("```a``` or\n• b\n• c", "code, li")).toEqual(["code a", "li b", "li c"]);
  });

  it("leads to a telephone and nowhere else", () => {
    shown("**Call** [the helpline](tel:1930) or see [this](https://x.example)");
    expect(screen.getAllByRole("link").map((link) => link.getAttribute("href"))).toEqual(["tel:1930"]);
    expect(screen.getByText(/this$/)).toBeInTheDocument();
  });

  it("has its text drawn by whoever shows it, and its code not", () => {
    const drawn: string[] = [];
    render(
      <Markdown
        text={"a **b** `c`\n- d [e](tel:100)\n\n# f"}
        renderText={(text) => {
          drawn.push(text.trim());
          return text;
        }}
      />,
    );
    expect(drawn.filter(Boolean)).toEqual(["a", "b", "d", "e", "f"]);
  });
});
