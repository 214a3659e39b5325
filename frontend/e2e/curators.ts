import { type Browser, expect, type Page } from "@playwright/test";
import type { ChatResponse, EntryBody, EntryDetail, RevisionView, Serving } from "../src/api";
import { test as base, headersOf, type State } from "./people.ts";
import { addresses } from "./servers.ts";

/** Two curators, each at a browser of their own, and a customer who asks. */

/** The API, as one person may use it. */
export interface Api {
  get: <T>(path: string) => Promise<T>;
  post: <T>(path: string, data?: object) => Promise<T>;
  /** For what is meant to be refused. */
  status: (path: string, data?: object) => Promise<number>;
  remove: (path: string) => Promise<void>;
}

export interface Curator {
  page: Page;
  api: Api;
}

interface Fixtures {
  asha: Curator;
  bela: Curator;
}

interface WorkerFixtures {
  /** Asks something new and gives the answer. */
  customerAsks: (question: string) => Promise<string>;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  customerAsks: [
    async ({ playwright, signedIn }, use) => {
      const extraHTTPHeaders = headersOf(await signedIn("customer"));
      const request = await playwright.request.newContext({ baseURL: addresses.approved, extraHTTPHeaders });
      await use(async (query) => {
        const answer = await request.post("/api/v1/chat/", { data: { query } });
        expect(answer.status()).toBe(200);
        return ((await answer.json()) as ChatResponse).response;
      });
      await request.dispose();
    },
    { scope: "worker" },
  ],
  asha: async ({ browser, signedIn }, use) => atDesk(browser, await signedIn("asha"), use),
  bela: async ({ browser, signedIn }, use) => atDesk(browser, await signedIn("bela"), use),
});

async function atDesk(
  browser: Browser,
  storageState: State,
  use: (curator: Curator) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ storageState });
  const page = await context.newPage();
  await use({ page, api: apiOf(page, storageState) });
  await context.close();
}

function apiOf({ request }: Page, state: State): Api {
  const headers = headersOf(state);
  const at = (path: string) => `/api/v1/knowledge/${path}`;
  return {
    get: async (path) => {
      const answer = await request.get(at(path), { headers });
      expect(answer.status(), path).toBe(200);
      return answer.json();
    },
    post: async (path, data = {}) => {
      const answer = await request.post(at(path), { data, headers });
      expect(answer.ok(), `${path}: ${answer.ok() ? "" : await answer.text()}`).toBe(true);
      return answer.status() === 204 ? null : answer.json();
    },
    status: async (path, data = {}) => (await request.post(at(path), { data, headers })).status(),
    remove: async (path) => {
      expect((await request.delete(at(path), { headers })).status(), path).toBe(204);
    },
  };
}

export const entryPath = (id: string) => `/knowledge/entry?id=${id}`;
export const editPath = (id: string) => `/knowledge/edit?id=${id}`;

export const entryOf = (api: Api, id: string) => api.get<EntryDetail>(`entry?entry_id=${id}`);

/** What is published, with something changed. */
export async function changed(api: Api, id: string, change: Partial<EntryBody>): Promise<EntryBody> {
  const { published } = await entryOf(api, id);
  if (!published) throw new Error(`${id} is not published`);
  return { ...published, ...change };
}

/** A draft by one person; submitted, where it is not to stay one. */
export async function drafted(
  { api }: Curator,
  entry: EntryBody,
  { submitted = true } = {},
): Promise<RevisionView> {
  const draft = await api.post<RevisionView>("drafts", { entry });
  return submitted ? api.post<RevisionView>(`drafts/${draft.id}/submit`) : draft;
}

/** Written by one and approved by the other. */
export async function published(author: Curator, second: Curator, entry: EntryBody): Promise<RevisionView> {
  const { id } = await drafted(author, entry);
  return second.api.post<RevisionView>(`drafts/${id}/approve`);
}

/** Customers are answered from this revision: its index is made, and has passed the quality gate. */
export async function serves({ api }: Curator, id: string, number: number): Promise<void> {
  const now = async () => (await entryOf(api, id)).published_number;
  await expect.poll(now, { timeout: 100_000, intervals: [250, 500] }).toBe(number);
}

/** Nothing is being made any more; says what serves, and what does not. */
export async function atRest({ api }: Curator): Promise<Serving> {
  const working = async () => (await api.get<Serving>("serving")).working;
  await expect.poll(working, { timeout: 100_000, intervals: [250, 500] }).toBe(false);
  return api.get<Serving>("serving");
}

/** Read a draft, and say yes to it. */
export async function approve({ page }: Curator, question: string): Promise<void> {
  await page.goto("/knowledge/review");
  await page.getByRole("list", { name: "For you to decide" }).getByRole("link", { name: question }).click();
  await page.getByRole("button", { name: "Approve", exact: true }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Approve" }).click();
  await expect(page).toHaveURL(/knowledge\/review$/);
}

/** The author sees that it waits, and that somebody else has to decide. */
export async function sent({ page }: Curator): Promise<void> {
  await page.getByRole("button", { name: "Send for approval" }).click();
  await expect(page.getByRole("heading", { name: "You wrote this" })).toBeVisible();
}
