import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { inTheme, pages, people, settled } from "./everyPage.ts";
import { test } from "./people.ts";

/** What holds for every page, whoever looks at it, in either theme and either language. */

const desktop = { width: 1440, height: 900 };
const phone = { width: 360, height: 740 };

for (const [theme, locale] of [
  ["light", "en-IN"],
  ["dark", "hi-IN"],
] as const) {
  for (const [group, addresses] of Object.entries(pages)) {
    test.describe(`${theme}, ${locale}`, () => {
      test.use({ who: people[group as keyof typeof pages], locale, viewport: desktop });

      test(`every page of a ${group} is accessible, fits, asks nobody else and logs no error`, async ({
        page,
      }) => {
        test.setTimeout(180_000);
        const heard = listen(page);
        await inTheme(page, theme);
        for (const [name, address] of Object.entries(addresses)) {
          await test.step(name, async () => {
            await page.setViewportSize(desktop);
            await page.goto(address);
            await settled(page);
            await expect(page.locator("html")).toHaveAttribute("lang", locale.slice(0, 2));
            await fits(page);
            const { violations } = await new AxeBuilder({ page }).analyze();
            expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
            await page.setViewportSize(phone);
            await fits(page);
          });
        }
        expect(heard).toEqual({ strangers: [], complaints: [] });
      });
    });
  }
}

/** Nothing is wider than the window. */
async function fits(page: Page): Promise<void> {
  const wider = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  await expect.poll(wider).toBeLessThanOrEqual(0);
}

/** Requests to other hosts, and errors: of the content policy too. */
function listen(page: Page) {
  const heard = { strangers: [] as string[], complaints: [] as string[] };
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "127.0.0.1") heard.strangers.push(request.url());
  });
  page.on("console", (message) => {
    if (message.type() === "error") heard.complaints.push(`${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => heard.complaints.push(`${page.url()}: ${error.message}`));
  return heard;
}
