import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { inTheme, pages, settled, type Theme } from "./everyPage.ts";
import { asNewCustomer, signIn } from "./people.ts";

const enter: Record<keyof typeof pages, (page: Page) => Promise<unknown>> = {
  visitor: async () => undefined,
  customer: (page) => asNewCustomer(page),
  curator: (page) => signIn(page, "asha"),
  admin: (page) => signIn(page, "chitra"),
};

for (const theme of ["light", "dark"] satisfies Theme[]) {
  for (const who of Object.keys(pages) as (keyof typeof pages)[]) {
    test(`axe finds nothing on the pages of a ${who}, ${theme}`, async ({ page }) => {
      test.setTimeout(180_000);
      await inTheme(page, theme);
      await enter[who](page);
      for (const [name, address] of Object.entries(pages[who])) {
        await test.step(name, async () => {
          await page.goto(address);
          await settled(page);
          const found = await new AxeBuilder({ page }).analyze();
          expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
        });
      }
    });
  }
}

for (const [name, size] of Object.entries({
  phone: { width: 360, height: 740 },
  desktop: { width: 1440, height: 900 },
})) {
  test(`nothing is wider than a ${name}`, async ({ page }) => {
    test.setTimeout(180_000);
    await page.setViewportSize(size);
    await signIn(page, "chitra");
    for (const address of Object.values({ ...pages.customer, ...pages.curator, ...pages.admin })) {
      await page.goto(address);
      await settled(page);
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(wider, address).toBeLessThanOrEqual(0);
    }
  });
}

test("no page asks another host for anything, breaks the content policy or logs an error", async ({
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
  await signIn(page, "chitra");
  for (const group of Object.values(pages)) {
    for (const address of Object.values(group)) {
      await page.goto(address);
      await settled(page);
    }
  }
  expect(strangers).toEqual([]);
  expect(complaints).toEqual([]);
});

test("the page comes with a policy that allows no script inside it", async ({ request }) => {
  const policy = (await request.get("/")).headers()["content-security-policy"] ?? "";
  expect(policy).toContain("script-src 'self'");
  expect(/script-src [^;]*unsafe/.test(policy)).toBe(false);
  expect(policy).toContain("object-src 'none'");
});

test("everything is in Hindi once it is chosen, also after a reload", async ({ page }) => {
  await asNewCustomer(page);
  await page.getByRole("button", { name: "हिन्दी", exact: false }).first().click();
  await expect(page.locator("html")).toHaveAttribute("lang", "hi");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("lang", "hi");
  await expect(page.getByRole("button", { name: "नई बातचीत" })).toBeVisible();
});
