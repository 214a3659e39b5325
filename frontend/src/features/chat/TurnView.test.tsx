import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { ActionsContext, type ThreadActions } from "./actions";
import type { OpeningKind } from "./emergency";
import { newReply, nextReply } from "./reply";
import { conversationOf, messagesOf, RECEIPT } from "./samples";
import { TurnView } from "./TurnView";
import { merged, type Turn, turnsOf } from "./thread";

const ACTIONS: ThreadActions = {
  ask: vi.fn(),
  again: vi.fn(),
  edit: vi.fn(),
  show: vi.fn(),
  openSource: vi.fn(),
  talkToPerson: vi.fn(),
  rate: vi.fn(),
  retry: vi.fn(),
  takeBack: vi.fn(),
  reload: vi.fn(),
};

const WORDS = "Please talk to somebody: 14416.";

function show(turn: Turn | undefined) {
  const client = new QueryClient({ defaultOptions: { queries: { enabled: false } } });
  return render(
    <QueryClientProvider client={client}>
      <ActionsContext value={ACTIONS}>{turn && <TurnView turn={turn} lazy={false} />}</ActionsContext>
    </QueryClientProvider>,
  );
}

function stored(opening: OpeningKind | null) {
  const metadata = { ...RECEIPT, emergency: opening !== null, opening, sources: [] };
  return turnsOf(conversationOf(messagesOf("a", { content: WORDS, metadata })))[0];
}

function streamed(opening: OpeningKind | null) {
  const reply = newReply("k", { kind: "new", question: "q", conversationId: null, model: null });
  const begun = nextReply(reply, { type: "start", data: { conversation_id: "c", message_id: "a" } });
  const data = { text: WORDS, ...(opening && { opening }) };
  return merged([], nextReply(begun, { type: "token", data }))[0];
}

const calls = () => screen.queryAllByRole("link").map((link) => link.getAttribute("href"));

describe.each([
  ["stored", stored],
  ["on its way", streamed],
])("an answer that is %s", (_, turnWith) => {
  it("has the card of the emergency that the server says it is, whatever its words", () => {
    const { unmount } = show(turnWith("crisis"));
    expect(calls()).toEqual(["tel:14416", "tel:112"]);
    unmount();
    show(turnWith("fraud"));
    expect(calls()).toContain("tel:1930");
  });

  it("has none where the server says that it is no emergency", () => {
    show(turnWith(null));
    expect(screen.getByText(WORDS)).toBeInTheDocument();
    expect(screen.queryByRole("heading", { level: 4 })).toBeNull();
  });
});
