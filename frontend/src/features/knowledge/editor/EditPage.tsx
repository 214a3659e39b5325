import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import type { EntryDetail } from "@/api";
import { useAccount } from "@/shared/account";
import { buttonClass } from "@/shared/ui/Button";
import { Skeleton } from "@/shared/ui/Skeleton";
import { useEntry } from "../api";
import { openRevision, wordsToChange } from "../entry/revisions";
import { Loaded } from "../parts/Loaded";
import { NoSuchPage } from "../parts/NoSuchPage";
import { Notice } from "../parts/Notice";
import { PageHead } from "../parts/PageHead";
import { paths } from "../paths";
import { Editor } from "./Editor";
import { valuesOf } from "./values";

export default function EditPage() {
  const { t } = useTranslation("knowledge");
  const [address] = useSearchParams();
  const id = address.get("id") ?? "";
  const query = useEntry(id);
  if (id === "") return <NoSuchPage />;
  return (
    <>
      <PageHead title={t("editor.edit")} back={{ to: paths.entry(id), label: t("editor.backToEntry") }} />
      <Loaded query={query} waiting={<Skeleton className="h-[40rem] w-full rounded-xl" />}>
        {(detail) => <Opened key={detail.id} detail={detail} />}
      </Loaded>
    </>
  );
}

function Opened({ detail }: { detail: EntryDetail }) {
  const { t } = useTranslation("knowledge");
  const { data: account } = useAccount();
  const entry = wordsToChange(detail);
  const draft = openRevision(detail);
  if (!entry) return <NoSuchPage />;
  if (draft?.retires) {
    const link = (
      <Link to={paths.draft(draft.id)} className={buttonClass("secondary", "sm")}>
        {t("entry.toReview")}
      </Link>
    );
    return <Notice actions={link}>{t("entry.retirementWaits", { author: draft.author })}</Notice>;
  }
  return (
    <Editor
      opening={{
        key: detail.id,
        user: account?.username ?? "",
        start: valuesOf(entry, draft?.note),
        entry,
        draft,
        published: detail.published,
        golden: draft?.golden ?? [],
      }}
    />
  );
}
