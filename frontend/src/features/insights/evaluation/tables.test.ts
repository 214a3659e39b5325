import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ResultFile } from "@/api";
import { tablesOf } from "./tables";

const root = join(import.meta.dirname, "../../../../..");

function file(kind: ResultFile["kind"], name: string): ResultFile {
  const folder = kind === "evaluation" ? "docs/results" : "benchmarks/results";
  return { kind, name, content: JSON.parse(readFileSync(join(root, folder, `${name}.json`), "utf-8")) };
}

const files = [
  file("evaluation", "policy"),
  file("evaluation", "policy_unseen"),
  file("evaluation", "retrieval"),
  file("evaluation", "unseen"),
  file("benchmark", "reference"),
];

test("every row shown is a row of the README or of its pages, figure for figure", () => {
  const pages = ["README.md", "docs/policy.md", "docs/retrieval.md"]
    .map((name) => readFileSync(join(root, name), "utf-8"))
    .join("\n");
  const tables = tablesOf(files);
  expect(tables).toHaveLength(5);
  for (const table of tables.filter(({ id }) => id !== "reference")) {
    for (const row of table.rows) expect(pages).toContain(row.cells.join(" | "));
  }
  const [latency] = tables.find(({ id }) => id === "reference")?.rows ?? [];
  for (const cell of latency?.cells ?? []) expect(pages).toContain(cell);
});

test("a table says how many, which commit, and how to repeat it", () => {
  for (const table of tablesOf(files)) {
    expect(table.n).toBeGreaterThan(100);
    expect(table.commit).toMatch(/^[0-9a-f]{12}/);
    expect(table.command).not.toBe("");
  }
});

test("without result files there is nothing to show", () => {
  expect(tablesOf([])).toEqual([]);
});
