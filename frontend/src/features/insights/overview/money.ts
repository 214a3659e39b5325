import { useFormat } from "@/shared/format";

/** Sums are small: a rupee buys many thousand tokens. */
export function useMoney(): (amount: number, currency: string) => string {
  const { number } = useFormat();
  return (amount, currency) =>
    number(amount, { style: "currency", currency, maximumFractionDigits: amount < 10 ? 4 : 2 });
}
