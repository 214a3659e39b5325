import { Navigate, Outlet, useLocation, useSearchParams } from "react-router";
import { hasRole, type Role, useAccount } from "@/shared/account";
import { ProblemError } from "@/shared/problems";
import { safePath, signInPath } from "@/shared/returnPath";
import { useSession } from "@/shared/session";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { Skeleton } from "@/shared/ui/Skeleton";

export function SignedIn() {
  const { session, end } = useSession();
  const { pathname, search } = useLocation();
  // A new key for a new person: no page keeps anything of the one before.
  if (session) return <Outlet key={session.id} />;
  return (
    <Navigate replace to={end === "signed-out" ? "/" : signInPath(pathname + search, end === "ended")} />
  );
}

/** Leads whoever is signed in, also by another tab, to where they were going. */
export function ForVisitors() {
  const { session } = useSession();
  const [query] = useSearchParams();
  if (!session) return <Outlet />;
  const next = safePath(query.get("next"));
  return <Navigate replace to={next === "/" ? "/chat" : next} />;
}

const FORBIDDEN = new ProblemError("refused", { status: 403 });

export function ForRole({ least }: { least: Role }) {
  const account = useAccount();
  if (hasRole(account.data, least)) return <Outlet />;
  return (
    <div className="mx-auto w-full max-w-2xl p-4 sm:p-6">
      {account.isPending ? (
        <Skeleton lines={4} />
      ) : (
        <ProblemPanel page error={account.error ?? FORBIDDEN} onRetry={() => void account.refetch()} />
      )}
    </div>
  );
}
