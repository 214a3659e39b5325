import { describe, expect, it } from "vitest";
import { piecesOf, placesOf, renumbered, spoken } from "./citations";
import { contactProblem } from "./contact";
import { openingOf } from "./emergency";
import { readReason, writtenReason } from "./feedback";
import { optionsIn } from "./NextQuestions";
import { answererOf, reasonText, savedShare, stagesOf, textToCopy } from "./receipt";
import { RECEIPT, SOURCE } from "./samples";
import { secretsIn, withoutSecrets } from "./secrets";

describe("citations", () => {
  it("are found wherever they stand, alone and together", () => {
    expect(piecesOf("A [2]. B [1, 3]")).toEqual([
      { text: "A " },
      { numbers: [2] },
      { text: ". B " },
      { numbers: [1, 3] },
    ]);
    expect(piecesOf("[CARD] [a] [1")).toEqual([{ text: "[CARD] [a] [1" }]);
  });

  it("belong to the sources in the order of their first citation", () => {
    expect([...placesOf("A [4]. B [2, 4]. C [2]")]).toEqual([
      [4, 1],
      [2, 2],
    ]);
    expect(renumbered("A [4]. B [2, 4].")).toBe("A [1]. B [2, 1].");
  });

  it("are not read aloud", () => {
    expect(spoken("## Head\n**Open** the app [1].")).toBe("Head\nOpen the app.");
  });
});

describe("an emergency", () => {
  it("is taken apart into title, steps, warning and what else is said", () => {
    const text =
      "If money is at risk, do this first:\n1. Block it.\n2. Call 1930.\nNever share an OTP.\n\nMore.";
    expect(openingOf(text, "fraud")).toEqual({
      kind: "fraud",
      title: "If money is at risk, do this first:",
      steps: ["Block it.", "Call 1930."],
      after: ["Never share an OTP."],
      lang: "en",
      rest: "More.",
    });
  });

  it("is told in its own language", () => {
    expect(openingOf("Agar paise khatre mein hain to pehle yeh karein:", "fraud").lang).toBe("hinglish");
    expect(openingOf("अगर पैसे ख़तरे में हैं", "fraud").lang).toBe("hi");
  });

  it("of despair has no steps: all of it is said at once", () => {
    const text = "I am sorry. Tele-MANAS is at 14416; in danger call 112.\nDebts can be sorted out.";
    expect(openingOf(text, "crisis")).toMatchObject({ kind: "crisis", title: text, steps: [], after: [] });
  });
});

describe("numbers that nobody should type", () => {
  it.each([
    ["my card 4111 1111 1111 1111 is lost", "4111 1111 1111 1111"],
    ["4111-1111-1111-1111", "4111-1111-1111-1111"],
    ["otp 123456", "123456"],
    ["OTP is 482913", "482913"],
    ["cvv: 123", "123"],
    ["my upi pin is 4321", "4321"],
    ["482913 is my otp", "482913"],
    ["ओटीपी है ४८२९१३", "४८२९१३"],
    ["मेरा पिन 4321", "4321"],
  ])("%s", (text, secret) => {
    expect(secretsIn(text)).toEqual([secret]);
    expect(withoutSecrets(text)).not.toContain(secret);
  });

  it.each([
    "Call me on 98765 43210",
    "FD of 1,00,00,000 for 5 years",
    "My pin code is 560001".replace("pin code is", "branch is at"),
    "I did not get an OTP for 3 days",
    "UTR 412345678901",
    "Which documents for a loan of 500000?",
    "1800 123 4567",
  ])("leaves alone: %s", (text) => {
    expect(secretsIn(text)).toEqual([]);
  });
});

describe("a receipt", () => {
  it("says why in words that fit what was done", () => {
    expect(reasonText(RECEIPT)).toBe("receipt.reasons.policy.fetch");
    expect(reasonText({ ...RECEIPT, policy_action: "NO_FETCH" })).toBe("receipt.reasons.policy.skip");
    expect(reasonText({ ...RECEIPT, reason: "live" })).toBe("receipt.reasons.live");
  });

  it("says what was saved, as a share of always fetching", () => {
    expect(savedShare(RECEIPT)).toBe(0.7);
    expect(savedShare({ ...RECEIPT, tokens: { ...RECEIPT.tokens, always_fetch_prompt: 0, saved: 0 } })).toBe(
      0,
    );
  });

  it("lists the stages as they happen, the total last", () => {
    const stages = stagesOf({ ...RECEIPT, timings_ms: { total: 9, other: 1, generate: 5, search: 2 } });
    expect(stages.map(([stage]) => stage)).toEqual(["search", "generate", "other", "total"]);
  });

  it("names who answered, except where no model was asked", () => {
    expect(answererOf(RECEIPT)).toBeNull();
    const asked = { ...RECEIPT, llm_provider: "groq", versions: { ...RECEIPT.versions, model: "groq/m" } };
    expect(answererOf(asked)).toBe("groq/m");
  });

  it("goes to the clipboard with its sources, numbered alike", () => {
    const words = { title: "Sources", asOf: (iso: string) => `as of ${iso}` };
    expect(textToCopy("Open it [3].", [SOURCE], words)).toBe(
      "Open it [1].\n\nSources:\n[1] I lost my card; how do I block it? (RBI instructions, as of 2026-11-01)",
    );
    expect(textToCopy("Hello!", [], words)).toBe("Hello!");
  });
});

describe("feedback", () => {
  const given = (reason: string) => ({ rating: "down" as const, reason, given_at: "2026-11-20T10:00:00Z" });

  it("comes back as it was given", () => {
    const reason = { chosen: ["Out of date", "Not correct"], words: "the fee; it is ₹ 10 now" };
    expect(readReason(given(writtenReason(reason)), "down")).toEqual(reason);
    expect(readReason(given("just words"), "down")).toEqual({ chosen: [], words: "just words" });
  });

  it("of the other kind is none", () => {
    expect(readReason(given("Out of date"), "up")).toEqual({ chosen: [], words: "" });
    expect(readReason(null, "up")).toEqual({ chosen: [], words: "" });
  });

  it("is never longer than the server takes", () => {
    expect([...writtenReason({ chosen: ["Not correct"], words: "ण".repeat(600) })]).toHaveLength(500);
  });
});

describe("a question back", () => {
  it("offers its numbers", () => {
    expect(optionsIn("Which?\n1. Close it\n2. Open it\nElse ask.")).toEqual([
      { number: "1", words: "Close it" },
      { number: "2", words: "Open it" },
    ]);
  });
});

describe("a way to be called back", () => {
  it("is a phone number or an e-mail address", () => {
    expect(["+91 98765 43210", "९८७६५४३२१०", "a@b.in"].map(contactProblem)).toEqual([null, null, null]);
    expect(contactProblem(" ")).toBe("person.contactMissing");
    expect(["12345", "priya", "a@b"].map(contactProblem)).toEqual(Array(3).fill("person.contactWrong"));
  });
});
