import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** So near to the end counts as being there. */
const NEAR_PX = 48;
const GESTURES = ["wheel", "touchmove", "pointerdown", "keydown"] as const;

export interface Scroll {
  scroller: RefObject<HTMLElement | null>;
  content: RefObject<HTMLDivElement | null>;
  /** There is more below. */
  away: boolean;
  /** Something new is below, out of sight. */
  news: boolean;
  toEnd: () => void;
  /** What was just chosen stays where it is, whatever comes below. */
  hold: () => void;
}

interface Watched {
  /** Another one begins at its end. */
  thread: string;
  /** Nothing has been said yet: the first screen begins at its top. */
  empty: boolean;
  /** Changes with every question of this page. The last turn is then as high as the view: its question goes to the top. */
  asked: string | null;
  /** Changes with every addition. */
  last: string;
}

/** end: what comes below is followed. question: the last question stays at the top. rest: nothing moves by itself. */
type Keeping = "end" | "question" | "rest";

/** Follows the end of a growing thread while the reader is there, and only then. A question that was just asked stays
 * at the top of the view, so that its answer is read from its beginning. */
export function useScroll({ thread, empty, asked, last }: Watched): Scroll {
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const keeping = useRef<Keeping>("rest");
  /** The reader has moved since the page itself last did: only such scrolling says where they want to be. */
  const moved = useRef(false);
  const [away, setAway] = useState(false);
  const [news, setNews] = useState(false);

  const settle = useCallback(() => {
    const area = scroller.current;
    if (!area) return;
    if (keeping.current === "end") area.scrollTop = area.scrollHeight;
    if (keeping.current === "question") area.scrollTop += below(content.current?.lastElementChild, area);
    setAway(!isNear(area));
    if (isNear(area)) setNews(false);
  }, []);
  const keep = useCallback(
    (what: Keeping) => {
      keeping.current = what;
      moved.current = false;
      settle();
    },
    [settle],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: what matters is that it is another thread.
  useLayoutEffect(() => {
    if (!empty) return keep("end");
    keep("rest");
    if (scroller.current) scroller.current.scrollTop = 0;
  }, [thread, empty, keep]);
  useLayoutEffect(() => {
    if (asked !== null) keep("question");
  }, [asked, keep]);

  useEffect(() => {
    const [area, inside] = [scroller.current, content.current];
    if (!area || !inside) return;
    const grown = new ResizeObserver(settle);
    grown.observe(inside);
    grown.observe(area);
    const stop = new AbortController();
    const options = { passive: true, signal: stop.signal };
    const onScroll = () => {
      if (moved.current) keeping.current = isNear(area) ? "end" : "rest";
      setAway(!isNear(area));
      if (isNear(area)) setNews(false);
    };
    area.addEventListener("scroll", onScroll, options);
    for (const gesture of GESTURES) {
      area.addEventListener(gesture, () => (moved.current = true), options);
    }
    return () => {
      grown.disconnect();
      stop.abort();
    };
  }, [settle]);

  const seen = useRef(last);
  useEffect(() => {
    const area = scroller.current;
    if (seen.current !== last && area && below(content.current?.lastElementChild, area) > area.clientHeight) {
      setNews(true);
    }
    seen.current = last;
  }, [last]);

  const toEnd = useCallback(() => {
    keep("end");
    // The button that asked for it goes away; reading goes on here.
    scroller.current?.focus({ preventScroll: true });
  }, [keep]);
  const hold = useCallback(() => keep("rest"), [keep]);
  return { scroller, content, away, news: away && news, toEnd, hold };
}

/** How far the top of an element is below the top of the view, in pixels. */
function below(element: Element | null | undefined, area: Element): number {
  return element ? element.getBoundingClientRect().top - area.getBoundingClientRect().top : 0;
}

function isNear(area: Element): boolean {
  return area.scrollHeight - area.scrollTop - area.clientHeight < NEAR_PX;
}
