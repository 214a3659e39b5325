import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "../cx";
import type { Tone } from "./Badge";

const LOOKS: Record<Tone, { icon: typeof Info; frame: string; ink: string }> = {
  neutral: { icon: Info, frame: "border-line bg-sunken", ink: "text-ink-muted" },
  accent: { icon: Info, frame: "border-accent/40 bg-accent-soft", ink: "text-accent" },
  ok: { icon: CircleCheck, frame: "border-ok/40 bg-ok-soft", ink: "text-ok" },
  warn: { icon: TriangleAlert, frame: "border-warn/40 bg-warn-soft", ink: "text-warn" },
  danger: { icon: CircleAlert, frame: "border-danger/40 bg-danger-soft", ink: "text-danger" },
};

interface NoticeProps {
  tone?: Tone;
  title: string;
  /** "alert" is announced at once: for what has just happened. */
  role?: "alert" | "status" | "note";
  /** It is all there is on the page: the title is its heading. */
  page?: boolean;
  className?: string;
  children?: ReactNode;
}

export function Notice({ tone = "neutral", title, role = "note", page, className, children }: NoticeProps) {
  const { icon: Icon, frame, ink } = LOOKS[tone];
  const Title = page ? "h1" : "p";
  return (
    <div role={role} className={cx("flex gap-3 rounded-lg border p-4 text-sm", frame, className)}>
      <Icon aria-hidden className={cx("size-5 shrink-0", ink)} />
      <div className="flex min-w-0 grow flex-col items-start gap-1">
        <Title className="font-semibold">{title}</Title>
        {children}
      </div>
    </div>
  );
}
