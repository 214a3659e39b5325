/** What the page shows of a gate's report, which older or newer versions may have written with other fields. */
export interface GateFigures {
  reasons: string[];
  gains: string[];
  turns: number | null;
  /** Points of right answers, more or fewer than what it was compared with; with its interval. */
  right: { points: number; low: number; high: number } | null;
  tokensSaved: number | null;
  protectedLost: number | null;
}

/** Pure: reads a report as `questrag policy update` writes it. */
export function figuresOf(report: Record<string, unknown>): GateFigures {
  const conversations = objectOf(report.conversations);
  const less = numberOf(conversations.less_right);
  const [low, high] = Array.isArray(conversations.less_right_ci95)
    ? conversations.less_right_ci95.map(numberOf)
    : [];
  const known = less !== null && typeof low === "number" && typeof high === "number";
  return {
    reasons: textsOf(report.reasons),
    gains: textsOf(report.gains),
    turns: numberOf(conversations.n_turns),
    right: known ? { points: -100 * less, low: -100 * high, high: -100 * low } : null,
    tokensSaved: numberOf(conversations.tokens_saved),
    protectedLost: numberOf(conversations.protected_lost),
  };
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}
