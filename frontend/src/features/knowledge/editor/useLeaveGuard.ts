import { useCallback, useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";

interface LeaveGuard {
  /** Somebody wants to go, and has to be asked. */
  asked: boolean;
  leave: () => void;
  stay: () => void;
}

/** Holds back whoever leaves the page by a link, by the back button or by closing it, while `active`.
 *
 * The router of the application has no blocker, which only its larger sibling brings. Its entries in the browser's
 * history carry their place as `idx`, so that a step back can be undone, and done again once somebody said so.
 */
export function useLeaveGuard(active: boolean): LeaveGuard {
  const navigate = useNavigate();
  const [wish, setWish] = useState<(() => void) | null>(null);
  const held = useRef(active);
  held.current = active;

  useEffect(() => {
    if (!active) return;
    const stop = new AbortController();
    const options = { signal: stop.signal, capture: true };
    let place = placeNow();
    let undoing = false;
    const onPop = (event: PopStateEvent) => {
      const steps = placeNow() - place;
      if (undoing) {
        undoing = false;
        event.stopImmediatePropagation();
      } else if (held.current && Number.isFinite(steps) && steps !== 0) {
        event.stopImmediatePropagation();
        undoing = true;
        history.go(-steps);
        setWish(() => () => history.go(steps));
      } else {
        place = placeNow();
      }
    };
    const onClick = (event: MouseEvent) => {
      const target = held.current ? pathOf(event) : null;
      if (target === null) return;
      event.preventDefault();
      event.stopPropagation();
      setWish(() => () => void navigate(target));
    };
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("popstate", onPop, options);
    document.addEventListener("click", onClick, options);
    window.addEventListener("beforeunload", onUnload, options);
    return () => stop.abort();
  }, [active, navigate]);

  const stay = useCallback(() => setWish(null), []);
  const leave = useCallback(() => {
    held.current = false;
    setWish(null);
    wish?.();
  }, [wish]);
  return { asked: wish !== null, leave, stay };
}

function placeNow(): number {
  return (history.state as { idx?: number } | null)?.idx ?? Number.NaN;
}

/** Where an ordinary click on a link of this site leads, away from this page; null for everything else. */
function pathOf(event: MouseEvent): string | null {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null;
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
  if (!link || link.target === "_blank" || link.hasAttribute("download")) return null;
  const { origin, pathname, search, hash } = new URL(link.href);
  if (origin !== location.origin) return null;
  const here = pathname === location.pathname && search === location.search;
  return here ? null : pathname + search + hash;
}
