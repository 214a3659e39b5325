import { z } from "zod";
import type { EntryBody } from "@/api";
import { answersOf, guessLang, LANGS, type Lang } from "../langs";

const ID_CHARS = 200;
export const QUESTION_CHARS = 2_000;
export const ANSWER_CHARS = 20_000;
export const NOTE_CHARS = 500;

/** What keeps an entry from being saved at all. All else is the server's to say, and may be mended later. */
export const EDITOR_SCHEMA = z.object({
  id: z.string().trim().min(1, "idMissing").max(ID_CHARS, "idLong"),
  lang: z.enum(LANGS),
  question: z.string().max(QUESTION_CHARS, "questionLong"),
  answers: z.record(z.enum(LANGS), z.string().max(ANSWER_CHARS, "answerLong")),
  category: z.string().max(QUESTION_CHARS, "questionLong"),
  intent: z.string().max(QUESTION_CHARS, "questionLong"),
  regulated: z.boolean(),
  source: z.string().max(QUESTION_CHARS, "questionLong"),
  as_of: z.string(),
  paraphrases: z.array(
    z.object({ text: z.string().max(QUESTION_CHARS, "questionLong"), lang: z.enum(LANGS) }),
  ),
  note: z.string().max(NOTE_CHARS, "noteLong"),
});

/** An entry as the form holds it: every answer beside the others, the main one too. */
export type EditorValues = z.infer<typeof EDITOR_SCHEMA>;

export function valuesOf(entry: EntryBody, note = ""): EditorValues {
  return {
    id: entry.id,
    lang: entry.lang ?? "en",
    question: entry.question,
    answers: answersOf(entry),
    category: entry.category ?? "",
    intent: entry.intent ?? "",
    regulated: entry.regulated ?? false,
    source: entry.source ?? "",
    as_of: entry.as_of ?? "",
    paraphrases: (entry.paraphrases ?? []).map(({ text, lang }) => ({ text, lang: lang ?? "en" })),
    note,
  };
}

/** The entry to send; what the form does not show is taken from what it began with. */
export function entryOf(values: EditorValues, before: EntryBody | null): EntryBody {
  const { note: _, answers, paraphrases, ...rest } = values;
  const others = LANGS.filter((lang) => lang !== values.lang && answers[lang].trim() !== "");
  return {
    ...rest,
    id: values.id.trim(),
    answer: answers[values.lang],
    answers: Object.fromEntries(others.map((lang) => [lang, answers[lang]])),
    paraphrases: paraphrases.filter(({ text }) => text.trim() !== ""),
    extra: before?.extra ?? {},
  };
}

/** What a question from elsewhere makes of a new entry. */
export function beginning(question: string, lang: Lang | ""): EditorValues {
  return valuesOf({ id: "", question, answer: "", lang: lang || guessLang(question, "en") });
}

/** Where in the form a problem belongs; null for one that belongs nowhere in it.
 *
 * The server names fields as files do: `answer` is the answer in the main language, and empty rows of the form were
 * not sent, so that places among paraphrases have to be counted again.
 */
export function placeOf(field: string, values: EditorValues): string | null {
  const path = field.replace(/^(body\.)?(entry\.)?/, "");
  if (path === "answer") return `answers.${values.lang}`;
  const answer = /^answers[.[]"?(en|hinglish|hi)/.exec(path);
  if (answer) return `answers.${answer[1]}`;
  const paraphrase = /^paraphrases[.[](\d+)/.exec(path);
  if (paraphrase) return `paraphrases.${sentRow(values, Number(paraphrase[1]))}`;
  return Object.hasOwn(values, path) && path !== "answers" ? path : null;
}

function sentRow(values: EditorValues, place: number): number {
  const sent = values.paraphrases.flatMap(({ text }, row) => (text.trim() === "" ? [] : [row]));
  return sent[place] ?? place;
}

export interface PlacedProblems {
  /** By field of the form. */
  at: Record<string, string>;
  elsewhere: string[];
}

/** Puts several problems of one place together. */
export function placedProblems(
  problems: readonly { field: string; message: string }[],
  values: EditorValues,
): PlacedProblems {
  const at: Record<string, string> = {};
  const elsewhere: string[] = [];
  for (const { field, message } of problems) {
    const place = placeOf(field, values);
    if (place === null) elsewhere.push(field ? `${field}: ${message}` : message);
    else at[place] = at[place] ? `${at[place]} ${message}` : message;
  }
  return { at, elsewhere };
}

/** An entry as plain text, to be put aside. */
export function asText(entry: EntryBody): string {
  const answers = answersOf(entry);
  const answered = LANGS.filter((lang) => answers[lang]).map((lang) => `[${lang}]\n${answers[lang]}`);
  const paraphrases = (entry.paraphrases ?? []).map(({ text }) => `- ${text}`).join("\n");
  const facts = [entry.category, entry.intent, entry.source, entry.as_of].filter(Boolean).join("; ");
  return [entry.question, ...answered, paraphrases, facts].filter(Boolean).join("\n\n");
}
