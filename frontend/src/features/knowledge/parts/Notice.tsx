import { CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "@/shared/cx";

const TONES = {
  info: {
    box: "border-line bg-sunken",
    icon: <Info aria-hidden className="size-5 shrink-0 text-ink-muted" />,
  },
  ok: {
    box: "border-ok/40 bg-ok-soft",
    icon: <CircleCheck aria-hidden className="size-5 shrink-0 text-ok" />,
  },
  warn: {
    box: "border-warn/40 bg-warn-soft",
    icon: <TriangleAlert aria-hidden className="size-5 shrink-0 text-warn" />,
  },
};

interface NoticeProps {
  tone?: keyof typeof TONES;
  title?: string;
  actions?: ReactNode;
  className?: string;
  children?: ReactNode;
}

export function Notice({ tone = "info", title, actions, className, children }: NoticeProps) {
  const { box, icon } = TONES[tone];
  return (
    <div className={cx("flex gap-3 rounded-lg border p-3 text-sm sm:p-4", box, className)}>
      {icon}
      <div className="flex min-w-0 grow flex-col gap-1">
        {title && <p className="font-semibold">{title}</p>}
        {children}
        {actions && <div className="mt-2 flex flex-wrap gap-2">{actions}</div>}
      </div>
    </div>
  );
}
