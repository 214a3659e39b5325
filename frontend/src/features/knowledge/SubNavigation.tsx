import { TriangleAlert } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { NavLink, useLocation } from "react-router";
import { cx } from "@/shared/cx";
import { useFormat } from "@/shared/format";
import { VisuallyHidden } from "@/shared/ui/VisuallyHidden";
import { useOverview, useServing } from "./api";
import { paths } from "./paths";

/** Pages that belong to the list of entries. */
const OF_ENTRIES = new Set(["entry", "edit", "new"]);

const SECTIONS = [
  { to: paths.entries, name: "entries" },
  { to: paths.review, name: "review" },
  { to: paths.trial, name: "trial" },
  { to: paths.golden, name: "golden" },
  { to: paths.files, name: "files" },
  { to: paths.serving, name: "serving" },
] as const;

export function SubNavigation() {
  const { t } = useTranslation("knowledge");
  const page = useLocation().pathname.split("/")[2] ?? "";
  const row = useRef<HTMLElement>(null);
  // On a phone the row is wider than the screen: where one is should be in sight.
  useEffect(() => {
    const path = page ? `/knowledge/${page}` : "/knowledge";
    const links = row.current?.querySelectorAll("a") ?? [];
    const here = [...links].find((link) => link.pathname === path);
    if (row.current && here) row.current.scrollLeft = here.offsetLeft - row.current.clientWidth / 3;
  }, [page]);
  return (
    <nav ref={row} aria-label={t("sections.label")} className="-mx-4 overflow-x-auto px-4 sm:-mx-6 sm:px-6">
      <ul className="flex w-max min-w-full gap-1 border-line border-b">
        {SECTIONS.map(({ to, name }) => (
          <li key={to}>
            <NavLink
              to={to}
              end={name === "entries"}
              className={({ isActive }) =>
                cx(
                  "-mb-px flex min-h-11 items-center gap-1.5 whitespace-nowrap border-b-2 px-3 text-sm",
                  "focus-visible:-outline-offset-2",
                  isActive || (name === "entries" && OF_ENTRIES.has(page))
                    ? "border-accent font-medium"
                    : "border-transparent text-ink-muted hover:text-ink",
                )
              }
            >
              {t(`sections.${name}`)}
              {name === "review" && <Waiting />}
              {name === "serving" && <Refused />}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Waiting() {
  const { t } = useTranslation("knowledge");
  const { number } = useFormat();
  const { data } = useOverview();
  if (!data?.inReview) return null;
  return (
    <span className="min-w-5 rounded-full bg-warn-soft px-1.5 text-center font-medium text-warn text-xs leading-5">
      <span aria-hidden>{number(data.inReview)}</span>
      <VisuallyHidden>
        {t("review.waiting", { count: data.inReview, n: number(data.inReview) })}
      </VisuallyHidden>
    </span>
  );
}

/** Whoever approved something that does not serve has gone on by the time it is refused. */
function Refused() {
  const { t } = useTranslation("knowledge");
  const { data } = useServing();
  if (!data?.refused) return null;
  return (
    <>
      <TriangleAlert aria-hidden className="size-4 text-warn" />
      <VisuallyHidden>{t("serving.refused")}</VisuallyHidden>
    </>
  );
}
