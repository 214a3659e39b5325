import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { Skeleton } from "@/shared/ui/Skeleton";

interface LoadedProps<T> {
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
}

/** What the server says, or why it does not. What was there before stays while it is asked again. */
export function Loaded<T>({ query, children }: LoadedProps<T>) {
  const { data, error } = query;
  return (
    <>
      {error && <ProblemPanel error={error} onRetry={() => void query.refetch()} busy={query.isFetching} />}
      {data === undefined ? !error && <Skeleton lines={8} /> : children(data)}
    </>
  );
}
