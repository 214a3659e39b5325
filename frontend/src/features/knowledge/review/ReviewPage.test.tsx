import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter, Route, Routes } from "react-router";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { DraftPage as Page, RevisionView } from "@/api";
import { endSession, startSession } from "@/shared/session";
import { together } from "../api";
import DraftPage from "./DraftPage";
import ReviewPage from "./ReviewPage";

function aDraft(n: number, changes: Partial<RevisionView> = {}): RevisionView {
  const at = "2026-11-01T10:00:00Z";
  return {
    id: `0123456789abcdef-${n}`,
    entry_id: `entry-${n}`,
    number: 1,
    entry: { id: `entry-${n}`, question: `Question ${n}?`, answer: "Yes.", category: "cards" },
    stage: "draft",
    retires: false,
    author: "ravi",
    note: "",
    returned: "",
    created_at: at,
    changed_at: at,
    approved_by: "",
    approved_at: null,
    effective_from: null,
    restores: null,
    golden: [],
    problems: [],
    may_approve: false,
    ...changes,
  };
}

const waits = (may_approve: boolean) => ({ stage: "review", may_approve }) as const;

/** A server with these pages, by the cursor that asks for them. */
function serve(pages: Record<string, Page>): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/api/v1/knowledge/drafts") {
      const problem = { status: 404, title: "Not Found", detail: "There is none." };
      return Response.json(problem, {
        status: 404,
        headers: { "Content-Type": "application/problem+json" },
      });
    }
    const cursor = searchParams.get("cursor") ?? "";
    asked.push(cursor);
    return Response.json(pages[cursor]);
  });
  return asked;
}

function show(path = "/knowledge/review"): void {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={client}>
      <MemoryRouter initialEntries={[path]}>
        <Routes>
          <Route path="/knowledge/review" element={<ReviewPage />} />
          <Route path="/knowledge/review/:draftId" element={<DraftPage />} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

const questionsIn = (list: string) =>
  within(screen.getByRole("list", { name: list }))
    .getAllByRole("link")
    .map(({ textContent }) => textContent);

beforeEach(() => startSession({ access_token: "a", expires_in: 3600 }));
afterEach(() => endSession("signed-out"));

it("shows further pages in the lists they belong to, until there are no more", async () => {
  const asked = serve({
    "": { drafts: [aDraft(1, waits(true)), aDraft(2)], next_cursor: "2.second" },
    "2.second": { drafts: [aDraft(3)], next_cursor: null },
  });
  show();
  const more = await screen.findByRole("button", { name: "Show more" });
  expect(questionsIn("Being written")).toEqual(["Question 2?"]);

  await userEvent.click(more);

  expect(await screen.findByRole("link", { name: "Question 3?" })).toBeVisible();
  expect(questionsIn("For you to decide")).toEqual(["Question 1?"]);
  expect(questionsIn("Being written")).toEqual(["Question 2?", "Question 3?"]);
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  expect(asked).toEqual(["", "2.second"]);
});

it("does not say that nothing waits for you while further pages may hold some", async () => {
  serve({
    "": { drafts: [aDraft(1, waits(false))], next_cursor: "1.second" },
    "1.second": { drafts: [aDraft(2, waits(false))], next_cursor: null },
  });
  show();
  const more = await screen.findByRole("button", { name: "Show more" });
  expect(screen.queryByText("Nothing waits for you")).toBeNull();

  await userEvent.click(more);

  expect(await screen.findByText("Nothing waits for you")).toBeVisible();
});

it("a draft that stands in two pages is shown once, as it was read last", () => {
  const given = aDraft(1, { returned: "Shorter" });
  const pages = [
    { drafts: [aDraft(1, waits(true)), aDraft(2)], next_cursor: "x" },
    { drafts: [given, aDraft(3)], next_cursor: null },
  ];
  expect(together(pages)).toEqual([aDraft(2), given, aDraft(3)]);
});

it("a draft that was published or given up is said to be gone", async () => {
  serve({});
  show("/knowledge/review/0123456789abcdef-1");
  expect(await screen.findByText("This draft is no longer open")).toBeVisible();
});
