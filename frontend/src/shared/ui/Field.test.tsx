import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { Field } from "./Field";
import { Select } from "./Select";
import { TextArea } from "./TextArea";
import { TextInput } from "./TextInput";

it("a control finds its label, hint and error by itself", () => {
  render(
    <Field label="City" hint="Where you live" error="Fill this in." required>
      <TextInput />
    </Field>,
  );
  const input = screen.getByLabelText("City");
  expect(input).toBeInvalid();
  expect(input).toBeRequired();
  expect(input).toHaveAccessibleDescription("Fill this in. Where you live");
});

it("a value that is fine is not called wrong", () => {
  render(
    <Field label="City" error="">
      <TextInput />
    </Field>,
  );
  expect(screen.getByLabelText("City")).not.toBeInvalid();
  expect(screen.getByLabelText("City")).not.toHaveAccessibleDescription();
});

it("long texts and choices are wired as well", () => {
  render(
    <>
      <Field label="Answer" hint="Short">
        <TextArea />
      </Field>
      <Field label="Language" hideLabel>
        <Select options={[{ value: "en", label: "English" }]} />
      </Field>
    </>,
  );
  expect(screen.getByLabelText("Answer")).toHaveAccessibleDescription("Short");
  expect(screen.getByLabelText("Language")).toHaveValue("en");
});
