import type { EntryBody, ParaphraseBody } from "@/api";
import { answersOf, LANGS, type Lang } from "../langs";
import { type Piece, wordDiff } from "./wordDiff";

const FACTS = ["category", "intent", "source", "as_of", "lang", "regulated"] as const;
type Fact = (typeof FACTS)[number];

/** A difference between two versions of an entry. */
export type Change =
  | { type: "text"; field: "question"; lang: Lang; pieces: Piece[] }
  | { type: "text"; field: "answer"; lang: Lang; pieces: Piece[] }
  | { type: "fact"; field: Fact; before: string; after: string }
  | { type: "paraphrases"; removed: ParaphraseBody[]; added: ParaphraseBody[]; kept: number };

/** Lists what differs, in the order in which an entry is read. `null` stands for no entry at all. */
export function entryChanges(before: EntryBody | null, after: EntryBody | null): Change[] {
  const lang = after?.lang ?? before?.lang ?? "en";
  const question = texts("question", lang, before?.question, after?.question);
  const old = before ? answersOf(before) : null;
  const now = after ? answersOf(after) : null;
  const answers = LANGS.flatMap((each) => texts("answer", each, old?.[each], now?.[each]));
  return [...question, ...answers, ...paraphrases(before, after), ...facts(before, after)];
}

function texts(field: "question" | "answer", lang: Lang, before = "", after = ""): Change[] {
  return before === after ? [] : [{ type: "text", field, lang, pieces: wordDiff(before, after) }];
}

function facts(before: EntryBody | null, after: EntryBody | null): Change[] {
  return FACTS.flatMap((field) => {
    const [old, now] = [fact(before, field), fact(after, field)];
    return old === now ? [] : [{ type: "fact" as const, field, before: old, after: now }];
  });
}

function fact(entry: EntryBody | null, field: Fact): string {
  if (entry === null) return "";
  if (field === "regulated") return entry.regulated ? "yes" : "no";
  return entry[field] ?? (field === "lang" ? "en" : "");
}

function paraphrases(before: EntryBody | null, after: EntryBody | null): Change[] {
  const old = new Map((before?.paraphrases ?? []).map((each) => [keyOf(each), each]));
  const now = new Map((after?.paraphrases ?? []).map((each) => [keyOf(each), each]));
  const removed = [...old].filter(([key]) => !now.has(key)).map(([, each]) => each);
  const added = [...now].filter(([key]) => !old.has(key)).map(([, each]) => each);
  if (removed.length + added.length === 0) return [];
  return [{ type: "paraphrases", removed, added, kept: now.size - added.length }];
}

function keyOf({ text, lang }: ParaphraseBody): string {
  return `${lang ?? "en"} ${text}`;
}
