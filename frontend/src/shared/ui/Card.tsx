import { type ReactNode, useId } from "react";
import { cx } from "../cx";

interface CardProps {
  title?: string;
  description?: ReactNode;
  /** At the right of the title. */
  actions?: ReactNode;
  className?: string;
  children?: ReactNode;
}

/** With a title it is a section that screen readers list. */
export function Card({ title, description, actions, className, children }: CardProps) {
  const id = useId();
  return (
    <section
      aria-labelledby={title ? id : undefined}
      className={cx("flex flex-col gap-4 rounded-xl border border-line bg-raised p-4 sm:p-5", className)}
    >
      {(title || actions) && (
        <header className="flex flex-wrap items-start justify-between gap-3">
          <div className="min-w-0">
            {title && (
              <h2 id={id} className="font-semibold text-base">
                {title}
              </h2>
            )}
            {description && <p className="mt-0.5 text-ink-muted text-sm">{description}</p>}
          </div>
          {actions}
        </header>
      )}
      {children}
    </section>
  );
}
