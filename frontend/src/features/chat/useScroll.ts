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

/** Follows the end of a growing thread while the reader is there, and only then. A question that was just asked stays
 * at the top of the view, so that its answer is read from its beginning. */
export function useScroll({ thread, empty, asked, last }: Watched): Scroll {
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  /** The reader has moved since the page itself last did: only such scrolling says where they want to be. */
  const moved = useRef(false);
  const [away, setAway] = useState(false);
  const [news, setNews] = useState(false);

  const jump = useCallback((follow: boolean) => {
    const area = scroller.current;
    following.current = follow;
    moved.current = false;
    if (area) area.scrollTop = area.scrollHeight;
    setAway(false);
    setNews(false);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what matters is that it is another thread.
  useLayoutEffect(() => {
    if (!empty) return jump(true);
    following.current = false;
    if (scroller.current) scroller.current.scrollTop = 0;
  }, [thread, empty, jump]);
  useLayoutEffect(() => {
    if (asked !== null) jump(false);
  }, [asked, jump]);

  useEffect(() => {
    const [area, inside] = [scroller.current, content.current];
    if (!area || !inside) return;
    const isNear = () => area.scrollHeight - area.scrollTop - area.clientHeight < NEAR_PX;
    const onScroll = () => {
      if (moved.current) following.current = isNear();
      setAway(!isNear());
      if (isNear()) setNews(false);
    };
    const grown = new ResizeObserver(() => {
      if (following.current) jump(true);
      else setAway(!isNear());
    });
    grown.observe(inside);
    grown.observe(area);
    const stop = new AbortController();
    const options = { passive: true, signal: stop.signal };
    area.addEventListener("scroll", onScroll, options);
    for (const gesture of GESTURES) {
      area.addEventListener(gesture, () => (moved.current = true), options);
    }
    return () => {
      grown.disconnect();
      stop.abort();
    };
  }, [jump]);

  const seen = useRef(last);
  useEffect(() => {
    if (seen.current !== last && isBelow(content.current?.lastElementChild, scroller.current)) setNews(true);
    seen.current = last;
  }, [last]);

  const toEnd = useCallback(() => jump(true), [jump]);
  const hold = useCallback(() => {
    following.current = false;
  }, []);
  return { scroller, content, away, news: away && news, toEnd, hold };
}

function isBelow(turn: Element | null | undefined, area: Element | null): boolean {
  return !!turn && !!area && turn.getBoundingClientRect().top > area.getBoundingClientRect().bottom;
}
