import { expect, type Page } from "@playwright/test";

export const BLOCK = "How do I block my debit card?";

export const composer = (page: Page) => page.getByRole("textbox", { name: "Your question" });
export const turn = (page: Page, number: number) =>
  page.getByRole("article", { name: `Question ${number}`, exact: true });

export async function ask(page: Page, question: string): Promise<void> {
  await composer(page).fill(question);
  await composer(page).press("Enter");
}

/** The answer has ended: it can be rated. */
export async function answered(page: Page, number: number): Promise<void> {
  const helped = turn(page, number).getByRole("button", { name: "This helped" });
  await expect(helped).toBeVisible({ timeout: 20_000 });
}
