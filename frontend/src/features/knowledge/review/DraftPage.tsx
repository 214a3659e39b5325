import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import type { RevisionView } from "@/api";
import { useFormat } from "@/shared/format";
import { Skeleton } from "@/shared/ui/Skeleton";
import { useDraft, useEntry } from "../api";
import { htmlLang } from "../langs";
import { Loaded } from "../parts/Loaded";
import { Notice } from "../parts/Notice";
import { PageHead } from "../parts/PageHead";
import { paths } from "../paths";
import { Decide } from "./Decide";
import { DraftViews } from "./DraftViews";
import { KindBadge } from "./KindBadge";

export default function DraftPage() {
  const { t } = useTranslation("knowledge");
  const { draftId = "" } = useParams();
  const query = useDraft(draftId);
  return (
    <Loaded query={query} waiting={<Skeleton className="h-96 w-full rounded-xl" />}>
      {(draft) =>
        draft ? (
          <Draft key={draft.id} draft={draft} />
        ) : (
          <PageHead
            title={t("review.gone")}
            description={t("review.goneAbout")}
            back={{ to: paths.review, label: t("review.back") }}
          />
        )
      }
    </Loaded>
  );
}

function Draft({ draft }: { draft: RevisionView }) {
  const { t } = useTranslation("knowledge");
  const { dateTime } = useFormat();
  const detail = useEntry(draft.entry_id);
  const { entry, author, changed_at, note, golden, problems } = draft;
  return (
    <>
      <PageHead
        title={entry.question || t("untitled")}
        lang={htmlLang(entry.lang ?? "en")}
        back={{ to: paths.review, label: t("review.title") }}
        description={
          <span className="flex flex-col gap-1.5">
            <Link to={paths.entry(entry.id)} className="self-start break-all font-mono text-xs underline">
              {entry.id}
            </Link>
            <span className="flex flex-wrap items-center gap-2">
              <KindBadge draft={draft} />
              {t("review.by", { author, when: dateTime(changed_at) })}
            </span>
            {note && <span className="whitespace-pre-wrap text-ink">{note}</span>}
          </span>
        }
      />
      {problems.length > 0 && (
        <Notice tone="warn" title={t("editor.todo", { count: problems.length })}>
          <ul lang="en" className="list-disc pl-5">
            {problems.map(({ field, message }) => (
              <li key={`${field} ${message}`}>{field ? `${field}: ${message}` : message}</li>
            ))}
          </ul>
        </Notice>
      )}
      {golden.length > 0 && (
        <Notice title={t("golden.toCome")}>
          <p>{t("golden.toComeAbout")}</p>
          <ul className="list-disc pl-5">
            {golden.map((question) => (
              <li key={question}>{question}</li>
            ))}
          </ul>
        </Notice>
      )}
      <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <Loaded query={detail} waiting={<Skeleton className="h-96 w-full rounded-xl" />}>
          {({ published }) => <DraftViews draft={draft} published={published} />}
        </Loaded>
        <Decide draft={draft} />
      </div>
    </>
  );
}
