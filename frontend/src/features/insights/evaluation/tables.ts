import type { ResultFile } from "@/api";

/** Tables of the README, made from the same result files in the same words: a test holds them together. */
export interface ResultTable {
  id: "policy" | "policyUnseen" | "retrieval" | "retrievalUnseen" | "reference";
  n: number;
  /** The commit whose code was measured, and when. */
  commit: string;
  measuredAt: string;
  command: string;
  /** Keys of the texts that name the columns. */
  columns: readonly Heading[];
  rows: readonly { name: string; cells: readonly string[] }[];
}

export type Heading =
  | "right"
  | "saved"
  | "fetches"
  | "passages"
  | "unsafe"
  | "default"
  | "bm25"
  | "untrained"
  | "encoder"
  | "ours"
  | "usual";

type Json = Record<string, unknown>;

const POLICIES = [
  "always",
  "never",
  "threshold",
  "smalltalk_rule",
  "rules",
  "logistic",
  "bert",
  "default",
  "oracle",
] as const;
const LANGS = ["en", "hinglish", "hi"] as const;
const BASELINES = ["bm25", "base_encoder", "encoder_alone"] as const;

/** Pure: the headline tables of those files that are there. */
export function tablesOf(files: readonly ResultFile[]): ResultTable[] {
  const contents = new Map(files.map((file) => [`${file.kind}/${file.name}`, file.content as Json]));
  const made = [
    policyTable("policy", contents.get("evaluation/policy"), POLICY_COMMAND),
    policyTable("policyUnseen", contents.get("evaluation/policy_unseen"), UNSEEN_POLICY_COMMAND),
    retrievalTable("retrieval", contents.get("evaluation/retrieval"), RETRIEVAL_COMMAND),
    retrievalTable("retrievalUnseen", contents.get("evaluation/unseen"), UNSEEN_RETRIEVAL_COMMAND),
    referenceTable(contents.get("benchmark/reference")),
  ];
  return made.filter((table) => table !== null);
}

const POLICY_COMMAND =
  "questrag evaluate policy --kb data/knowledge --conversations data/conversations/test.jsonl";
const UNSEEN_POLICY_COMMAND =
  "questrag evaluate policy --kb FILE --conversations data/unseen/bankfaqs_conversations.jsonl";
const RETRIEVAL_COMMAND = "questrag evaluate retrieval --kb data/knowledge --queries data/queries/test.jsonl";
const UNSEEN_RETRIEVAL_COMMAND = "questrag evaluate retrieval --kb FILE --queries data/unseen/bankfaqs.jsonl";

function policyTable(id: ResultTable["id"], read: Json | undefined, command: string): ResultTable | null {
  if (!read) return null;
  const policies = read.policies as Record<string, Json>;
  const rows = POLICIES.flatMap((name) => {
    const each = policies[name];
    if (!each) return [];
    const ci95 = each.ci95 as Record<string, number[]>;
    return {
      name,
      cells: [
        percent(each.evidence_accuracy, ci95.evidence_accuracy),
        percent(each.saving, ci95.saving),
        `${fixed(100 * Number(each.fetch_rate), 1)} %`,
        fixed(Number(each.passages), 2),
        `${each.unsafe_skips} of ${each.n_needing}`,
      ],
    };
  });
  const columns = ["right", "saved", "fetches", "passages", "unsafe"] as const;
  return { id, n: Number(read.n_turns), command, columns, rows, ...madeWith(read) };
}

function retrievalTable(id: ResultTable["id"], read: Json | undefined, command: string): ResultTable | null {
  if (!read) return null;
  const baselines = read.baselines as Record<string, Json>;
  const byLang = read.by_lang as Record<string, Json>;
  const row = (name: string, ours: Json, others: Json[]) => ({
    name: `${name} (n = ${ours.n})`,
    cells: [ours, ...others].map((each) => {
      const ci95 = each.ci95 as Record<string, number[]>;
      return `${percent(each["recall@1"], ci95["recall@1"])} (${fixed(100 * Number(each["recall@5"]), 1)} %)`;
    }),
  });
  const of = (name: string) => baselines[name] ?? {};
  const rows = [
    row(
      "all",
      read,
      BASELINES.map((name) => of(name)),
    ),
    ...LANGS.flatMap((lang) => {
      const ours = byLang[lang];
      if (!ours) return [];
      return row(
        lang,
        ours,
        BASELINES.map((name) => (of(name).by_lang as Record<string, Json>)[lang] ?? {}),
      );
    }),
  ];
  const columns = ["default", "bm25", "untrained", "encoder"] as const;
  return { id, n: Number(read.n), command, columns, rows, ...madeWith(read) };
}

function referenceTable(read: Json | undefined): ResultTable | null {
  if (!read) return null;
  const [ours, usual] = [read.questrag as Json, read.reference as Json];
  return {
    id: "reference",
    n: Number(read.n),
    command: "python -m benchmarks",
    columns: ["ours", "usual"],
    rows: [
      {
        name: "latency",
        cells: [
          `p50 ${fixed(Number(ours.p50_ms), 1)} ms, p99 ${fixed(Number(ours.p99_ms), 1)} ms`,
          `p50 ${fixed(Number(usual.p50_ms), 0)} ms, p99 ${fixed(Number(usual.p99_ms), 0)} ms`,
        ],
      },
      { name: "memory", cells: [`${ours.peak_memory_mb} MB`, `${usual.peak_memory_mb} MB`] },
    ],
    ...madeWith(read),
  };
}

function madeWith(read: Json): { commit: string; measuredAt: string } {
  const provenance = (read.provenance ?? {}) as Json;
  return { commit: String(provenance.commit ?? ""), measuredAt: String(provenance.measured_at ?? "") };
}

/** "45.2 % [44.4, 46.1]", as the README writes it. */
export function percent(share: unknown, interval: readonly number[] | undefined): string {
  const [low = Number.NaN, high = Number.NaN] = interval ?? [];
  return `${fixed(100 * Number(share), 1)} % [${fixed(100 * low, 1)}, ${fixed(100 * high, 1)}]`;
}

function fixed(value: number, digits: number): string {
  return value.toFixed(digits);
}
