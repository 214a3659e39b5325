import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, NavLink, Route, Routes } from "react-router";
import { hasRole, useAccount } from "@/shared/account";
import { cx } from "@/shared/cx";
import { Skeleton } from "@/shared/ui/Skeleton";

const OverviewPage = lazy(() => import("./overview/OverviewPage"));
const QuestionsPage = lazy(() => import("./questions/QuestionsPage"));
const GapsPage = lazy(() => import("./gaps/GapsPage"));
const RequestsPage = lazy(() => import("./requests/RequestsPage"));
const PolicyPage = lazy(() => import("./policy/PolicyPage"));
const EvaluationPage = lazy(() => import("./evaluation/EvaluationPage"));
const HealthPage = lazy(() => import("./health/HealthPage"));

const SECTIONS = [
  { name: "overview", to: "/insights", page: <OverviewPage />, least: "admin" },
  { name: "questions", to: "/insights/questions", page: <QuestionsPage />, least: "admin" },
  { name: "gaps", to: "/insights/gaps", page: <GapsPage />, least: "curator" },
  { name: "requests", to: "/insights/requests", page: <RequestsPage />, least: "admin" },
  { name: "policy", to: "/insights/policy", page: <PolicyPage />, least: "admin" },
  { name: "evaluation", to: "/insights/evaluation", page: <EvaluationPage />, least: "admin" },
  { name: "health", to: "/insights/health", page: <HealthPage />, least: "admin" },
] as const;

/** Curators see the gap queue; the rest is for administrators. */
export default function InsightsPage() {
  const { t } = useTranslation("insights");
  const { data: account } = useAccount();
  const open = SECTIONS.filter(({ least }) => hasRole(account, least));
  return (
    <div className="mx-auto flex w-full max-w-6xl flex-col gap-6 p-4 sm:p-6">
      <nav aria-label={t("sections.label")} className="-mx-4 overflow-x-auto px-4 sm:-mx-6 sm:px-6">
        <ul className="flex w-max min-w-full gap-1 border-line border-b">
          {open.map(({ name, to }) => (
            <li key={name}>
              <NavLink to={to} end={name === "overview"} className={({ isActive }) => tabClass(isActive)}>
                {t(`sections.${name}`)}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <Suspense fallback={<Skeleton lines={8} />}>
        <Routes>
          {open.map(({ name, to, page }) => (
            <Route key={name} path={to.replace(/^\/insights\/?/, "") || "/"} element={page} />
          ))}
          <Route path="*" element={<Navigate to={open[0]?.to ?? "/"} replace />} />
        </Routes>
      </Suspense>
    </div>
  );
}

function tabClass(active: boolean): string {
  return cx(
    "-mb-px flex min-h-11 items-center whitespace-nowrap border-b-2 px-3 text-sm focus-visible:-outline-offset-2",
    active ? "border-accent font-medium" : "border-transparent text-ink-muted hover:text-ink",
  );
}
