import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import { describeProblem, type WayOn } from "../problems";
import { signInPath } from "../returnPath";
import { Button, buttonClass } from "./Button";
import { Notice } from "./Notice";

interface ProblemPanelProps {
  error: unknown;
  /** Tries the same again. Without it, the way on is to load the page again. */
  onRetry?: () => void;
  busy?: boolean;
  /** It is all there is on the page: its title is the heading. */
  page?: boolean;
  className?: string;
}

/** Says what went wrong and offers a way on. It is announced at once. */
export function ProblemPanel({ error, onRetry, busy, page, className }: ProblemPanelProps) {
  const { t, i18n } = useTranslation();
  const told = describeProblem(error, t, i18n.language);
  return (
    <Notice tone="danger" role="alert" title={told.title} page={page ?? false} className={className ?? ""}>
      <p>{told.detail}</p>
      {told.requestId && (
        <p className="break-all text-ink-muted text-xs">{t("problem.requestId", { id: told.requestId })}</p>
      )}
      <Way on={told.wayOn} onRetry={onRetry} busy={busy ?? false} />
    </Notice>
  );
}

function Way({ on, onRetry, busy }: { on: WayOn; onRetry: (() => void) | undefined; busy: boolean }) {
  const { t } = useTranslation();
  const { pathname, search } = useLocation();
  const look = buttonClass("secondary", "sm", "mt-2");
  switch (on) {
    case "change":
      return null;
    case "signIn":
      return (
        <Link to={signInPath(pathname + search)} className={look}>
          {t("signIn")}
        </Link>
      );
    case "leave":
      return (
        <Link to="/" className={look}>
          {t("problem.home")}
        </Link>
      );
    default:
      return (
        <Button size="sm" className="mt-2" busy={busy} onClick={onRetry ?? (() => window.location.reload())}>
          {onRetry ? t("retry") : t("problem.reload")}
        </Button>
      );
  }
}
