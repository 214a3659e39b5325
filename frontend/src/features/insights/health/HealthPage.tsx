import { useTranslation } from "react-i18next";
import type { Health, ProviderHealth } from "@/api";
import { useFormat } from "@/shared/format";
import { Badge } from "@/shared/ui/Badge";
import { Card } from "@/shared/ui/Card";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Table } from "@/shared/ui/Table";
import { useHealth, useProviders } from "../api";
import { useMoney } from "../overview/money";
import { Figure, useInterval } from "../parts/Figure";
import { Loaded } from "../parts/Loaded";
import { PageHead } from "../parts/PageHead";

export default function HealthPage() {
  const { t } = useTranslation("insights");
  const health = useHealth();
  return (
    <>
      <PageHead title={t("sections.health")} text={t("health.text")} />
      <Loaded query={health}>{(found) => <Parts health={found} />}</Loaded>
      <ProvidersCard />
    </>
  );
}

function Parts({ health }: { health: Health }) {
  const { t } = useTranslation("insights");
  const { number } = useFormat();
  const interval = useInterval();
  const { knowledge, policy } = health;
  return (
    <dl className="grid grid-cols-1 gap-3 sm:grid-cols-2 lg:grid-cols-4">
      <Figure
        label={t("health.status")}
        value={<State ok={health.status === "ok"} word={t(`health.states.${health.status}`)} />}
        basis={t("health.version", { version: health.version })}
      />
      <Figure
        label={t("health.store")}
        value={<State ok={health.store === "ok"} word={t(`health.states.${health.store}`)} />}
      />
      <Figure
        label={t("health.knowledge")}
        value={
          <State
            ok={!knowledge.refused}
            word={t(knowledge.refused ? "health.refused" : "health.states.ok")}
          />
        }
        basis={t("health.entries", { n: number(knowledge.entries), version: knowledge.version })}
      />
      <Figure
        label={t("health.policy")}
        value={
          <State ok={!policy.harmful} word={t(policy.harmful ? "health.harmful" : "health.states.ok")} />
        }
        basis={`${policy.version}; ${t("policy.audit", {
          harms: number(policy.would_have_changed),
          n: number(policy.skips_checked),
        })}; ${interval(policy.harm_ci95)}`}
      />
    </dl>
  );
}

function State({ ok, word }: { ok: boolean; word: string }) {
  return (
    <Badge tone={ok ? "ok" : "danger"} className="text-sm">
      {word}
    </Badge>
  );
}

function ProvidersCard() {
  const { t } = useTranslation("insights");
  const { number } = useFormat();
  const money = useMoney();
  const query = useProviders();
  return (
    <Card title={t("health.providers")} description={t("health.providersText")}>
      <Loaded query={query}>
        {({ providers, tokens_today: tokens, cost_today: cost }) => (
          <>
            <p className="text-sm tabular-nums">
              {t("health.today", { tokens: number(tokens) })}
              {cost && ` ${t("health.costToday", { cost: money(cost.spent, cost.currency) })}`}
            </p>
            {providers.length === 0 ? (
              <EmptyState title={t("health.noProviders")}>{t("health.noProvidersText")}</EmptyState>
            ) : (
              <ProviderTable providers={providers} />
            )}
          </>
        )}
      </Loaded>
    </Card>
  );
}

function ProviderTable({ providers }: { providers: readonly ProviderHealth[] }) {
  const { t } = useTranslation("insights");
  const { number } = useFormat();
  return (
    <Table
      caption={t("health.providers")}
      hideCaption
      rows={providers}
      rowKey={({ name }) => name}
      columns={[
        {
          key: "name",
          header: t("columns.name"),
          rowHeader: true,
          cell: ({ name, model }) => `${name} / ${model}`,
        },
        {
          key: "state",
          header: t("health.state"),
          cell: ({ state }) => (
            <Badge tone={state === "ok" ? "ok" : "warn"}>{t(`health.states.${state}`)}</Badge>
          ),
        },
        {
          key: "keys",
          header: t("health.keys"),
          numeric: true,
          cell: ({ keys, keys_resting: resting }) =>
            t("health.keysResting", { keys: number(keys), resting: number(resting) }),
        },
        { key: "problem", header: t("health.problem"), cell: ({ last_problem: problem }) => problem },
      ]}
    />
  );
}
