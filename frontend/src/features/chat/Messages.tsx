import { MessageCircleQuestion } from "lucide-react";
import { startTransition, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/shared/cx";
import { ProblemError } from "@/shared/problems";
import { Button } from "@/shared/ui/Button";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { Skeleton } from "@/shared/ui/Skeleton";
import { NextQuestions } from "./NextQuestions";
import { TurnView } from "./TurnView";
import { isAnswered, isSettled } from "./thread";
import type { Scroll } from "./useScroll";
import type { ThreadState } from "./useThread";
import { Welcome } from "./Welcome";

interface MessagesProps {
  thread: ThreadState;
  scroll: Scroll;
  compact: boolean;
  onNew: () => void;
}

/** Before so many turns from the end, what is out of sight is left undrawn. */
const DRAWN = 2;
const FIRST_DRAWN = 8;
const PIECE = 6;

export function Messages({ thread, scroll, compact, onNew }: MessagesProps) {
  const { t } = useTranslation("chat");
  const { turns } = thread;
  const last = turns.at(-1);
  const asked = useAskedHere(thread);
  const from = useGradually(thread.name, turns.length);
  return (
    <section
      ref={scroll.scroller}
      aria-label={t("conversation")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard.
      tabIndex={0}
      className="[container-type:size] min-h-0 grow overflow-y-auto overscroll-contain focus-visible:-outline-offset-2"
    >
      <div ref={scroll.content} className="mx-auto w-full max-w-3xl px-3 pb-6 sm:px-5">
        {thread.loading && (
          <div className="pt-6">
            <Skeleton lines={6} />
          </div>
        )}
        {thread.problem !== null && (
          <Unreadable problem={thread.problem} onRetry={thread.reload} onNew={onNew} />
        )}
        {turns.length === 0 && !thread.loading && thread.problem === null && <Welcome compact={compact} />}
        {turns.slice(from).map((turn) => (
          <div
            key={`${thread.name} ${turn.place}`}
            className={cx("pt-6", asked && turn === last && "min-h-[calc(100cqh-1.5rem)]")}
          >
            <TurnView turn={turn} lazy={turn.place < turns.length - DRAWN} />
            {turn === last && isSettled(last) && isAnswered(last) && <NextQuestions turn={last} />}
          </div>
        ))}
      </div>
    </section>
  );
}

/** The end of a long conversation is there at once; what is before it follows in small pieces that hold up nothing.
 *
 * Returns the place from which turns are drawn.
 */
function useGradually(name: string, count: number): number {
  const [drawn, setDrawn] = useState({ name: "", from: 0 });
  const begun = drawn.name === name;
  const from = begun ? drawn.from : Math.max(0, count - FIRST_DRAWN);
  useEffect(() => {
    if (count === 0 || (begun && from === 0)) return;
    const next = begun ? Math.max(0, from - PIECE) : from;
    const timer = setTimeout(() => startTransition(() => setDrawn({ name, from: next })), 0);
    return () => clearTimeout(timer);
  }, [name, count, begun, from]);
  return from;
}

/** Whether something was asked since the thread is on show: then its last question may stand at the top. */
function useAskedHere({ name, reply }: ThreadState): boolean {
  const [asked, setAsked] = useState("");
  if (reply && asked !== name) setAsked(name);
  return asked === name;
}

interface UnreadableProps {
  problem: unknown;
  onRetry: () => void;
  onNew: () => void;
}

function Unreadable({ problem, onRetry, onNew }: UnreadableProps) {
  const { t } = useTranslation("chat");
  const gone = problem instanceof ProblemError && (problem.status === 404 || problem.status === 422);
  if (!gone) return <ProblemPanel error={problem} onRetry={onRetry} className="mt-6" />;
  return (
    <EmptyState
      icon={<MessageCircleQuestion aria-hidden className="size-8" />}
      title={t("gone.title")}
      action={
        <Button variant="primary" onClick={onNew}>
          {t("newConversation")}
        </Button>
      }
    >
      {t("gone.detail")}
    </EmptyState>
  );
}
