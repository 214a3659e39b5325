import i18n from "i18next";
import { expect, it } from "vitest";
import { fieldMessage } from "./fieldMessage";

const t = i18n.getFixedT("en", "common");

it("the server's words are translated, with their numbers", () => {
  const told = (message: string) => fieldMessage(message, i18n.getFixedT("en", "common"));
  expect(told("must be 8 or more characters long")).toBe("At least 8 characters.");
  expect(told("value is not a valid email address")).toBe("This is not a valid e-mail address.");
  expect(told("is missing")).toBe("Fill this in.");
});

it("words that are not known are shown as they came", () => {
  expect(fieldMessage("must rhyme", t)).toBe("must rhyme");
});
