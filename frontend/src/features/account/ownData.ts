import { eraseOwnData } from "@/api";
import { saveFrom } from "@/shared/saveFile";
import { endSession } from "@/shared/session";

/** Saves everything that is stored of whoever is signed in. */
export function saveOwnData(): Promise<void> {
  return saveFrom("/api/v1/auth/me/data", "questrag-my-data.json");
}

/** Deletes the account and everything in it; the session ends with it. */
export async function eraseAccount(given: { password: string }): Promise<void> {
  await eraseOwnData({ body: given.password ? given : {} });
  endSession("signed-out");
}
