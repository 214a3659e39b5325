import { X } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./Button";
import { IconButton } from "./IconButton";
import { announce } from "./LiveRegion";

export interface Toast {
  text: string;
  /** Such as Undo; the toast goes when it is used. */
  action?: { label: string; run: () => void };
  /** Called once, when it goes without its action having been used; also when the whole page is being left. */
  onGone?: (leaving: boolean) => void;
  lastsMs?: number;
}

interface Shown extends Toast {
  id: number;
}

const MOST = 3;
let shown: readonly Shown[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

/** Shows a short message that goes by itself; it is announced too. Returns how to take it away. */
export function toast(given: Toast): () => void {
  lastId += 1;
  const id = lastId;
  change([...shown, { ...given, id }].slice(-MOST));
  announce(given.action ? `${given.text} ${given.action.label}` : given.text);
  return () => dismiss(id);
}

export function Toasts() {
  const toasts = useSyncExternalStore(subscribe, () => shown);
  const { t } = useTranslation();
  return (
    <section
      aria-label={t("notices")}
      className="pointer-events-none fixed inset-x-0 bottom-0 z-50 flex flex-col items-center gap-2 p-4 pb-[max(1rem,env(safe-area-inset-bottom))]"
    >
      {toasts.map((each) => (
        <ToastCard key={each.id} toast={each} />
      ))}
    </section>
  );
}

function ToastCard({ toast: { id, text, action, lastsMs } }: { toast: Shown }) {
  const { t } = useTranslation();
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismiss(id), lastsMs ?? (action ? 10_000 : 6_000));
    return () => clearTimeout(timer);
  }, [held, id, lastsMs, action]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only waits while somebody is reading or about to press.
    <div
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className="pointer-events-auto flex w-full max-w-md animate-appear items-center gap-2 rounded-xl border border-line bg-raised py-1.5 pr-1.5 pl-4 text-sm shadow-raised"
    >
      <p className="grow py-1.5">{text}</p>
      {action && (
        <Button
          size="sm"
          onClick={() => {
            dismiss(id, "used");
            action.run();
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton
        label={t("dismiss")}
        icon={<X aria-hidden className="size-4" />}
        size="sm"
        tooltip={false}
        onClick={() => dismiss(id)}
      />
    </div>
  );
}

type Why = "used" | "unused" | "leaving";

function dismiss(id: number, why: Why = "unused"): void {
  change(
    shown.filter((each) => each.id !== id),
    why,
  );
}

function change(next: readonly Shown[], why: Why = "unused"): void {
  const gone = shown.filter((each) => !next.includes(each));
  shown = next;
  for (const changed of listeners) changed();
  if (why !== "used") for (const each of gone) each.onGone?.(why === "leaving");
}

/** There may be no later moment for what waits. */
function leave(): void {
  change([], "leaving");
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed);
  window.addEventListener("pagehide", leave);
  return () => {
    listeners.delete(changed);
    window.removeEventListener("pagehide", leave);
  };
}
