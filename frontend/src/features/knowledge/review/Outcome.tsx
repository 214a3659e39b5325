import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ApprovedTogether, RevisionView } from "@/api";
import { useFormat } from "@/shared/format";
import { Button } from "@/shared/ui/Button";
import { Notice } from "../parts/Notice";
import { paths } from "../paths";

export interface Done {
  what: "approved" | "submitted";
  /** In `approved` stand those with which it worked. */
  result: ApprovedTogether;
  /** As they were, to say what became of which. */
  drafts: readonly RevisionView[];
}

/** What became of several drafts that were dealt with together. */
export function Outcome({ done: { what, result, drafts }, onClose }: { done: Done; onClose: () => void }) {
  const { t } = useTranslation(["knowledge", "common"]);
  const { number } = useFormat();
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => {
    top.current?.focus();
    top.current?.scrollIntoView({ block: "center" });
  }, []);
  const refused = Object.entries(result.refused);
  const worked = result.approved.length;
  const nameOf = (id: string) => drafts.find((draft) => draft.id === id)?.entry.question || id;
  return (
    <div ref={top} tabIndex={-1} className="outline-none">
      <Notice
        tone={refused.length > 0 ? "warn" : "ok"}
        title={t(`outcome.${what}`, { count: worked, n: number(worked) })}
        actions={
          <Button size="sm" onClick={onClose}>
            {t("common:close")}
          </Button>
        }
      >
        {refused.length > 0 && (
          <>
            <p>{t("outcome.refused", { count: refused.length, n: number(refused.length) })}</p>
            <ul className="mt-1 flex list-disc flex-col gap-1 pl-5">
              {refused.map(([id, why]) => (
                <li key={id}>
                  <Link to={paths.draft(id)} className="underline underline-offset-2 hover:text-accent">
                    {nameOf(id)}
                  </Link>
                  : <span lang="en">{why}</span>
                </li>
              ))}
            </ul>
          </>
        )}
      </Notice>
    </div>
  );
}
