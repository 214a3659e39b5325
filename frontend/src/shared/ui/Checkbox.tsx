import type { InputHTMLAttributes, ReactNode } from "react";
import { cx } from "../cx";

export interface CheckboxProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "type"> {
  label: ReactNode;
  hint?: ReactNode;
  ref?: React.Ref<HTMLInputElement>;
}

export function Checkbox({ label, hint, className, ...rest }: CheckboxProps) {
  return (
    <label className={cx("flex min-h-8 items-start gap-2.5 py-1 text-sm pointer-coarse:min-h-11", className)}>
      <input
        type="checkbox"
        {...rest}
        className="mt-0.5 size-4 shrink-0 accent-accent pointer-coarse:size-5"
      />
      <span>
        {label}
        {hint && <span className="block text-ink-muted">{hint}</span>}
      </span>
    </label>
  );
}
