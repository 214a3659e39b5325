import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { ConversationSummary } from "@/api";
import { describeProblem } from "@/shared/problems";
import { EmptyState } from "@/shared/ui/EmptyState";
import { LoadMore } from "@/shared/ui/Pagination";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { Skeleton } from "@/shared/ui/Skeleton";
import { toast } from "@/shared/ui/Toasts";
import { ConversationRow } from "./ConversationRow";
import { useHidden } from "./deletions";
import { type Group, groupByDate } from "./groups";
import { useChange, useConversations } from "./useConversations";
import { useRemoval, useUnheardDeletions } from "./useRemoval";

interface ListProps {
  q: string;
  archived: boolean;
  onNavigate: (() => void) | undefined;
}

/** The pinned ones, then the others by date; pages are fetched as the reader comes near their end. */
export function ConversationList({ q, archived, onNavigate }: ListProps) {
  const { t } = useTranslation("conversations");
  const apart = !archived && !q; // pinned ones stand apart in the plain list only
  const pinned = useConversations({ q: "", archived: false, pinned: true }, apart);
  const others = useConversations(apart ? { q, archived, pinned: false } : { q, archived });
  const hidden = useHidden();
  useUnheardDeletions();
  const shown = (all: ConversationSummary[]) => all.filter((one) => !hidden.has(one.conversation_id));
  const [top, rest] = [apart ? shown(pinned.conversations) : [], shown(others.conversations)];
  const groups = useMemo(() => groupByDate(rest, new Date()), [rest]);

  const problem = others.error ?? (apart ? pinned.error : null);
  if (problem && rest.length === 0) {
    return <ProblemPanel error={problem} onRetry={() => void others.refetch()} busy={others.isFetching} />;
  }
  if (others.isPending) return <Skeleton lines={8} />;
  if (top.length + rest.length === 0) return <Nothing q={q} archived={archived} />;
  return (
    <div className="flex flex-col gap-4">
      {top.length > 0 && <Section heading={t("pinned")} rows={top} q={q} onNavigate={onNavigate} />}
      {groups.map((group) => (
        <DatedSection key={String(group.when)} group={group} q={q} onNavigate={onNavigate} />
      ))}
      <LoadMore
        more={others.hasNextPage}
        busy={others.isFetchingNextPage}
        onMore={() => void others.fetchNextPage()}
      />
      <Sentinel onSeen={() => others.hasNextPage && !others.isFetching && void others.fetchNextPage()} />
    </div>
  );
}

function DatedSection({ group, ...rest }: { group: Group } & Omit<SectionProps, "heading" | "rows">) {
  const { t, i18n } = useTranslation("conversations");
  const heading =
    typeof group.when === "string"
      ? t(group.when)
      : new Intl.DateTimeFormat(i18n.language === "hi" ? "hi-IN" : "en-IN", {
          month: "long",
          year: "numeric",
        }).format(group.when);
  return <Section heading={heading} rows={group.conversations} {...rest} />;
}

interface SectionProps {
  heading: string;
  rows: readonly ConversationSummary[];
  q: string;
  onNavigate: (() => void) | undefined;
}

function Section({ heading, rows, q, onNavigate }: SectionProps) {
  const { i18n } = useTranslation("conversations");
  const remove = useRemoval();
  const change = useChange((error) =>
    toast({ text: describeProblem(error, i18n.getFixedT(null, "common"), i18n.language).title }),
  );
  return (
    <section aria-label={heading}>
      <h3 className="px-3 pb-1 font-medium text-ink-muted text-xs">{heading}</h3>
      <ul>
        {rows.map((conversation) => (
          <ConversationRow
            key={conversation.conversation_id}
            conversation={conversation}
            q={q}
            onChange={(changes) => change.mutate({ id: conversation.conversation_id, changes })}
            onRemove={() => remove(conversation)}
            onNavigate={onNavigate}
          />
        ))}
      </ul>
    </section>
  );
}

function Nothing({ q, archived }: { q: string; archived: boolean }) {
  const { t } = useTranslation("conversations");
  if (q) return <EmptyState title={t("nothingFound")}>{t("nothingFoundText", { q })}</EmptyState>;
  if (archived) return <EmptyState title={t("nothingArchived")} />;
  return <EmptyState title={t("nothingYet")}>{t("nothingYetText")}</EmptyState>;
}

/** Tells when the end of the list comes into view; the button before it does the same for a keyboard. */
function Sentinel({ onSeen }: { onSeen: () => void }) {
  const mark = useRef<HTMLDivElement>(null);
  const seen = useRef(onSeen);
  seen.current = onSeen;
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) seen.current();
    });
    if (mark.current) observer.observe(mark.current);
    return () => observer.disconnect();
  }, []);
  return <div ref={mark} aria-hidden className="h-px" />;
}
