import i18n from "i18next";
import { beforeAll, describe, expect, it } from "vitest";
import {
  cutProblem,
  describeProblem,
  networkProblem,
  ProblemError,
  problemOf,
  refusedProblem,
} from "./problems";
import { mayRetry, retryDelayMs } from "./queries";

const english = (error: unknown) => describeProblem(error, i18n.getFixedT("en", "common"), "en");

function answer(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers });
}

const document = {
  title: "Conflict",
  status: 409,
  detail: "The user name or the e-mail address is taken.",
  instance: "/api/v1/auth/register",
  request_id: "r-1",
};

describe("a refusal", () => {
  it("is read from a problem document", async () => {
    const errors = [{ field: "email", message: "is missing" }];
    const problem = await problemOf(
      answer(422, { ...document, status: 422, errors }, { "Retry-After": "7" }),
    );
    expect(problem).toMatchObject({
      kind: "refused",
      status: 422,
      requestId: "r-1",
      retryAfterS: 7,
      fields: errors,
    });
  });

  it("is read from a proxy that answers with a page", async () => {
    const problem = await problemOf(answer(502, "<html>Bad gateway</html>", { "X-Request-ID": "r-2" }));
    expect(problem).toMatchObject({ kind: "refused", status: 502, detail: "", fields: [], requestId: "r-2" });
    expect(english(problem).title).toBe("Not available at the moment");
  });

  it("is told in the server's words in English, and in our own in Hindi", async () => {
    const problem = await problemOf(answer(409, document));
    expect(english(problem).detail).toBe(document.detail);
    await i18n.loadLanguages("hi");
    const told = describeProblem(problem, i18n.getFixedT("hi", "common"), "hi");
    expect(told.detail).toMatch(/दूसरे टैब/);
  });

  it("names the request only where the operator has to look", () => {
    expect(english(refusedProblem({ status: 500, request_id: "r-3" })).requestId).toBe("r-3");
    expect(english(refusedProblem({ status: 404, request_id: "r-3" })).requestId).toBe("");
  });

  it("says how long to wait", () => {
    const told = english(refusedProblem({ status: 429 }, 429, 1));
    expect(told).toMatchObject({ wayOn: "wait", detail: expect.stringContaining("in 1 second.") });
  });
});

describe("every kind has a title, a text and a way on", () => {
  const kinds = [401, 403, 404, 409, 413, 418, 422, 429, 500, 503].map((status) =>
    refusedProblem({ status }),
  );
  const others = [networkProblem(), cutProblem(), new Error("boom"), "odd"];
  it.each([...kinds, ...others].map((error) => [String(error), error] as const))("%s", (_, error) => {
    const told = english(error);
    expect(told.title).not.toContain("problem.");
    expect(told.detail).not.toContain("problem.");
    expect(told.wayOn).toBeTruthy();
  });
});

it("a page that cannot be fetched is a matter of the network", () => {
  const error = new TypeError("Failed to fetch dynamically imported module: https://bank.example/a.js");
  expect(english(error).title).toBe("No connection");
});

describe("another try", () => {
  beforeAll(async () => i18n.changeLanguage("en"));

  it("is made only where it can help", () => {
    expect(mayRetry(networkProblem())).toBe(true);
    expect(mayRetry(refusedProblem({ status: 503 }))).toBe(true);
    for (const status of [400, 401, 403, 404, 409, 422, 500]) {
      expect(mayRetry(refusedProblem({ status }))).toBe(false);
    }
    expect(mayRetry(new Error("boom"))).toBe(false);
  });

  it("waits as long as the server asks, or twice as long each time", () => {
    expect(retryDelayMs(0, new ProblemError("refused", { status: 503, retryAfterS: 5 }))).toBe(5000);
    expect(retryDelayMs(2, networkProblem())).toBe(4000);
    expect(retryDelayMs(9, networkProblem())).toBe(30_000);
  });
});
