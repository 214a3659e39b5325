import { apiFetch } from "./client";

/** Saves a file under this name. */
export function saveFile(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The download has begun by then; the address would hold the file in memory.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Saves what the server answers there, under the name that it gives it. */
export async function saveFrom(path: string, otherwise: string): Promise<void> {
  const response = await apiFetch(path);
  const named = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "");
  saveFile(await response.blob(), named?.[1] ?? otherwise);
}
