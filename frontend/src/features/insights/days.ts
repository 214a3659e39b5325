import { useSearchParams } from "react-router";

export const PERIODS = [7, 30, 90] as const;
export type Period = (typeof PERIODS)[number];

/** The period of the reports, kept in the address, so that a link shows what its sender saw. */
export function useDays(): [Period, (days: Period) => void] {
  const [query, setQuery] = useSearchParams();
  const asked = Number(query.get("days"));
  const days = PERIODS.find((each) => each === asked) ?? 30;
  const choose = (next: Period) =>
    setQuery(
      (old) => {
        const changed = new URLSearchParams(old);
        changed.set("days", String(next));
        return changed;
      },
      { replace: true },
    );
  return [days, choose];
}
