import { type APIRequestContext, type Browser, test as base, expect, type Page } from "@playwright/test";
import { addresses } from "./servers.ts";

export const password = "a long pass phrase";

/** Where the page keeps its session. */
const SESSION = "questrag.session";

export type State = Exclude<
  NonNullable<Parameters<Browser["newContext"]>[0]>["storageState"],
  string | undefined
>;

let registered = 0;

/** Open an account over the API; gives the name. */
async function openAccount(request: APIRequestContext, origin: string): Promise<string> {
  registered += 1;
  const username = `customer-${process.pid}-${Date.now().toString(36)}-${registered}`;
  const data = { username, email: `${username}@example.com`, password };
  expect((await request.post(`${origin}/api/v1/auth/register`, { data })).status()).toBe(201);
  return username;
}

/** What a browser remembers of somebody who has signed in. */
async function stateOf(request: APIRequestContext, username: string, origin: string): Promise<State> {
  const answer = await request.post(`${origin}/api/v1/auth/login`, { data: { username, password } });
  expect(answer.status(), username).toBe(200);
  const { access_token: token, expires_in } = await answer.json();
  const startedAt = Date.now();
  const session = { id: username, token, startedAt, expiresAt: startedAt + expires_in * 1000 };
  return {
    cookies: [],
    origins: [{ origin, localStorage: [{ name: SESSION, value: JSON.stringify(session) }] }],
  };
}

export function headersOf({ origins }: State): { Authorization: string } {
  const stored = origins.flatMap(({ localStorage }) => localStorage).find(({ name }) => name === SESSION);
  return { Authorization: `Bearer ${JSON.parse(stored?.value ?? "{}").token}` };
}

/** Sign in through the form, as a person does. */
export async function signIn(page: Page, username: string, origin = addresses.approved): Promise<void> {
  await page.goto(`${origin}/sign-in`);
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).not.toHaveURL(/sign-in/);
}

/** "newcomer": a customer who has asked nothing yet; "customer": one for all tests of a worker. */
type Who = "newcomer" | "customer" | "asha" | "bela" | "chitra" | "nobody";

interface WorkerFixtures {
  signedIn: (who: Who, origin?: string) => Promise<State>;
}

/** `test.use({ who })` says who has signed in when a test begins. */
export const test = base.extend<{ who: Who }, WorkerFixtures>({
  who: ["nobody", { option: true }],
  signedIn: [
    async ({ playwright }, use) => {
      const request = await playwright.request.newContext();
      // To check a password takes long on purpose, so it is done once for each person.
      const states = new Map<string, Promise<State>>();
      const enter = async (who: Who, origin: string) => {
        const isNew = who === "newcomer" || who === "customer";
        return stateOf(request, isNew ? await openAccount(request, origin) : who, origin);
      };
      await use((who, origin = addresses.approved) => {
        const key = `${who} ${origin}`;
        const state = (who !== "newcomer" && states.get(key)) || enter(who, origin);
        states.set(key, state);
        return state;
      });
      await request.dispose();
    },
    { scope: "worker" },
  ],
  storageState: async ({ who, signedIn, baseURL }, use) => {
    await use(who === "nobody" ? undefined : await signedIn(who, baseURL));
  },
});
