import type { APIRequestContext } from "@playwright/test";
import { addresses } from "./servers.ts";

/** What the language model does next; see the behaviours of llmock. */
export async function nextFromModel(request: APIRequestContext, ...behaviors: object[]): Promise<void> {
  await request.post(`${addresses.llmock}/_llmock/scenario`, { data: { behaviors } });
}

export async function freshModel(request: APIRequestContext): Promise<void> {
  await request.post(`${addresses.llmock}/_llmock/reset`);
}

/** How often the model was asked since `freshModel`. */
export async function timesAsked(request: APIRequestContext): Promise<number> {
  const heard = await (await request.get(`${addresses.llmock}/_llmock/requests`)).json();
  return (Array.isArray(heard) ? heard : heard.requests).length;
}
