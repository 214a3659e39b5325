import { expect, type Page } from "@playwright/test";

/** Every page of the application, by who may see it. */
export const pages = {
  visitor: { landing: "/", "sign-in": "/sign-in", register: "/register", "not-found": "/no-such-page" },
  customer: { chat: "/chat", account: "/account" },
  curator: {
    knowledge: "/knowledge",
    "knowledge-entry": "/knowledge/entry?id=cards-block-lost",
    "knowledge-new": "/knowledge/new",
    "knowledge-edit": "/knowledge/edit?id=cards-block-lost",
    "knowledge-review": "/knowledge/review",
    "knowledge-test": "/knowledge/test",
    "knowledge-golden": "/knowledge/golden",
    "knowledge-files": "/knowledge/files",
    "knowledge-serving": "/knowledge/serving",
    "insights-gaps": "/insights/gaps",
  },
  admin: {
    "insights-overview": "/insights",
    "insights-questions": "/insights/questions",
    "insights-requests": "/insights/requests",
    "insights-policy": "/insights/policy",
    "insights-evaluation": "/insights/evaluation",
    "insights-health": "/insights/health",
  },
} as const;

/** Who may see each group. */
export const people = { visitor: "nobody", customer: "customer", curator: "bela", admin: "chitra" } as const;

export type Theme = "light" | "dark";

/** Choose the theme as the menu does, before the page is loaded. */
export async function inTheme(page: Page, theme: Theme): Promise<void> {
  await page.addInitScript((chosen) => localStorage.setItem("questrag.theme", JSON.stringify(chosen)), theme);
}

/** Wait until nothing is loaded any more: no skeleton, and the page has its heading. */
export async function settled(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole("status").filter({ hasText: /Loading|लोड हो रहा है/ })).toHaveCount(0);
  await page.waitForLoadState("networkidle");
}
