import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ApprovedTogether, RevisionView } from "@/api";
import { useAccount } from "@/shared/account";
import { Card } from "@/shared/ui/Card";
import { EmptyState } from "@/shared/ui/EmptyState";
import { LoadMore } from "@/shared/ui/Pagination";
import { Skeleton } from "@/shared/ui/Skeleton";
import { useDrafts } from "../api";
import { Loaded } from "../parts/Loaded";
import { PageHead } from "../parts/PageHead";
import { ApproveSeveral } from "./ApproveSeveral";
import { DraftList } from "./DraftList";
import { type Done, Outcome } from "./Outcome";
import { SubmitSeveral } from "./SubmitSeveral";

export default function ReviewPage() {
  const { t } = useTranslation("knowledge");
  const { data: account } = useAccount();
  const query = useDrafts();
  const [done, setDone] = useState<Done | null>(null);
  return (
    <>
      <PageHead title={t("review.title")} description={t("review.about")} />
      {done && (
        <Outcome key={done.drafts.map(({ id }) => id).join()} done={done} onClose={() => setDone(null)} />
      )}
      <Loaded query={query} waiting={<Skeleton className="h-96 w-full rounded-xl" />}>
        {({ drafts }) => {
          const waiting = drafts.filter(({ stage }) => stage === "review");
          const others = waiting.filter(({ may_approve }) => !may_approve);
          const forYou = waiting.filter(({ may_approve }) => may_approve);
          const written = drafts.filter(({ stage }) => stage === "draft");
          const mine = (draft: RevisionView) =>
            draft.author === account?.username && draft.problems.length === 0;
          return (
            <>
              {/* What waits comes first: where there is more of it, nobody knows yet that none is for you. */}
              {(forYou.length > 0 || written.length > 0 || !query.hasNextPage) && (
                <ForYou drafts={forYou} onDone={setDone} />
              )}
              {others.length > 0 && (
                <Card title={t("review.forOthers")} description={t("review.forOthersAbout")}>
                  <DraftList label={t("review.forOthers")} drafts={others} />
                </Card>
              )}
              {written.length > 0 && (
                <Written drafts={written} sendable={new Set(written.filter(mine))} onDone={setDone} />
              )}
              <LoadMore
                more={query.hasNextPage}
                busy={query.isFetchingNextPage}
                onMore={() => void query.fetchNextPage()}
              />
            </>
          );
        }}
      </Loaded>
    </>
  );
}

interface ForYouProps {
  drafts: RevisionView[];
  onDone: (done: Done) => void;
}

function ForYou({ drafts, onDone }: ForYouProps) {
  const { t } = useTranslation("knowledge");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const still = drafts.filter(({ id }) => chosen.has(id));
  const finish = (result: ApprovedTogether) => {
    onDone({ what: "approved", result, drafts: still });
    setChosen(new Set());
  };
  return (
    <Card title={t("review.forYou")} description={t("review.forYouAbout")}>
      {drafts.length > 0 ? (
        <>
          <DraftList label={t("review.forYou")} drafts={drafts} chosen={chosen} onChoose={setChosen} />
          <ApproveSeveral drafts={still} onDone={finish} />
        </>
      ) : (
        <EmptyState icon={<CircleCheck aria-hidden className="size-8" />} title={t("review.noneForYou")} />
      )}
    </Card>
  );
}

interface WrittenProps extends ForYouProps {
  /** Those that may be sent for approval as they are. */
  sendable: ReadonlySet<RevisionView>;
}

function Written({ drafts, sendable, onDone }: WrittenProps) {
  const { t } = useTranslation("knowledge");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const mine = drafts.filter((draft) => sendable.has(draft));
  const rest = drafts.filter((draft) => !sendable.has(draft));
  const still = mine.filter(({ id }) => chosen.has(id));
  const finish = (result: ApprovedTogether) => {
    onDone({ what: "submitted", result, drafts: still });
    setChosen(new Set());
  };
  return (
    <Card title={t("review.written")} description={t("review.writtenAbout")}>
      {mine.length > 0 && (
        <>
          <DraftList label={t("review.written")} drafts={mine} chosen={chosen} onChoose={setChosen} />
          <SubmitSeveral drafts={still} onDone={finish} />
        </>
      )}
      {rest.length > 0 && <DraftList label={t("review.written")} drafts={rest} />}
    </Card>
  );
}
