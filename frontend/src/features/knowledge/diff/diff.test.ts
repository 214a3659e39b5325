import { describe, expect, it } from "vitest";
import type { EntryBody } from "@/api";
import { entryChanges } from "./entryDiff";
import { side, wordDiff } from "./wordDiff";

const told = (before: string, after: string) =>
  wordDiff(before, after)
    .map(({ kind, text }) => ({ same: text, removed: `[-${text}-]`, added: `[+${text}+]` })[kind])
    .join("");

describe("the word diff", () => {
  it("marks words, not letters", () => {
    expect(told("Block the card now.", "Block the account now.")).toBe("Block the [-card-][+account+] now.");
  });

  it("keeps words of Devanagari whole", () => {
    expect(told("कार्ड ब्लॉक करें", "कार्ड बंद करें")).toBe("कार्ड [-ब्लॉक-][+बंद+] करें");
  });

  it("keeps placeholders whole", () => {
    expect(told("Then call {{card_number}} at once.", "Then call {{bank_number}} at once.")).toBe(
      "Then call [-{{card_number}}-][+{{bank_number}}+] at once.",
    );
  });

  it("takes neighbouring changes together", () => {
    expect(told("call the branch today", "visit our office today")).toBe(
      "[-call the branch-][+visit our office+] today",
    );
  });

  it("shows a change of the signs alone", () => {
    expect(told("Really.", "Really?")).toBe("Really[-.-][+?+]");
    expect(told("one\ntwo", "one two")).toBe("one[-\n-][+ +]two");
  });

  it("sets texts that share only stray words one after the other", () => {
    const before = "Block the card at once; do not wait for the branch to open.";
    const after = "Ask your relationship manager whether the office sells gold coins today.";
    expect(told(before, after)).toBe(`[-${before}-][+${after}+]`);
    expect(told("Block the card at once.", "Block the card now.")).toContain("Block the card ");
  });

  it("finds nothing in equal texts, and all of it where one is empty", () => {
    expect(told("same", "same")).toBe("same");
    expect(wordDiff("", "")).toEqual([]);
    expect(told("", "all new")).toBe("[+all new+]");
    expect(told("all gone", "")).toBe("[-all gone-]");
  });

  it("gives back both texts, whatever they hold", () => {
    const texts = [
      "1. Use {{mobile_app_name}}:\n2. Call  1800-000; ₹12,50,000!",
      "1. Call 1800-001;\n\n3. ₹12,00,000 👍 {{bank}}",
      "कार्ड तुरंत ब्लॉक करें; शाखा खुलने का इंतज़ार न करें।",
      "   ",
      "",
    ];
    for (const before of texts) {
      for (const after of texts) {
        const pieces = wordDiff(before, after);
        const text = (which: "before" | "after") =>
          side(pieces, which)
            .map((piece) => piece.text)
            .join("");
        expect([text("before"), text("after")]).toEqual([before, after]);
      }
    }
  });
});

const ENTRY: EntryBody = {
  id: "cards-block",
  question: "How do I block my card?",
  answer: "In the app.",
  lang: "en",
  answers: { hi: "ऐप में।" },
  category: "cards",
  intent: "",
  source: "Cards guide",
  as_of: "2026-01-01",
  regulated: false,
  paraphrases: [
    { text: "block card", lang: "en" },
    { text: "card band karo", lang: "hinglish" },
  ],
};

describe("the changes of an entry", () => {
  it("are none between equal entries, whatever their order", () => {
    const turned = { ...ENTRY, paraphrases: [...(ENTRY.paraphrases ?? [])].reverse() };
    expect(entryChanges(ENTRY, turned)).toEqual([]);
  });

  it("name the language of each answer that changed", () => {
    const changes = entryChanges(ENTRY, { ...ENTRY, answer: "In the bank's app.", answers: {} });
    expect(changes.map((change) => [change.type, "lang" in change && change.lang])).toEqual([
      ["text", "en"],
      ["text", "hi"],
    ]);
  });

  it("hold no change of text where only the main language is another one", () => {
    const turned: EntryBody = { ...ENTRY, lang: "hi", answer: "ऐप में।", answers: { en: "In the app." } };
    expect(entryChanges(ENTRY, turned)).toEqual([{ type: "fact", field: "lang", before: "en", after: "hi" }]);
  });

  it("list paraphrases that came and went, and facts", () => {
    const next: EntryBody = {
      ...ENTRY,
      regulated: true,
      as_of: "2026-11-01",
      paraphrases: [
        { text: "block card", lang: "en" },
        { text: "stop my card", lang: "en" },
      ],
    };
    expect(entryChanges(ENTRY, next)).toEqual([
      {
        type: "paraphrases",
        removed: [{ text: "card band karo", lang: "hinglish" }],
        added: [{ text: "stop my card", lang: "en" }],
        kept: 1,
      },
      { type: "fact", field: "as_of", before: "2026-01-01", after: "2026-11-01" },
      { type: "fact", field: "regulated", before: "no", after: "yes" },
    ]);
  });

  it("are all of a new entry", () => {
    const fields = entryChanges(null, ENTRY).map((change) =>
      "field" in change ? change.field : change.type,
    );
    expect(fields).toEqual([
      "question",
      "answer",
      "answer",
      "paraphrases",
      "category",
      "source",
      "as_of",
      "lang",
      "regulated",
    ]);
  });
});
