import { expect, it } from "vitest";
import { safePath, signInPath } from "./returnPath";

it("only paths of this site are ways back", () => {
  expect(safePath("/chat/1?q=a")).toBe("/chat/1?q=a");
  for (const path of ["//elsewhere.example", "/\\elsewhere.example", "https://elsewhere.example", "", null]) {
    expect(safePath(path)).toBe("/");
  }
});

it("the sign-in knows the way back and whether a session ended", () => {
  expect(signInPath("/")).toBe("/sign-in");
  expect(signInPath("/chat/1", true)).toBe("/sign-in?next=%2Fchat%2F1&why=ended");
});
