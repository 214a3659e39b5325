import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ApprovedTogether, RevisionView } from "@/api";
import { Card } from "@/shared/ui/Card";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Skeleton } from "@/shared/ui/Skeleton";
import { useDrafts } from "../api";
import { Loaded } from "../parts/Loaded";
import { PageHead } from "../parts/PageHead";
import { ApproveSeveral } from "./ApproveSeveral";
import { DraftList } from "./DraftList";
import { Outcome } from "./Outcome";

interface Done {
  result: ApprovedTogether;
  /** As they were, to say what became of them. */
  drafts: RevisionView[];
}

export default function ReviewPage() {
  const { t } = useTranslation("knowledge");
  const query = useDrafts();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [done, setDone] = useState<Done | null>(null);
  return (
    <>
      <PageHead title={t("review.title")} description={t("review.about")} />
      {done && <Outcome {...done} onClose={() => setDone(null)} />}
      <Loaded query={query} waiting={<Skeleton className="h-96 w-full rounded-xl" />}>
        {({ drafts }) => {
          const mine = drafts.filter(({ stage, may_approve }) => stage === "review" && may_approve);
          const others = drafts.filter(({ stage, may_approve }) => stage === "review" && !may_approve);
          const written = drafts.filter(({ stage }) => stage === "draft");
          const still = mine.filter(({ id }) => chosen.has(id));
          return (
            <>
              <Card title={t("review.forYou")} description={t("review.forYouAbout")}>
                {mine.length > 0 ? (
                  <>
                    <DraftList
                      label={t("review.forYou")}
                      drafts={mine}
                      chosen={new Set(still.map(({ id }) => id))}
                      onChoose={setChosen}
                    />
                    <ApproveSeveral
                      drafts={still}
                      onDone={(result) => {
                        setDone({ result, drafts: still });
                        setChosen(new Set());
                      }}
                    />
                  </>
                ) : (
                  <EmptyState
                    icon={<CircleCheck aria-hidden className="size-8" />}
                    title={t("review.noneForYou")}
                  />
                )}
              </Card>
              {others.length > 0 && (
                <Card title={t("review.forOthers")} description={t("review.forOthersAbout")}>
                  <DraftList label={t("review.forOthers")} drafts={others} />
                </Card>
              )}
              {written.length > 0 && (
                <Card title={t("review.written")} description={t("review.writtenAbout")}>
                  <DraftList label={t("review.written")} drafts={written} />
                </Card>
              )}
            </>
          );
        }}
      </Loaded>
    </>
  );
}
