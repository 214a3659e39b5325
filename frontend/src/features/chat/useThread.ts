import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import type { ConversationView } from "@/api";
import { newId } from "@/shared/ids";
import { keys } from "@/shared/queries";
import { conversationQuery } from "./queries";
import { isRunning, type Reply } from "./reply";
import { begin, forget, replyIn, type Slot, stop, useReply } from "./runs";
import type { Ask } from "./stream";
import { holds, isSettled, merged, type Turn, turnsOf } from "./thread";

export interface ThreadState {
  /** Changes with the conversation, but not when a new one gets its id. */
  name: string;
  turns: readonly Turn[];
  reply: Reply | null;
  /** Something is being answered, here or elsewhere: nothing can be asked until it ends. */
  busy: boolean;
  loading: boolean;
  /** Why the conversation cannot be shown; null when it can. */
  problem: unknown;
  reload: () => void;
  /** What is on show is not what the next question continues. */
  aside: boolean;
  ask: (question: string) => void;
  again: (turn: Turn) => void;
  edit: (turn: Turn, question: string) => void;
  /** Null while nothing is being answered here. */
  stop: (() => void) | null;
}

export interface ThreadPlace {
  conversationId: string | null;
  leaf: string | null;
  /** A conversation has begun. */
  onConversation: (id: string) => void;
  /** Another version is to be shown; null for the newest. */
  onLeaf: (leaf: string | null) => void;
}

const NOWHERE = "";

/** Holds one thread together: what is stored, what is being answered, and what can be asked. */
export function useThread(place: ThreadPlace, model: string | null): ThreadState {
  const { conversationId, leaf, onConversation, onLeaf } = place;
  const client = useQueryClient();
  const slot = useSlot(conversationId);
  const reply = useReply(slot);
  const id = conversationId ?? reply?.conversationId ?? null;
  const head = useStored(id, null);
  const older = useStored(leaf === null ? null : id, leaf, head.data);
  const shown = leaf === null ? head : older;
  const aside = leaf !== null && lastId(older.data) !== lastId(head.data);
  const turns = useMemo(
    () => merged(turnsOf(id === null ? undefined : shown.data), reply, !aside),
    [id, shown.data, reply, aside],
  );

  useEffect(() => {
    if (conversationId === null && reply?.conversationId) onConversation(reply.conversationId);
  }, [conversationId, reply?.conversationId, onConversation]);
  useEffect(() => {
    if (reply && holds(head.data, reply)) forget(reply.key);
  }, [head.data, reply]);

  const send = (asked: Ask) => {
    if (id !== null && leaf !== null && asked.kind !== "new") {
      client.setQueryData(conversationQuery(id, null).queryKey, shown.data);
    }
    begin(slot, asked, (progress) => follow(client, progress));
    if (leaf !== null) onLeaf(null);
  };
  const running = reply && isRunning(reply) ? reply.key : null;
  const halt = useMemo(() => (running === null ? null : () => stop(running)), [running]);
  const beside = (turn: Turn) => ({ turnId: turn.id ?? NOWHERE, model });
  return {
    name: slot.name,
    turns,
    reply,
    busy: isRunning(reply) || turns.some((turn) => !isSettled(turn)),
    loading: turns.length === 0 && shown.isLoading,
    problem: turns.length === 0 ? shown.error : null,
    reload: () => void shown.refetch(),
    aside,
    ask: (question) => send({ kind: "new", question, conversationId: id, model }),
    again: (turn) => send({ kind: "again", question: turn.question, ...beside(turn) }),
    edit: (turn, question) => send({ kind: "edit", question, ...beside(turn) }),
    stop: halt,
  };
}

/** @param meanwhile shown until it is there: between two versions of one conversation nothing is blank. */
function useStored(id: string | null, leaf: string | null, meanwhile?: ConversationView) {
  return useQuery({
    ...conversationQuery(id ?? NOWHERE, leaf),
    enabled: id !== null,
    placeholderData: (before: ConversationView | undefined) =>
      leaf !== null && before?.conversation_id === id ? before : meanwhile,
  });
}

function lastId(view: ConversationView | undefined): string | undefined {
  return view?.messages.at(-1)?.id;
}

/** The list of conversations and this one are read again when a question is accepted and when its answer ends. */
function follow(client: QueryClient, reply: Reply): void {
  void client.invalidateQueries({ queryKey: keys.conversations });
  if (reply.conversationId === null || isRunning(reply)) return;
  void client.invalidateQueries({ queryKey: keys.conversation(reply.conversationId) });
}

/** One name for as long as the reader stays with a conversation, from before it has an id. */
function useSlot(conversationId: string | null): Slot {
  const [slot, setSlot] = useState<Slot>(() => ({ name: newId(), conversationId }));
  if (slot.conversationId === conversationId) return slot;
  // A conversation that has just begun here stays in its place; going anywhere else is a new place.
  const begun = conversationId !== null && replyIn(slot)?.conversationId === conversationId;
  const next = { name: slot.conversationId === null && begun ? slot.name : newId(), conversationId };
  setSlot(next);
  return next;
}
