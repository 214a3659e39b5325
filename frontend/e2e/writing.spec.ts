import { expect, type Locator, type Page } from "@playwright/test";
import type { RevisionView } from "../src/api";
import { changed, drafted, editPath, entryPath, test } from "./curators.ts";

/** Finding entries and writing on them: nothing that is written is lost. */

test("entries are found by words and filters, and the address remembers both", async ({ asha: { page } }) => {
  await page.goto("/knowledge");
  await page.getByRole("searchbox").fill("lost card");
  await expect(page).toHaveURL(/q=lost\+card/);
  await page.getByLabel("Category").selectOption("cards");
  await expect(page).toHaveURL(/category=cards/);
  const found = page.getByRole("link", { name: "I lost my debit or credit card; how do I block it?" });
  await page.reload();
  await expect(page.getByRole("searchbox")).toHaveValue("lost card");
  await found.click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("I lost my debit or credit card");
  await page.goBack();
  await expect(page).toHaveURL(/q=lost\+card&category=cards/);
  await page.getByRole("link", { name: "New entry" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("New entry");
});

test("two people on one draft lose nothing: both texts are shown, and one chooses", async ({
  asha,
  bela,
}) => {
  const id = "schemes-ssy-transfer";
  const draft = await drafted(asha, await changed(asha.api, id, {}), { submitted: false });
  await asha.page.goto(editPath(id));
  await bela.page.goto(editPath(id));
  await expect(bela.page.getByText("asha wrote this draft.", { exact: false })).toBeVisible();
  await bela.page.getByLabel("Answer in English").fill("Written by Bela.");
  await bela.page.getByRole("button", { name: "Save draft" }).click();
  await expect(bela.page.getByText(/^Saved at/)).toBeVisible();

  await asha.page.getByLabel("Answer in English").fill("Written by Asha.");
  await asha.page.getByRole("button", { name: "Save draft" }).click();
  const ashas = asha.page.getByRole("region", { name: "Somebody else changed this draft meanwhile" });
  await expect(ashas).toContainText("Removed: Bela");
  await expect(ashas).toContainText("Added: Asha");
  await expect(asha.page.getByLabel("Answer in English")).toHaveValue("Written by Asha.");
  await ashas.getByRole("button", { name: "Go on with mine" }).click();
  await asha.page.getByRole("button", { name: "Save draft" }).click();
  await expect(asha.page.getByText(/^Saved at/)).toBeVisible();

  await bela.page.getByLabel("Answer in English").fill("Bela once more.");
  await bela.page.getByRole("button", { name: "Save draft" }).click();
  const belas = bela.page.getByRole("region", { name: "Somebody else changed this draft meanwhile" });
  await belas.getByRole("button", { name: "Take theirs over" }).click();
  await expect(bela.page.getByLabel("Answer in English")).toHaveValue("Written by Asha.");
  await asha.api.post<RevisionView>(`drafts/${draft.id}/discard`);
});

test("what is not saved is asked about, kept on the device and brought back", async ({ asha: { page } }) => {
  await page.goto(entryPath("schemes-svanidhi-loan"));
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  const source = page.getByLabel("Source");
  const saved = await source.inputValue();
  await source.fill("Branch guide");
  await expect(page.getByText("Not saved yet; kept on this device.")).toBeVisible();
  const asked = page.getByRole("alertdialog", { name: "Leave without saving?" });
  await page.getByRole("link", { name: "Review" }).click();
  await expect(asked).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(asked).toHaveCount(0);
  await expect(source).toHaveValue("Branch guide");
  await page.getByRole("link", { name: "Review" }).click();
  await asked.getByRole("button", { name: "Leave" }).click();
  await expect(page).toHaveURL(/knowledge\/review$/);
  await page.goto(editPath("schemes-svanidhi-loan"));
  await expect(page.getByText("What you had written on this device is back")).toBeVisible();
  await expect(source).toHaveValue("Branch guide");
  await page.getByRole("button", { name: "Discard it and start from what is saved" }).click();
  await expect(source).toHaveValue(saved);
});

/** Walk with the tabulator until the place is reached, as somebody without a mouse does. */
async function walkTo(page: Page, place: Locator): Promise<void> {
  await expect(place).toBeVisible();
  for (let steps = 0; steps < 80; steps += 1) {
    if (await place.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  await expect(place).toBeFocused();
}

test("from the list to a draft that waits, with the keyboard alone", async ({ asha }) => {
  const { page } = asha;
  await page.goto("/knowledge");
  await walkTo(page, page.getByRole("searchbox"));
  await page.keyboard.type("schemes-ssy-over-ten");
  await expect(page.getByRole("main").getByText("1 entry")).toBeVisible();
  await walkTo(page, page.getByRole("link", { name: /^My daughter is already 10/ }));
  await page.keyboard.press("Enter");
  await walkTo(page, page.getByRole("link", { name: "Edit", exact: true }));
  await page.keyboard.press("Enter");
  await walkTo(page, page.getByLabel("Source"));
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("Scheme rules");
  await walkTo(page, page.getByRole("button", { name: "Send for approval" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "You wrote this" })).toBeVisible();
  await walkTo(page, page.getByRole("tab", { name: "Changes" }));
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("tab", { name: "As customers see it" })).toBeFocused();
  await expect(page.getByRole("tabpanel", { name: "As customers see it" })).toContainText("Scheme rules");
  await asha.api.post(`drafts/${new URL(page.url()).pathname.split("/").at(-1)}/discard`);
});
