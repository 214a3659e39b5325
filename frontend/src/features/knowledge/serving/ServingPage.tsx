import { RefreshCw } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Serving } from "@/api";
import { useFormat } from "@/shared/format";
import { Button } from "@/shared/ui/Button";
import { Card } from "@/shared/ui/Card";
import { announce } from "@/shared/ui/LiveRegion";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { Skeleton } from "@/shared/ui/Skeleton";
import { Table } from "@/shared/ui/Table";
import { useReindex, useServing } from "../api";
import { Facts } from "../parts/Facts";
import { Loaded } from "../parts/Loaded";
import { Notice } from "../parts/Notice";
import { PageHead } from "../parts/PageHead";
import { paths } from "../paths";
import { Gate } from "./Gate";

export default function ServingPage() {
  const { t } = useTranslation("knowledge");
  const query = useServing();
  return (
    <>
      <PageHead title={t("serving.title")} description={t("serving.about")} />
      <Loaded query={query} waiting={<Skeleton className="h-96 w-full rounded-xl" />}>
        {(serving) => <Shown serving={serving} />}
      </Loaded>
    </>
  );
}

function Shown({ serving }: { serving: Serving }) {
  const { t } = useTranslation("knowledge");
  const { number } = useFormat();
  const reindex = useReindex();
  useToldWhenDone(serving);
  const gate = serving.last ? (
    <Gate report={serving.last} over={serving.refused === ""} />
  ) : (
    <Card title={t("gate.title")}>
      <p className="text-ink-muted text-sm">{t("gate.none")}</p>
    </Card>
  );
  // A report that says no is the reason, and says what to do: it stands first then.
  const explained = serving.refused !== "" && serving.last?.passed === false;
  return (
    <>
      {serving.working && <Notice>{t("serving.working")}</Notice>}
      {serving.refused &&
        (explained ? (
          gate
        ) : (
          <Notice tone="warn" title={t("serving.refused")}>
            <p lang="en" className="break-words">
              {serving.refused}
            </p>
            <p>{t("serving.refusedAbout")}</p>
          </Notice>
        ))}
      <Card
        title={t("serving.now")}
        actions={
          <Button
            busy={serving.working || reindex.isPending}
            icon={<RefreshCw aria-hidden className="size-4" />}
            onClick={() => reindex.mutate()}
          >
            {t(serving.working ? "serving.busy" : "serving.reindex")}
          </Button>
        }
      >
        <Facts
          facts={[
            { name: t("serving.entries"), value: number(serving.entries) },
            {
              name: t("serving.golden"),
              value: (
                <Link to={paths.golden} className="underline underline-offset-2 hover:text-accent">
                  {number(serving.golden)}
                </Link>
              ),
            },
            {
              name: t("serving.version"),
              value: <code className="break-all text-xs">{serving.version}</code>,
            },
          ]}
        />
        <p className="text-ink-muted text-sm">{t("serving.reindexAbout")}</p>
        {reindex.isError && <ProblemPanel error={reindex.error} onRetry={() => reindex.mutate()} />}
      </Card>
      <Coming serving={serving} />
      {!explained && gate}
    </>
  );
}

function Coming({ serving: { scheduled } }: { serving: Serving }) {
  const { t } = useTranslation("knowledge");
  const { dateTime } = useFormat();
  if (scheduled.length === 0) return null;
  return (
    <Card title={t("serving.scheduled")}>
      <Table
        caption={t("serving.scheduled")}
        hideCaption
        rows={scheduled}
        rowKey={({ entry_id, number }) => `${entry_id} ${number}`}
        columns={[
          {
            key: t("fields.question"),
            header: "",
            rowHeader: true,
            cell: ({ entry_id, question }) => (
              <Link to={paths.entry(entry_id)} className="hover:text-accent hover:underline">
                {question}
              </Link>
            ),
          },
          { key: "number", header: t("serving.revision"), cell: ({ number }) => `#${number}` },
          { key: "from", header: t("when.from"), cell: ({ effective_from }) => dateTime(effective_from) },
        ]}
      />
    </Card>
  );
}

/** Says aloud how the making of an index ended. */
function useToldWhenDone({ working, refused }: Serving): void {
  const { t } = useTranslation("knowledge");
  const before = useRef(working);
  useEffect(() => {
    if (before.current && !working) announce(t(refused ? "serving.endedRefused" : "serving.ended"));
    before.current = working;
  }, [working, refused, t]);
}
