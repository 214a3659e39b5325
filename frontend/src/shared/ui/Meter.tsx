import { cx } from "../cx";
import type { Tone } from "./Badge";

const FILLS: Record<Tone, string> = {
  neutral: "bg-ink-muted",
  accent: "bg-accent",
  ok: "bg-ok",
  warn: "bg-warn",
  danger: "bg-danger",
};

interface MeterProps {
  label: string;
  /** 0 to 1 */
  value: number;
  /** The value in words or figures, as it is shown and read. */
  text: string;
  tone?: Tone;
  hideLabel?: boolean;
}

export function Meter({ label, value, text, tone = "accent", hideLabel }: MeterProps) {
  const share = Math.min(1, Math.max(0, value));
  return (
    <div className="flex flex-col gap-1 text-sm">
      <div className={cx("flex justify-between gap-3", hideLabel && "sr-only")}>
        <span>{label}</span>
        <span className="text-ink-muted tabular-nums">{text}</span>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: browsers draw <meter> in colours of their own. */}
      <div
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={1}
        aria-valuenow={share}
        aria-valuetext={text}
        className="h-2 overflow-hidden rounded-full bg-line"
      >
        <div className={cx("h-full rounded-full", FILLS[tone])} style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  );
}
