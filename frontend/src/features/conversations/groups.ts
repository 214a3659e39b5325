import type { ConversationSummary } from "@/api";

export type Recent = "today" | "yesterday" | "week";

export interface Group {
  /** Of the reader's calendar; a month, by any moment of it, for older ones. */
  when: Recent | Date;
  conversations: ConversationSummary[];
}

/** Pure: conversations under the headings of a reader's calendar, in the order given. */
export function groupByDate(conversations: readonly ConversationSummary[], now: Date): Group[] {
  const groups = new Map<string, Group>();
  for (const conversation of conversations) {
    const used = new Date(conversation.updated_at);
    const recent = recentOf(used, now);
    const name = recent ?? `${used.getFullYear()}-${used.getMonth()}`;
    const group = groups.get(name) ?? { when: recent ?? used, conversations: [] };
    group.conversations.push(conversation);
    groups.set(name, group);
  }
  return [...groups.values()];
}

function recentOf(used: Date, now: Date): Recent | null {
  const days = dayNumber(now) - dayNumber(used);
  if (days <= 0) return "today"; // the server's clock may be a little ahead
  if (days === 1) return "yesterday";
  return days < 7 ? "week" : null;
}

/** Days of the reader's calendar, so that "yesterday" begins at midnight here. */
function dayNumber(moment: Date): number {
  return Math.floor(Date.UTC(moment.getFullYear(), moment.getMonth(), moment.getDate()) / 86_400_000);
}
