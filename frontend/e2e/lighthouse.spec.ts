import { chromium, expect } from "@playwright/test";
import lighthouse from "lighthouse";
import { type State, test } from "./people.ts";
import { addresses, debuggingPort } from "./servers.ts";

/** Where most people are: a phone, as Lighthouse plays it. */
const pages = { landing: "/", "sign-in": "/sign-in", chat: "/chat" } as const;

/** A browser that Lighthouse can reach, in which somebody may have signed in. */
async function openBrowser(launchOptions: object & { args?: string[] }, state: State | undefined) {
  const args = [...(launchOptions.args ?? []), `--remote-debugging-port=${debuggingPort}`];
  const context = await chromium.launchPersistentContext("", { ...launchOptions, args });
  const [page] = context.pages();
  await page?.goto(`${addresses.approved}/favicon.svg`);
  const stored = state?.origins.flatMap(({ localStorage }) => localStorage) ?? [];
  await page?.evaluate((items) => {
    for (const { name, value } of items) localStorage.setItem(name, value);
  }, stored);
  return context;
}

for (const [name, path] of Object.entries(pages)) {
  test(`Lighthouse finds nothing to mend on ${name}`, async ({ launchOptions, signedIn }) => {
    test.setTimeout(120_000);
    const context = await openBrowser(
      launchOptions,
      name === "chat" ? await signedIn("customer") : undefined,
    );
    try {
      const result = await lighthouse(`${addresses.approved}${path}`, {
        port: debuggingPort,
        onlyCategories: ["accessibility", "best-practices"],
        disableStorageReset: true,
        logLevel: "error",
      });
      const { audits = {}, categories = {}, finalDisplayedUrl } = result?.lhr ?? {};
      const failed = Object.values(audits).filter(({ score }) => score !== null && score < 1);
      const said = JSON.stringify(failed.map(({ id, title }) => `${id}: ${title}`));
      expect(finalDisplayedUrl).toBe(`${addresses.approved}${path}`);
      expect(categories.accessibility?.score, said).toBe(1);
      expect(categories["best-practices"]?.score, said).toBeGreaterThanOrEqual(0.95);
    } finally {
      await context.close();
    }
  });
}
