import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import { StrictMode } from "react";
import { MemoryRouter, Route, Routes, useLocation } from "react-router";
import { afterEach, expect, it, vi } from "vitest";
import { loadTexts, startI18n } from "@/i18n";
import { aboutQuery } from "@/shared/about";
import { currentState, endSession } from "@/shared/session";
import ReturnPage from "./ReturnPage";
import SignInPage from "./SignInPage";

afterEach(() => endSession("signed-out"));

function Here() {
  const { pathname, search } = useLocation();
  return <p data-testid="here">{pathname + search}</p>;
}

async function show(path: string, provider: string | null, language: "en" | "hi" = "en") {
  await startI18n(language);
  await loadTexts("account");
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData<unknown>(aboutQuery.queryKey, { identity_provider: provider });
  render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <MemoryRouter initialEntries={[path]}>
          <Here />
          <Routes>
            <Route path="/sign-in" element={<SignInPage />} />
            <Route path="/sign-in/return" element={<ReturnPage />} />
            <Route path="*" element={null} />
          </Routes>
        </MemoryRouter>
      </QueryClientProvider>
    </StrictMode>,
  );
}

it("a button leads to the provider, which knows the way back", async () => {
  await show("/sign-in?next=%2Fchat%2F7", "Example Bank");
  expect(screen.getByRole("link", { name: "Sign in with Example Bank" })).toHaveAttribute(
    "href",
    "/api/v1/auth/oidc/start?next=%2Fchat%2F7",
  );
});

it("a provider without a name is the bank", async () => {
  await show("/sign-in", "", "hi");
  expect(screen.getByRole("link", { name: "बैंक के खाते से साइन इन करें" })).toBeVisible();
});

it("without a provider there is no button", async () => {
  await show("/sign-in", null);
  expect(screen.queryByRole("link", { name: /Sign in with/ })).toBeNull();
});

it.each([
  ["denied", "You were not signed in"],
  ["lost", "The sign-in could not be completed"],
  ["taken", "Your e-mail address belongs to another account here"],
  ["unavailable", "The sign-in over there does not work at the moment"],
])("it says why nobody was signed in: %s", async (why, title) => {
  await show(`/sign-in?why=${why}`, "Example Bank");
  expect(screen.getByRole("alert")).toHaveTextContent(title);
});

it("a code is sent once, and the way goes on from there", async () => {
  const said = { access_token: "t", token_type: "bearer", expires_in: 60, next: "/chat/7" };
  const sent = vi.spyOn(globalThis, "fetch").mockImplementation(async () => Response.json(said));

  await show("/sign-in/return?code=a&state=b", "Example Bank");

  await waitFor(() => expect(screen.getByTestId("here")).toHaveTextContent("/chat/7"));
  expect(sent).toHaveBeenCalledOnce();
  expect(currentState().session?.token).toBe("t");
});

it("a refusal over there ends on the sign-in page, in the language of the page", async () => {
  await show("/sign-in/return?error=access_denied&state=b", "Example Bank", "hi");
  expect(await screen.findByRole("alert")).toHaveTextContent("आप साइन इन नहीं हुए");
});
