import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** So near to the end counts as being there. */
const NEAR_PX = 48;

export interface Scroll {
  scroller: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  /** The reader is somewhere above the end. */
  away: boolean;
  /** Something came below meanwhile. */
  news: boolean;
  toEnd: () => void;
  /** The end may grow without being followed: the reader is to stay at what was just chosen. */
  hold: () => void;
}

/** Follows the end of a growing thread while the reader is there, and only then.
 *
 * @param thread a new one begins at its end.
 * @param last changes with every addition.
 */
export function useScroll(thread: string, last: string): Scroll {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [away, setAway] = useState(false);
  const [news, setNews] = useState(false);

  const toEnd = useCallback(() => {
    following.current = true;
    setAway(false);
    setNews(false);
    jump(scroller.current);
  }, []);
  const hold = useCallback(() => {
    following.current = false;
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another thread is another place.
  useLayoutEffect(toEnd, [thread, toEnd]);

  useEffect(() => {
    const area = scroller.current;
    const inside = content.current;
    if (!area || !inside) return;
    const look = () => {
      const below = area.scrollHeight - area.scrollTop - area.clientHeight;
      following.current = below < NEAR_PX;
      setAway(!following.current);
      if (following.current) setNews(false);
    };
    const grown = new ResizeObserver(() => {
      if (following.current) jump(area);
    });
    grown.observe(inside);
    grown.observe(area);
    area.addEventListener("scroll", look, { passive: true });
    return () => {
      grown.disconnect();
      area.removeEventListener("scroll", look);
    };
  }, []);

  const seen = useRef(last);
  useEffect(() => {
    if (seen.current !== last && !following.current) setNews(true);
    seen.current = last;
  }, [last]);

  return { scroller, content, away, news: away && news, toEnd, hold };
}

function jump(area: HTMLDivElement | null): void {
  if (area) area.scrollTop = area.scrollHeight;
}
