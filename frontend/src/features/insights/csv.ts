import { saveFile } from "@/shared/saveFile";

/** Pure: rows as a CSV file (RFC 4180) that spreadsheets take for text and numbers, never for formulas. */
export function csvOf(
  header: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): string {
  return [header, ...rows].map((row) => row.map(cell).join(",")).join("\r\n");
}

function cell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Saves a text as a file; the mark at its start tells spreadsheets that it is UTF-8. */
export function saveCsv(name: string, text: string): void {
  saveFile(new Blob(["\uFEFF", text], { type: "text/csv;charset=utf-8" }), name);
}
