import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import { useLocation, useNavigationType } from "react-router";

const left = new Map<string, number>();

/** A page that is gone to begins at its top, with the focus there; one that is come back to is where it was left. */
export function usePlaces(top: RefObject<HTMLElement | null>): void {
  const { key, pathname } = useLocation();
  const back = useNavigationType() === "POP";
  const before = useRef(pathname);
  useEffect(() => {
    const remember = () => left.set(key, window.scrollY);
    window.addEventListener("scroll", remember, { passive: true });
    return () => window.removeEventListener("scroll", remember);
  }, [key]);
  useLayoutEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    window.scrollTo(0, back ? (left.get(key) ?? 0) : 0);
    top.current?.focus({ preventScroll: true });
  }, [key, pathname, back, top]);
}
