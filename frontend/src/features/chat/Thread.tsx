import { ArrowDown, UserRound } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/shared/cx";
import { Button } from "@/shared/ui/Button";
import { useMediaQuery } from "@/shared/useMediaQuery";
import { ActionsContext } from "./actions";
import { Composer, type ComposerHandle } from "./Composer";
import { Messages } from "./Messages";
import { ModelChoice, useModel } from "./ModelChoice";
import { type OpenSource, SourceLayer } from "./Sources";
import { useAnnouncements } from "./useAnnouncements";
import { useScroll } from "./useScroll";
import { useThread } from "./useThread";
import { useThreadActions } from "./useThreadActions";

const HandOffDialog = lazy(() => import("./HandOffDialog"));

export interface ThreadProps {
  /** Null or missing for one that begins with the next question. */
  conversationId?: string | null | undefined;
  /** Called with the id of a conversation that has begun, or with null for a new one. */
  onConversation: (id: string | null) => void;
  /** The version on show; null for the one that the next question continues. Only together with `onLeaf`. */
  leaf?: string | null;
  onLeaf?: (leaf: string | null) => void;
  /** Written into the field when it comes, for the customer to send. */
  question?: string | null;
  /** For a narrow frame inside another page. */
  compact?: boolean;
}

/** A conversation: what was said, and where the next question is typed. */
export function Thread(props: ThreadProps) {
  const { conversationId = null, onConversation, question, compact = false } = props;
  const choice = useModel();
  const [leaf, onLeaf] = useLeaf(props);
  const thread = useThread({ conversationId, leaf, onConversation, onLeaf }, choice.model);
  const last = thread.turns.at(-1);
  const scroll = useScroll({
    thread: thread.name,
    empty: thread.turns.length === 0,
    asked: thread.reply?.key ?? null,
    last: `${thread.turns.length} ${last?.text.length} ${last?.state}`,
  });
  const composer = useRef<ComposerHandle>(null);
  useEffect(() => {
    if (question) composer.current?.fill(question);
  }, [question]);
  const [source, setSource] = useState<(OpenSource & { open: boolean }) | null>(null);
  const [person, setPerson] = useState<"unasked" | "open" | "closed">("unasked");
  const narrow = useMediaQuery("(width < 40rem)") || compact;
  const id = conversationId ?? thread.reply?.conversationId ?? null;
  const actions = useThreadActions({
    thread,
    conversationId: id,
    scroll,
    composer,
    show: onLeaf,
    openSource: (shown, lang) => setSource({ source: shown, lang, open: true }),
    talkToPerson: () => setPerson("open"),
  });
  const { news, toEnd } = scroll;
  const away = scroll.away && last !== undefined;
  const bar = useMemo(
    () => (
      <div className="flex items-center gap-1">
        <PersonButton onPress={actions.talkToPerson} />
        <span className="grow" />
        {away && <ToEnd news={news} narrow={narrow} onPress={toEnd} />}
        <ModelChoice choice={choice} narrow={narrow} />
      </div>
    ),
    [actions, away, news, toEnd, narrow, choice],
  );
  useAnnouncements(thread.reply);

  return (
    <ActionsContext value={actions}>
      <div className="flex min-h-0 grow flex-col">
        <Messages thread={thread} scroll={scroll} compact={compact} onNew={() => onConversation(null)} />
        <div className="border-line border-t bg-surface pt-2 pb-[max(0.5rem,env(safe-area-inset-bottom))]">
          <div className="mx-auto flex w-full max-w-3xl flex-col gap-2 px-3 sm:px-5">
            {thread.aside && <Aside onNewest={() => onLeaf(null)} />}
            <Composer
              key={thread.name}
              ref={composer}
              conversationId={conversationId}
              accepted={thread.reply?.turnId ?? null}
              busy={thread.busy}
              onStop={thread.stop}
              onSend={actions.ask}
              bar={bar}
            />
          </div>
        </div>
      </div>
      <SourceLayer
        shown={source}
        open={source?.open ?? false}
        onClose={() => source && setSource({ ...source, open: false })}
      />
      {person !== "unasked" && (
        <Suspense>
          <HandOffDialog open={person === "open"} onClose={() => setPerson("closed")} conversationId={id} />
        </Suspense>
      )}
    </ActionsContext>
  );
}

/** Which version is on show; kept here where the page has no place for it. */
function useLeaf({ conversationId = null, leaf = null, onLeaf }: ThreadProps) {
  const [own, setOwn] = useState<{ of: string | null; leaf: string | null }>({ of: null, leaf: null });
  if (onLeaf) return [leaf, onLeaf] as const;
  const shown = own.of === conversationId ? own.leaf : null;
  return [shown, (chosen: string | null) => setOwn({ of: conversationId, leaf: chosen })] as const;
}

function PersonButton({ onPress }: { onPress: () => void }) {
  const { t } = useTranslation("chat");
  return (
    <Button
      size="sm"
      variant="quiet"
      className="-ml-2 min-w-0 px-2 text-ink-muted"
      icon={<UserRound aria-hidden className="size-4 shrink-0" />}
      onClick={onPress}
    >
      <span className="truncate">{t("person.action")}</span>
    </Button>
  );
}

interface ToEndProps {
  news: boolean;
  narrow: boolean;
  onPress: () => void;
}

/** Stands beside what is read, never over it. */
function ToEnd({ news, narrow, onPress }: ToEndProps) {
  const { t } = useTranslation("chat");
  return (
    <Button
      size="sm"
      variant={news ? "primary" : "quiet"}
      icon={<ArrowDown aria-hidden className="size-4 shrink-0" />}
      className="shrink-0 whitespace-nowrap px-2"
      onClick={onPress}
    >
      <span className={cx(narrow && !news && "sr-only")}>{t(news ? "scroll.news" : "scroll.end")}</span>
    </Button>
  );
}

function Aside({ onNewest }: { onNewest: () => void }) {
  const { t } = useTranslation("chat");
  return (
    <p className="rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">
      {t("turn.aside")}{" "}
      <button type="button" onClick={onNewest} className="min-h-6 font-medium underline underline-offset-2">
        {t("turn.newest")}
      </button>
    </p>
  );
}
