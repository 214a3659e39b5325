import type { CreateClientConfig } from "@/api/client.gen";
import { networkProblem, problemOf } from "./problems";
import { endSession, freshToken, rereadSession } from "./session";

/** Configures the generated client, which imports this file. */
export const createClientConfig: CreateClientConfig = (config) => ({
  ...config,
  baseUrl: window.location.origin,
  fetch: apiFetch,
});

/** Like `fetch`, signed in, and every refusal is thrown.
 *
 * Throws: `ProblemError` for anything but a success; what an aborted `fetch` throws when the caller aborted it.
 */
export async function apiFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  const token = await freshToken();
  const response = await sent(request.clone(), token);
  if (response.ok) return response;
  if (response.status === 401 && token !== null) return again(request, token, response);
  throw await problemOf(response);
}

/** A token that another tab exchanged meanwhile is no reason to stop; a token that is simply refused is. */
async function again(request: Request, refused: string, refusal: Response): Promise<Response> {
  const token = rereadSession()?.token ?? null;
  if (token !== null && token !== refused) {
    const response = await sent(request, token);
    if (response.ok) return response;
    throw await problemOf(response);
  }
  if (token === refused) endSession("ended");
  throw await problemOf(refusal);
}

async function sent(request: Request, token: string | null): Promise<Response> {
  if (token !== null) request.headers.set("Authorization", `Bearer ${token}`);
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw networkProblem();
  }
}
