import { queryOptions } from "@tanstack/react-query";
import { about } from "@/api";

/** What a page has to know before anybody signs in. */
export const aboutQuery = queryOptions({
  queryKey: ["about"],
  queryFn: ({ signal }) => about({ signal }),
  staleTime: 5 * 60_000,
});
