import { useId } from "react";
import { cx } from "../cx";

interface SwitchProps {
  label: string;
  hint?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
}

/** For what takes effect at once; a form that is sent has checkboxes. */
export function Switch({ label, hint, checked, onChange, disabled }: SwitchProps) {
  const id = useId();
  return (
    <div className="flex min-h-11 items-center justify-between gap-4">
      <div className="text-sm">
        <span id={id}>{label}</span>
        {hint && (
          <p id={`${id}-hint`} className="text-ink-muted">
            {hint}
          </p>
        )}
      </div>
      <button
        type="button"
        role="switch"
        aria-checked={checked}
        aria-labelledby={id}
        aria-describedby={hint ? `${id}-hint` : undefined}
        disabled={disabled}
        onClick={() => onChange(!checked)}
        className={cx(
          "relative h-6 w-11 shrink-0 rounded-full border transition-colors disabled:opacity-50",
          checked ? "border-accent bg-accent" : "border-edge bg-sunken",
        )}
      >
        <span
          className={cx(
            "absolute top-1/2 left-0.5 size-4.5 -translate-y-1/2 rounded-full transition-transform",
            checked ? "translate-x-5 bg-accent-ink" : "bg-edge",
          )}
        />
      </button>
    </div>
  );
}
