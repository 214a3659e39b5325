/** The address of the sign-in page, which afterwards leads back to where the visitor was going. */
export function signInPath(back: string, ended = false): string {
  const query = new URLSearchParams();
  if (safePath(back) !== "/") query.set("next", back);
  if (ended) query.set("why", "ended");
  return query.size ? `/sign-in?${query}` : "/sign-in";
}

/** Only a path of this site is a way back; anything else, such as `//elsewhere.example`, becomes `/`. */
export function safePath(path: string | null): string {
  return path !== null && /^\/(?![/\\])/.test(path) ? path : "/";
}
