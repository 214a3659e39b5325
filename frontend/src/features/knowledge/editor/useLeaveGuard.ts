import { useCallback, useEffect, useRef, useState } from "react";
import { useLocation, useNavigate } from "react-router";

interface LeaveGuard {
  /** Somebody wants to go, and has to be asked. */
  asked: boolean;
  leave: () => void;
  stay: () => void;
}

/** Asks whoever leaves the page by a link or by closing it, while `active`.
 *
 * A step back cannot be held: the router of the application has no blocker, and hears of the step first. Then the page
 * is gone unasked, and `onGone` is given the way back to it.
 */
export function useLeaveGuard(active: boolean, onGone: (comeBack: () => void) => void): LeaveGuard {
  const navigate = useNavigate();
  const { pathname, search } = useLocation();
  const [target, setTarget] = useState<string | null>(null);
  const held = useRef(active);
  const gone = useRef<() => void>(() => undefined);
  useEffect(() => {
    held.current = active;
    gone.current = () => onGone(() => void navigate(pathname + search));
  }, [active, onGone, navigate, pathname, search]);

  useEffect(() => {
    if (!active) return;
    const stop = new AbortController();
    const options = { signal: stop.signal, capture: true };
    const onClick = (event: MouseEvent) => {
      const path = pathOf(event);
      if (path === null || !held.current) return;
      event.preventDefault();
      event.stopPropagation();
      setTarget(path);
    };
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    document.addEventListener("click", onClick, options);
    window.addEventListener("beforeunload", onUnload, options);
    return () => stop.abort();
  }, [active]);

  useEffect(
    () => () => {
      if (held.current) gone.current();
    },
    [],
  );

  const stay = useCallback(() => setTarget(null), []);
  const leave = useCallback(() => {
    held.current = false;
    if (target !== null) void navigate(target);
  }, [target, navigate]);
  return { asked: target !== null, leave, stay };
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
