import { useEffect, useState } from "react";

/** The value once it has rested for a while: what is typed is not asked about letter by letter. */
export function useLate<T>(value: T, restMs: number): T {
  const [late, setLate] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLate(value), restMs);
    return () => clearTimeout(timer);
  }, [value, restMs]);
  return late;
}
