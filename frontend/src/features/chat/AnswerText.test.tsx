import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { AnswerText } from "./AnswerText";
import { SOURCE } from "./samples";

function shown(text: string, onSource = vi.fn()) {
  return render(<AnswerText text={text} sources={[SOURCE]} onSource={onSource} lang="en" />).container;
}

describe("citations", () => {
  it.each(["Open the app [3].", "Open **the app** [3]."])("lead to their source: %s", async (text) => {
    const onSource = vi.fn();
    shown(text, onSource);
    await userEvent.click(screen.getByRole("button", { name: /^Source 1: I lost my card/ }));
    expect(onSource).toHaveBeenCalledWith(SOURCE);
  });

  it("without a source are only numbers", () => {
    shown("One [3]. Two [4].");
    expect(screen.getAllByRole("button")).toHaveLength(1);
    expect(screen.getByText("2")).toBeInTheDocument();
  });

  it("stay themselves where Markdown has references", () => {
    const container = shown("As [3] says.\n[3]: https://evil.example <b>");
    expect(screen.getAllByRole("button")).toHaveLength(2);
    expect(container).toHaveTextContent("As 1 says. 1: https://evil.example <b>");
    expect(screen.queryByRole("link")).toBeNull();
  });

  it("are found in lists, headings and emphasis, alone and together", () => {
    shown("# A [3]\n- b [3, 4]\n  - *c [3]*\n\n> **d** [3].");
    expect(screen.getAllByRole("button")).toHaveLength(4);
    expect(screen.getByText("2")).toBeInTheDocument();
  });

  it("in code are code", () => {
    shown("`a[1]` **b**");
    expect(screen.queryByRole("button")).toBeNull();
    expect(screen.getByText("a[1]")).toBeInTheDocument();
  });
});
