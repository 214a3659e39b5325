import { expect, it } from "vitest";
import { newAccount } from "./rules";

const good = { username: "priya", email: "priya@example.com", password: "a long pass phrase" };

const messages = (changes: Partial<typeof good>) =>
  newAccount.safeParse({ ...good, ...changes }).error?.issues.map(({ message }) => message) ?? [];

it("what the server accepts is accepted", () => {
  expect(messages({})).toEqual([]);
  expect(messages({ username: "a.b-c_1", password: "१२३४५६७८" })).toEqual([]);
});

it("what is wrong is said in the server's words", () => {
  expect(messages({ username: "ab" })).toEqual(["must be 3 or more characters long"]);
  expect(messages({ username: "no spaces" })).toEqual([
    "may have letters (a to z), digits, dots, dashes and underscores only",
  ]);
  expect(messages({ email: "priya@" })).toEqual(["value is not a valid email address"]);
  expect(messages({ password: "x".repeat(129) })).toEqual(["must be 128 or fewer characters long"]);
});

it("an emoji counts as one character, as it does for the server", () => {
  expect(messages({ password: "🔑🔑🔑🔑" })).toEqual(["must be 8 or more characters long"]);
});
