import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import type { EntryDetail, RevisionView } from "@/api";
import { buttonClass } from "@/shared/ui/Button";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Skeleton } from "@/shared/ui/Skeleton";
import { useEntry, useServing } from "../api";
import { htmlLang } from "../langs";
import { Loaded } from "../parts/Loaded";
import { NoSuchPage } from "../parts/NoSuchPage";
import { Notice } from "../parts/Notice";
import { PageHead } from "../parts/PageHead";
import { paths } from "../paths";
import { EntryActions } from "./EntryActions";
import { EntryState } from "./EntryState";
import { History } from "./History";
import { Published } from "./Published";
import { comingRevision, lastWords, openRevision } from "./revisions";

export default function EntryPage() {
  const { t } = useTranslation("knowledge");
  const [address] = useSearchParams();
  const id = address.get("id") ?? "";
  const query = useEntry(id);
  if (id === "") return <NoSuchPage />;
  return (
    <>
      {!query.data && <PageHead title={id} back={{ to: paths.entries, label: t("entries.title") }} />}
      <Loaded query={query} waiting={<Waiting />}>
        {(detail) => <Entry key={detail.id} detail={detail} />}
      </Loaded>
    </>
  );
}

function Entry({ detail }: { detail: EntryDetail }) {
  const { t } = useTranslation("knowledge");
  const words = lastWords(detail);
  const coming = comingRevision(detail);
  return (
    <>
      <PageHead
        title={words?.question || t("untitled")}
        lang={words ? htmlLang(words.lang ?? "en") : undefined}
        back={{ to: paths.entries, label: t("entries.title") }}
        description={<EntryState detail={detail} />}
        actions={<EntryActions detail={detail} />}
      />
      {coming && <Coming revision={coming} />}
      <Open detail={detail} />
      {detail.published && <Published entry={detail.published} />}
      <History detail={detail} />
    </>
  );
}

/** Says that something else is approved than what customers are answered from, and why. */
function Coming({ revision: { number, retires } }: { revision: RevisionView }) {
  const { t } = useTranslation("knowledge");
  const { data: serving } = useServing();
  const refused = serving !== undefined && !serving.working && serving.refused !== "";
  const link = (
    <Link to={paths.serving} className={buttonClass("secondary", "sm")}>
      {t("entry.toServing")}
    </Link>
  );
  if (refused) {
    return (
      <Notice tone="warn" actions={link}>
        {t("entry.refused", { number })}
      </Notice>
    );
  }
  return <Notice actions={link}>{t(retires ? "entry.retirementComing" : "entry.coming", { number })}</Notice>;
}

/** Says that somebody works on it, or that it is not published, and where to go on. */
function Open({ detail }: { detail: EntryDetail }) {
  const { t } = useTranslation("knowledge");
  const open = openRevision(detail);
  if (open?.stage === "review") {
    const link = (
      <Link to={paths.draft(open.id)} className={buttonClass("secondary", "sm")}>
        {t("entry.toReview")}
      </Link>
    );
    return (
      <Notice tone="warn" actions={link}>
        {t(open.retires ? "entry.retirementWaits" : "entry.changeWaits", { author: open.author })}
      </Notice>
    );
  }
  if (open) return <Notice>{t("entry.draftOpen", { author: open.author })}</Notice>;
  if (!detail.published && detail.revisions.length === 0) return <EmptyState title={t("entry.nothing")} />;
  return null;
}

function Waiting() {
  return (
    <div className="flex flex-col gap-6">
      <Skeleton className="h-80 w-full rounded-xl" />
      <Skeleton className="h-48 w-full rounded-xl" />
    </div>
  );
}
