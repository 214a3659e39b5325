import AxeBuilder from "@axe-core/playwright";
import { expect } from "@playwright/test";
import { inTheme, pages, people, settled } from "./everyPage.ts";
import { test } from "./people.ts";

/** What holds for every page, whoever looks at it. */

const groups = Object.keys(pages) as (keyof typeof pages)[];
const all = Object.values(pages).flatMap((group) => Object.values(group));

for (const [theme, locale] of [
  ["light", "en-IN"],
  ["dark", "en-IN"],
  ["dark", "hi-IN"],
] as const) {
  for (const group of groups) {
    test.describe(`pages of a ${group}, ${theme}, ${locale}`, () => {
      test.use({ who: people[group], locale });
      test("are accessible", async ({ page }) => {
        test.setTimeout(180_000);
        await inTheme(page, theme);
        for (const [name, address] of Object.entries(pages[group])) {
          await test.step(name, async () => {
            await page.goto(address);
            await settled(page);
            await expect(page.locator("html")).toHaveAttribute("lang", locale.slice(0, 2));
            const found = await new AxeBuilder({ page }).analyze();
            expect(found.violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes[0]?.html}`)).toEqual([]);
          });
        }
      });
    });
  }
}

test.describe("an administrator sees every page", () => {
  test.use({ who: "chitra" });

  for (const [name, size] of Object.entries({
    phone: { width: 360, height: 740 },
    desktop: { width: 1440, height: 900 },
  })) {
    test(`and nothing is wider than a ${name}`, async ({ page }) => {
      test.setTimeout(180_000);
      await page.setViewportSize(size);
      for (const address of all) {
        await page.goto(address);
        await settled(page);
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(wider, address).toBeLessThanOrEqual(0);
      }
    });
  }

  test("and none asks another host for anything, breaks the content policy or logs an error", async ({
    page,
  }) => {
    test.setTimeout(180_000);
    const strangers: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol.startsWith("http") && !host.startsWith("127.0.0.1:")) strangers.push(request.url());
    });
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
    for (const address of all) {
      await page.goto(address);
      await settled(page);
    }
    expect(strangers).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
