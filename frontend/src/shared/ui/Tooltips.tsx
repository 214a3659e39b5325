import { useEffect, useLayoutEffect, useRef, useState } from "react";

const DELAY_MS = 400;
const GAP_PX = 6;

/** Shows the text of whatever element carries `data-tooltip`, on hover and on keyboard focus; Escape hides it.
 *
 * One for the whole page. It only repeats what the element is called or says elsewhere, so screen readers skip it.
 */
export function Tooltips() {
  const [target, setTarget] = useState<HTMLElement | null>(null);
  useEffect(() => followPointerAndFocus(setTarget), []);
  const text = target?.isConnected ? target.dataset.tooltip : undefined;
  return target && text ? <Bubble target={target} text={text} /> : null;
}

function Bubble({ target, text }: { target: HTMLElement; text: string }) {
  const bubble = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (bubble.current) place(bubble.current, target.getBoundingClientRect());
  }, [target]);
  return (
    <div
      ref={bubble}
      aria-hidden
      className="pointer-events-none fixed z-60 max-w-64 rounded-md bg-ink px-2 py-1 text-surface text-xs"
    >
      {text}
    </div>
  );
}

/** Above the target, or below it where there is no room; never beyond the edge of the window. */
function place(bubble: HTMLElement, at: DOMRect): void {
  const { width, height } = bubble.getBoundingClientRect();
  const middle = at.left + at.width / 2 - width / 2;
  const above = at.top - height - GAP_PX;
  bubble.style.left = `${Math.max(GAP_PX, Math.min(middle, window.innerWidth - width - GAP_PX))}px`;
  bubble.style.top = `${above > GAP_PX ? above : at.bottom + GAP_PX}px`;
}

function followPointerAndFocus(show: (target: HTMLElement | null) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = (target: HTMLElement | null, delayMs: number) => {
    clearTimeout(timer);
    if (target) timer = setTimeout(() => show(target), delayMs);
    else show(null);
  };
  const stop = new AbortController();
  const on = (type: string, react: (event: Event) => void) =>
    document.addEventListener(type, react, { signal: stop.signal, capture: true });
  on("pointerover", (event) => {
    if ((event as PointerEvent).pointerType !== "touch") wait(labelled(event.target), DELAY_MS);
  });
  on("focusin", (event) => wait(focusVisible(event.target) ? labelled(event.target) : null, 0));
  for (const type of ["focusout", "pointerdown", "scroll"]) on(type, () => wait(null, 0));
  on("keydown", (event) => (event as KeyboardEvent).key === "Escape" && wait(null, 0));
  return () => {
    clearTimeout(timer);
    stop.abort();
  };
}

function labelled(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>("[data-tooltip]") : null;
}

function focusVisible(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches(":focus-visible");
}
