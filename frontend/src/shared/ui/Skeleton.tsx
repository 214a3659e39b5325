import { useTranslation } from "react-i18next";
import { cx } from "../cx";

interface SkeletonProps {
  /** How many lines of text it stands for. */
  lines?: number;
  /** Replaces the lines by one block of this size: give height and width. */
  className?: string;
}

/** Keeps the place of what is still loading. */
export function Skeleton({ lines = 1, className }: SkeletonProps) {
  const { t } = useTranslation();
  const block = "animate-pulse rounded-md bg-line";
  return (
    <div role="status" className="flex w-full flex-col gap-2.5">
      <span className="sr-only">{t("loading")}</span>
      {className ? (
        <div aria-hidden className={cx(block, className)} />
      ) : (
        Array.from({ length: lines }, (_, line) => (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity of their own.
            key={line}
            aria-hidden
            className={cx(block, "h-4", line === lines - 1 && lines > 1 ? "w-2/3" : "w-full")}
          />
        ))
      )}
    </div>
  );
}
