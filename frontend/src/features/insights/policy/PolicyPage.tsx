import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { PolicyList, PolicyVersion } from "@/api";
import { useFormat } from "@/shared/format";
import { Badge } from "@/shared/ui/Badge";
import { Button } from "@/shared/ui/Button";
import { Card } from "@/shared/ui/Card";
import { Notice } from "@/shared/ui/Notice";
import { Table } from "@/shared/ui/Table";
import { usePolicies } from "../api";
import { Figure, useInterval } from "../parts/Figure";
import { Loaded } from "../parts/Loaded";
import { PageHead } from "../parts/PageHead";
import { ChangeDialog } from "./ChangeDialog";
import { GateReport } from "./GateReport";

export default function PolicyPage() {
  const { t } = useTranslation("insights");
  const query = usePolicies();
  return (
    <>
      <PageHead title={t("sections.policy")} text={t("policy.text")} />
      <Loaded query={query}>{(list) => <Policies list={list} />}</Loaded>
    </>
  );
}

function Policies({ list }: { list: PolicyList }) {
  const { t } = useTranslation("insights");
  const { number } = useFormat();
  const interval = useInterval();
  const [wanted, setWanted] = useState<{ version: string | null } | null>(null);
  const { audit } = list;
  return (
    <>
      {list.in_use !== "default" && <Notice title={t("policy.other", { policy: list.in_use })} />}
      <dl className="grid grid-cols-1 gap-3 sm:grid-cols-2">
        <Figure label={t("policy.serving")} value={audit.version} basis={`POLICY=${list.in_use}`} />
        <Figure
          label={t("policy.harm")}
          value={t("of", { count: number(audit.would_have_changed), n: number(audit.skips_checked) })}
          basis={`${t("policy.harmText")} ${interval(audit.harm_ci95)}`}
        />
      </dl>
      <div className="flex flex-col gap-4">
        {list.versions.map((version) => (
          <VersionCard
            key={version.version}
            version={version}
            onPromote={() => setWanted({ version: version.version })}
          />
        ))}
      </div>
      <Card
        title={t("policy.history")}
        actions={
          <Button
            variant="secondary"
            size="sm"
            disabled={!list.may_roll_back}
            onClick={() => setWanted({ version: null })}
          >
            {t("policy.rollBack")}
          </Button>
        }
      >
        <History list={list} />
      </Card>
      {wanted && <ChangeDialog version={wanted.version} onClose={() => setWanted(null)} />}
    </>
  );
}

function VersionCard({ version, onPromote }: { version: PolicyVersion; onPromote: () => void }) {
  const { t } = useTranslation("insights");
  const shipped = version.version === "shipped";
  return (
    <Card
      title={shipped ? t("policy.shipped") : version.version}
      description={
        version.compared_with ? t("policy.comparedWith", { version: version.compared_with }) : undefined
      }
      actions={
        <div className="flex items-center gap-2">
          {version.serves && <Badge tone="accent">{t("policy.serves")}</Badge>}
          {version.passed !== null && (
            <Badge tone={version.passed ? "ok" : "danger"}>
              {version.passed ? t("policy.passed") : t("policy.refused")}
            </Badge>
          )}
          {version.may_promote && (
            <Button variant="primary" size="sm" onClick={onPromote}>
              {t("policy.promote")}
            </Button>
          )}
        </div>
      }
    >
      {version.why_not && !version.serves && <p className="text-ink-muted text-sm">{version.why_not}</p>}
      {version.report && <GateReport report={version.report} />}
    </Card>
  );
}

function History({ list }: { list: PolicyList }) {
  const { t } = useTranslation("insights");
  const { dateTime } = useFormat();
  return (
    <Table
      caption={t("policy.history")}
      hideCaption
      rows={[...list.history].reverse()}
      rowKey={({ at, version, by }) => `${at}${version}${by}`}
      empty={<p className="py-2 text-ink-muted text-sm">{t("policy.noHistory")}</p>}
      columns={[
        { key: "at", header: t("policy.at"), rowHeader: true, cell: ({ at }) => dateTime(at) },
        { key: "version", header: t("policy.version"), cell: ({ version }) => version },
        {
          key: "by",
          header: t("policy.what"),
          cell: ({ by }) => (by === "promoted" ? t("policy.promoted") : t("policy.rolledBack")),
        },
        { key: "why", header: t("policy.why"), cell: ({ why }) => why },
      ]}
    />
  );
}
