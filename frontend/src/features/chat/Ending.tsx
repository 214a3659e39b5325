import { CircleAlert, CircleStop, Info, type LucideIcon, Unplug } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { describeProblem, ProblemError } from "@/shared/problems";
import { Button } from "@/shared/ui/Button";
import { useActions } from "./actions";
import type { Turn } from "./thread";

/** Says why an answer is not whole, and offers a way on. Nothing for an answer that is. */
export function Ending({ turn }: { turn: Turn }) {
  if (turn.state === "failed" && turn.reply) return <FailedNow turn={turn} />;
  if (turn.state === "failed") return <Stored turn={turn} text="end.failed" Icon={CircleAlert} />;
  if (turn.state === "cut") return <Stored turn={turn} text="end.cut" Icon={Unplug} />;
  if (turn.state === "stopped") return <Stored turn={turn} text="end.stopped" Icon={CircleStop} />;
  return null;
}

interface StoredProps {
  turn: Turn;
  text: "end.failed" | "end.cut" | "end.stopped";
  Icon: LucideIcon;
}

function Stored({ turn, text, Icon }: StoredProps) {
  const { t } = useTranslation("chat");
  const { again, retry } = useActions();
  return (
    <Notice Icon={Icon} title={t(text)}>
      <Button size="sm" onClick={() => (turn.reply ? retry(turn) : again(turn))}>
        {t("end.again")}
      </Button>
    </Notice>
  );
}

function FailedNow({ turn }: { turn: Turn }) {
  const { t, i18n } = useTranslation("chat");
  const { t: common } = useTranslation();
  const { retry, takeBack, reload } = useActions();
  const problem = turn.reply?.problem;
  const told = describeProblem(problem, common, i18n.language);
  const isCut = problem instanceof ProblemError && problem.kind === "cut";
  const changed = problem instanceof ProblemError && (problem.status === 404 || problem.status === 409);
  const accepted = turn.id !== null;
  const hasEarlier = !accepted && turn.versions.length > 0;
  return (
    <Notice
      Icon={isCut ? Unplug : CircleAlert}
      title={isCut && turn.text ? t("end.cutNow") : told.title}
      detail={isCut && turn.text ? undefined : told.detail}
      requestId={told.requestId && common("problem.requestId", { id: told.requestId })}
    >
      {told.wayOn !== "change" && !changed && (
        <Button size="sm" onClick={() => retry(turn)}>
          {t("end.retry")}
        </Button>
      )}
      {changed && (
        <Button size="sm" onClick={() => reload(turn)}>
          {t("end.reload")}
        </Button>
      )}
      {!accepted && !hasEarlier && (
        <Button
          size="sm"
          variant={told.wayOn === "change" ? "secondary" : "quiet"}
          onClick={() => takeBack(turn)}
        >
          {t("end.edit")}
        </Button>
      )}
      {hasEarlier && (
        <Button size="sm" variant="quiet" onClick={() => reload(turn)}>
          {t("end.earlier")}
        </Button>
      )}
    </Notice>
  );
}

interface NoticeProps {
  Icon: LucideIcon;
  title: string;
  detail?: string | undefined;
  requestId?: string | undefined;
  children: ReactNode;
}

function Notice({ Icon, title, detail, requestId, children }: NoticeProps) {
  return (
    <div className="flex gap-3 rounded-lg border border-line bg-raised p-3 text-sm">
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
      <div className="flex min-w-0 flex-col items-start gap-2">
        <div>
          <p className="font-medium">{title}</p>
          {detail && <p>{detail}</p>}
          {requestId && <p className="break-all text-ink-muted text-xs">{requestId}</p>}
        </div>
        <div className="flex flex-wrap gap-2">{children}</div>
      </div>
    </div>
  );
}

/** What did not work as set up, in a quiet line that needs no unfolding. */
export function Shortcomings({ turn }: { turn: Turn }) {
  const { t } = useTranslation("chat");
  const replaced = turn.receipt?.replaced || turn.reply?.replaced || "";
  const notes = (turn.receipt?.degraded ?? []).filter((note) => note !== replaced);
  if (!replaced && notes.length === 0) return null;
  return (
    <div className="flex flex-col gap-1 text-ink-muted text-xs">
      {replaced && <QuietLine>{t("end.replaced", { why: replaced })}</QuietLine>}
      {notes.length > 0 && <QuietLine>{t("end.degraded", { notes: notes.join("; ") })}</QuietLine>}
    </div>
  );
}

function QuietLine({ children }: { children: string }) {
  return (
    <p className="flex items-start gap-1.5">
      <Info aria-hidden className="mt-0.5 size-3.5 shrink-0" />
      <span className="min-w-0 break-words">{children}</span>
    </p>
  );
}
