import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createRef } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { keys } from "@/shared/queries";
import { endSession, startSession } from "@/shared/session";
import { Composer, type ComposerHandle } from "./Composer";

const onSend = vi.fn();
const onStop = vi.fn();

beforeEach(() => {
  onSend.mockReset();
  onStop.mockReset();
  vi.stubGlobal("matchMedia", () => ({
    matches: true,
    addEventListener: vi.fn(),
    removeEventListener: vi.fn(),
  }));
  endSession("signed-out");
  startSession({ access_token: "t", expires_in: 3600 });
});

function show(given: { busy?: boolean; conversationId?: string | null; owner?: string } = {}) {
  const { busy = false, conversationId = null, owner = "u1" } = given;
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(keys.account, { user_id: owner, username: "asha", role: "customer" });
  const ref = createRef<ComposerHandle>();
  const tree = (id: string | null, accepted: string | null = null) => (
    <QueryClientProvider client={client}>
      <Composer
        ref={ref}
        conversationId={id}
        accepted={accepted}
        busy={busy}
        onStop={busy ? onStop : null}
        onSend={onSend}
        bar={null}
      />
    </QueryClientProvider>
  );
  const view = render(tree(conversationId));
  return {
    ...view,
    ref,
    area: screen.getByRole("textbox"),
    move: (id: string | null, accepted?: string) => view.rerender(tree(id, accepted)),
  };
}

describe("typing a question", () => {
  it("sends with Enter, and begins a new line with Shift and Enter", async () => {
    const { area } = show();
    await userEvent.type(area, "one{Shift>}{Enter}{/Shift}two{Enter}");
    expect(onSend).toHaveBeenCalledExactlyOnceWith("one\ntwo");
    expect(area).toHaveValue("");
    expect(area).toHaveFocus();
  });

  it("leaves the Enter of an input method to the input method", () => {
    const { area } = show();
    fireEvent.change(area, { target: { value: "नमस्" } });
    fireEvent.keyDown(area, { key: "Enter", isComposing: true });
    fireEvent.keyDown(area, { key: "Enter", keyCode: 229 });
    expect(onSend).not.toHaveBeenCalled();
    fireEvent.keyDown(area, { key: "Enter" });
    expect(onSend).toHaveBeenCalledOnce();
  });

  it("sends nothing that is blank", async () => {
    const { area } = show();
    await userEvent.type(area, "  {Enter}");
    expect(onSend).not.toHaveBeenCalled();
  });

  it("says near the limit how much is left, counting characters and not their halves", () => {
    const { area } = show();
    fireEvent.change(area, { target: { value: "👍".repeat(1790) } });
    expect(screen.queryByText(/left/)).toBeNull();
    fireEvent.change(area, { target: { value: "👍".repeat(1990) } });
    expect(screen.getByText("10 characters left")).toBeInTheDocument();
    fireEvent.change(area, { target: { value: "👍".repeat(2001) } });
    expect(screen.getByText("1 character too many")).toBeInTheDocument();
    fireEvent.keyDown(area, { key: "Enter" });
    expect(onSend).not.toHaveBeenCalled();
  });

  it("keeps the question while another one is answered, and can stop that", async () => {
    const { area } = show({ busy: true });
    await userEvent.type(area, "next{Enter}");
    expect(onSend).not.toHaveBeenCalled();
    expect(area).toHaveValue("next");
    await userEvent.click(screen.getByRole("button", { name: "Stop the answer" }));
    expect(onStop).toHaveBeenCalledOnce();
  });
});

describe("a number that looks secret", () => {
  it("is asked about before it is sent, and can be left out", async () => {
    const { area } = show();
    await userEvent.type(area, "my otp is 482913{Enter}");
    expect(onSend).not.toHaveBeenCalled();
    expect(screen.getByRole("alertdialog")).toHaveAccessibleName("This looks like a card number or a code");
    await userEvent.click(screen.getByRole("button", { name: "Remove it and send" }));
    expect(onSend).toHaveBeenCalledExactlyOnceWith("my otp is •••");
  });

  it("can be changed, or sent as it is", async () => {
    const { area } = show();
    await userEvent.type(area, "4111 1111 1111 1111{Enter}");
    await userEvent.click(screen.getByRole("button", { name: "Change the question" }));
    expect(area).toHaveFocus();
    await userEvent.type(area, "{Enter}");
    await userEvent.click(screen.getByRole("button", { name: "Send as it is" }));
    expect(onSend).toHaveBeenCalledExactlyOnceWith("4111 1111 1111 1111");
  });
});

describe("a draft", () => {
  it("is there again when its conversation is opened again, and only there", async () => {
    const first = show({ conversationId: "c1" });
    await userEvent.type(first.area, "half a question");
    first.unmount();
    const other = show({ conversationId: "c2" });
    expect(other.area).toHaveValue("");
    other.unmount();
    expect(show({ conversationId: "c1" }).area).toHaveValue("half a question");
  });

  it("is nobody else's", async () => {
    const first = show({ conversationId: "c1" });
    await userEvent.type(first.area, "mine");
    first.unmount();
    expect(show({ conversationId: "c1", owner: "u2" }).area).toHaveValue("");
    expect(JSON.stringify({ ...localStorage })).not.toContain("mine");
  });

  it("is forgotten when its owner signs out", async () => {
    const { area } = show({ conversationId: "c1" });
    await userEvent.type(area, "mine");
    endSession("signed-out");
    expect(JSON.stringify({ ...localStorage })).not.toContain("mine");
  });

  it("goes with the conversation when that gets its id", async () => {
    const { area, move, unmount } = show();
    await userEvent.type(area, "the next one");
    move("c9");
    unmount();
    expect(show({ conversationId: "c9" }).area).toHaveValue("the next one");
  });

  it("stays until its question is accepted", async () => {
    const { area, move, unmount } = show({ conversationId: "c1" });
    await userEvent.type(area, "question{Enter}");
    expect(JSON.stringify({ ...localStorage })).toContain("question");
    move("c1", "t1");
    unmount();
    expect(show({ conversationId: "c1" }).area).toHaveValue("");
  });

  it("with a secret in it is not kept", async () => {
    const first = show({ conversationId: "c1" });
    await userEvent.type(first.area, "otp 482913");
    expect(JSON.stringify({ ...localStorage })).not.toContain("482913");
  });

  it("gives way to nothing that was typed since when a question comes back", async () => {
    const { area, ref } = show();
    ref.current?.fill("taken back");
    await vi.waitFor(() => expect(area).toHaveValue("taken back"));
    ref.current?.fill("another");
    expect(area).toHaveValue("taken back");
  });
});
