import type { ButtonHTMLAttributes, ReactNode } from "react";
import { cx } from "../cx";

export interface IconButtonProps
  extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "aria-label" | "children"> {
  /** Says what it does, to everybody: it is the accessible name and the tooltip. */
  label: string;
  icon: ReactNode;
  size?: "md" | "sm";
  /** Give false inside a menu or where the tooltip would be in the way. */
  tooltip?: boolean;
  ref?: React.Ref<HTMLButtonElement>;
}

export function IconButton({
  label,
  icon,
  size = "md",
  tooltip = true,
  className,
  ...rest
}: IconButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      data-tooltip={tooltip ? label : undefined}
      className={cx(
        "inline-flex shrink-0 items-center justify-center rounded-lg text-ink-muted transition-colors",
        "hover:bg-sunken hover:text-ink aria-pressed:bg-accent-soft aria-pressed:text-accent",
        "disabled:cursor-not-allowed disabled:opacity-50 pointer-coarse:size-11",
        size === "md" ? "size-10" : "size-8",
        className,
      )}
    >
      {icon}
    </button>
  );
}
