import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { Skeleton } from "@/shared/ui/Skeleton";

interface LoadedProps<T> {
  query: Pick<UseQueryResult<T>, "data" | "error" | "isError" | "isFetching"> & {
    refetch: () => Promise<unknown>;
  };
  /** Keeps the place meanwhile. */
  waiting?: ReactNode;
  children: (data: T) => ReactNode;
}

/** What a query gave, or what there is to say instead. What was read before is shown while reading it again fails. */
export function Loaded<T>({ query, waiting, children }: LoadedProps<T>) {
  const { data, error, isError, isFetching, refetch } = query;
  const problem = isError && <ProblemPanel error={error} busy={isFetching} onRetry={() => void refetch()} />;
  if (data === undefined) return problem || waiting || <Skeleton lines={6} />;
  return (
    <>
      {problem}
      {children(data)}
    </>
  );
}
