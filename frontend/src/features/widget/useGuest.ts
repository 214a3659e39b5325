import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { openGuestSession } from "@/api";
import { startSession, useSession } from "@/shared/session";
import { type Embedding, embeddingOf } from "./embedding";

/** Who embeds the frame does not change while it lives. */
export function useEmbedding(): Embedding {
  const [embedding] = useState(() =>
    embeddingOf(window.location.search, document.referrer, window.location.ancestorOrigins?.[0]),
  );
  return embedding;
}

/** Begins an anonymous session unless there is one; of a visit there is never more than one at a time. */
export function useGuest(origin: string | null) {
  const { session } = useSession();
  const query = useQuery({
    queryKey: ["guest", origin],
    queryFn: () => openGuestSession({ body: { origin: origin ?? "" } }),
    enabled: session === null && origin !== null,
    staleTime: 0,
    gcTime: 0,
  });
  const given = query.data;
  useEffect(() => {
    if (given) startSession(given);
  }, [given]);
  return {
    ready: session !== null,
    problem: query.error,
    busy: query.isFetching,
    retry: () => void query.refetch(),
  };
}
