import { describe, expect, it } from "vitest";
import type { EntryBody, RevisionView } from "@/api";
import { ProblemError } from "@/shared/problems";
import { isConflict, maySave, nextSaving, type SavingEvent, savingOf } from "./saving";
import { asText, beginning, EDITOR_SCHEMA, entryOf, placedProblems, placeOf, valuesOf } from "./values";

const ENTRY: EntryBody = {
  id: "cards-block",
  question: "कार्ड कैसे ब्लॉक करें?",
  answer: "ऐप में।",
  lang: "hi",
  answers: { en: "In the app.", hinglish: "App mein." },
  category: "cards",
  intent: "block_card",
  source: "Cards guide",
  as_of: "2026-01-01",
  regulated: true,
  paraphrases: [{ text: "block card", lang: "en" }],
  extra: { owner: "cards team" },
};

const revision = (number: number, author = "asha"): RevisionView => ({
  id: `7de9-${number}`,
  entry_id: ENTRY.id,
  number,
  entry: ENTRY,
  stage: "draft",
  retires: false,
  author,
  note: "",
  returned: "",
  created_at: "2026-11-20T10:00:00Z",
  changed_at: "2026-11-20T10:00:00Z",
  approved_by: "",
  approved_at: null,
  effective_from: null,
  restores: null,
  golden: [],
  problems: [],
  may_approve: false,
});

describe("the values of the form", () => {
  it("give back the entry that they were made of, also what the form does not show", () => {
    expect(entryOf(valuesOf(ENTRY), ENTRY)).toEqual(ENTRY);
  });

  it("leave out empty answers and empty rows", () => {
    const values = valuesOf(ENTRY);
    values.answers.hinglish = "  ";
    values.paraphrases.push({ text: "", lang: "en" });
    const entry = entryOf(values, ENTRY);
    expect(entry.answers).toEqual({ en: "In the app." });
    expect(entry.paraphrases).toEqual(ENTRY.paraphrases);
  });

  it("keep every answer in its language when the main language changes", () => {
    const entry = entryOf({ ...valuesOf(ENTRY), lang: "en" }, ENTRY);
    expect(entry.answer).toBe("In the app.");
    expect(entry.answers).toEqual({ hinglish: "App mein.", hi: "ऐप में।" });
  });

  it("begin with a customer's question in its language", () => {
    expect(beginning("कार्ड खो गया", "").lang).toBe("hi");
    expect(beginning("card kho gaya", "hinglish").lang).toBe("hinglish");
    expect(beginning("lost card", "").question).toBe("lost card");
  });

  it("cannot be saved without an id, and without anything else they can", () => {
    expect(EDITOR_SCHEMA.safeParse({ ...beginning("", ""), id: "x" }).success).toBe(true);
    const refused = EDITOR_SCHEMA.safeParse({ ...valuesOf(ENTRY), id: "  " });
    expect(refused.error?.issues.map(({ path, message }) => [path.join("."), message])).toEqual([
      ["id", "idMissing"],
    ]);
  });

  it("can be put aside as text", () => {
    expect(asText(ENTRY)).toBe(
      "कार्ड कैसे ब्लॉक करें?\n\n[en]\nIn the app.\n\n[hinglish]\nApp mein.\n\n[hi]\nऐप में।\n\n- block card\n\n" +
        "cards; block_card; Cards guide; 2026-01-01",
    );
  });
});

describe("the place of a problem", () => {
  const values = valuesOf(ENTRY);

  it("is the field that it names", () => {
    expect(placeOf("question", values)).toBe("question");
    expect(placeOf("answer", values)).toBe("answers.hi");
    expect(placeOf("answers.en", values)).toBe("answers.en");
    expect(placeOf("answers[en]", values)).toBe("answers.en");
    expect(placeOf("entry.as_of", values)).toBe("as_of");
    expect(placeOf("body.entry.paraphrases[0].text", values)).toBe("paraphrases.0");
  });

  it("is nowhere for what the form does not have", () => {
    expect(placeOf("extra.owner", values)).toBeNull();
    expect(placeOf("", values)).toBeNull();
    expect(placeOf("toString", values)).toBeNull();
  });

  it("counts the empty rows that were not sent", () => {
    const rows = { ...values, paraphrases: [{ text: " ", lang: "en" as const }, ...values.paraphrases] };
    expect(placeOf("paraphrases[0]", rows)).toBe("paraphrases.1");
  });

  it("holds all problems of one field, and what belongs nowhere is kept", () => {
    const problems = [
      { field: "answer", message: "is too long." },
      { field: "answer", message: "asks for an OTP." },
      { field: "extra.owner", message: "is odd." },
    ];
    expect(placedProblems(problems, values)).toEqual({
      at: { "answers.hi": "is too long. asks for an OTP." },
      elsewhere: ["extra.owner: is odd."],
    });
  });
});

describe("saving", () => {
  const at = new Date();
  const following = (...events: SavingEvent[]) => events.reduce(nextSaving, savingOf(null));

  it("holds the draft as the server gave it back", () => {
    const saving = following({ type: "began", work: "save" }, { type: "saved", draft: revision(1), at });
    expect(saving).toEqual({ draft: revision(1), work: null, theirs: null, error: null, savedAt: at });
    expect(maySave(saving, false)).toBe(false);
    expect(maySave(saving, true)).toBe(true);
  });

  it("does one thing at a time", () => {
    const saving = following({ type: "began", work: "save" }, { type: "began", work: "discard" });
    expect(saving.work).toBe("save");
  });

  it("keeps what failed to be tried again", () => {
    const error = new ProblemError("network");
    const saving = following({ type: "began", work: "save" }, { type: "failed", error });
    expect([saving.work, saving.error]).toEqual([null, error]);
    expect(maySave(saving, true)).toBe(true);
    expect(nextSaving(saving, { type: "began", work: "save" }).error).toBeNull();
  });

  it("stops at somebody else's version until it is settled, and goes on from there", () => {
    const met = following({ type: "began", work: "save" }, { type: "met", theirs: revision(2, "ravi") });
    expect(maySave(met, true)).toBe(false);
    const settled = nextSaving(met, { type: "settled" });
    expect(settled.draft?.author).toBe("ravi");
    expect(maySave(settled, true)).toBe(true);
  });

  it("begins another draft where the one it knew is gone", () => {
    const error = new ProblemError("refused", { status: 404 });
    const lost = following({ type: "saved", draft: revision(1), at }, { type: "lost", error });
    expect([lost.draft, lost.error]).toEqual([null, error]);
    expect(maySave(lost, false)).toBe(true);
  });

  it("takes nothing but a 409 for a conflict", () => {
    expect(isConflict(new ProblemError("refused", { status: 409 }))).toBe(true);
    expect(isConflict(new ProblemError("refused", { status: 422 }))).toBe(false);
    expect(isConflict(new Error("409"))).toBe(false);
  });
});
