import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ReceiptView, VersionsView } from "@/api";
import { useFormat } from "@/shared/format";
import { answererOf, reasonText, savedShare, stagesOf } from "./receipt";

/** Everything a receipt says. */
export default function ReceiptDetails({ receipt }: { receipt: ReceiptView }) {
  const { t } = useTranslation("chat");
  return (
    <div className="mt-1 flex flex-col gap-4 rounded-xl border border-line bg-raised p-4">
      <Decision receipt={receipt} />
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <Tokens receipt={receipt} />
        <Timings receipt={receipt} />
      </div>
      <Notes receipt={receipt} />
      <Section title={t("receipt.versions")}>
        <Rows>
          {(Object.keys(receipt.versions) as (keyof VersionsView)[]).map((part) => (
            <Row key={part} name={t(`receipt.versionNames.${part}`)}>
              <code className="break-all font-mono text-xs">{receipt.versions[part]}</code>
            </Row>
          ))}
        </Rows>
      </Section>
    </div>
  );
}

function Decision({ receipt }: { receipt: ReceiptView }) {
  const { t } = useTranslation("chat");
  const { number, percent } = useFormat();
  const entries = {
    fetched: number(receipt.fetched.length),
    kept: number(receipt.live.length),
    cited: number(receipt.cited.length),
  };
  return (
    <Section title={t("receipt.decision")}>
      <p>{t(reasonText(receipt))}</p>
      {receipt.why && (
        <p lang="en" className="text-ink-muted">
          {t("receipt.policySays", { why: receipt.why })}
        </p>
      )}
      <Rows>
        <Row name={t("receipt.probability")}>{percent(receipt.p_fetch, 1)}</Row>
        <Row name={t("receipt.entries")}>{t("receipt.entriesValue", entries)}</Row>
        <Row name={t("receipt.answeredBy")}>{answererOf(receipt) ?? t("receipt.approvedTexts")}</Row>
      </Rows>
    </Section>
  );
}

function Tokens({ receipt }: { receipt: ReceiptView }) {
  const { t } = useTranslation("chat");
  const { number, percent } = useFormat();
  const { tokens } = receipt;
  const saved = { tokens: number(tokens.saved), share: percent(savedShare(receipt), 1) };
  const by = tokens.counted_by === "provider" ? t("receipt.provider") : tokens.counted_by;
  return (
    <Section title={t("receipt.tokens")}>
      <Rows>
        <Row name={t(tokens.paid ? "receipt.paid" : "receipt.would")}>{number(tokens.prompt)}</Row>
        {tokens.cached > 0 && <Row name={t("receipt.cached")}>{number(tokens.cached)}</Row>}
        <Row name={t("receipt.always")}>{number(tokens.always_fetch_prompt)}</Row>
        <Row name={t("receipt.savedLabel")}>
          <strong className="font-semibold">{t("receipt.savedValue", saved)}</strong>
        </Row>
        <Row name={t("receipt.completion")}>{number(tokens.completion)}</Row>
      </Rows>
      {!tokens.paid && <p className="text-ink-muted text-xs">{t("receipt.unpaid")}</p>}
      <p className="break-all text-ink-muted text-xs">{t("receipt.counted", { by })}</p>
    </Section>
  );
}

function Timings({ receipt }: { receipt: ReceiptView }) {
  const { t } = useTranslation("chat");
  const { duration } = useFormat();
  return (
    <Section title={t("receipt.timings")}>
      <Rows>
        {stagesOf(receipt).map(([stage, ms]) => (
          <Row
            key={stage}
            name={t(`receipt.stages.${stage}` as "receipt.stages.total", { defaultValue: stage })}
          >
            {duration(ms)}
          </Row>
        ))}
      </Rows>
    </Section>
  );
}

function Notes({ receipt }: { receipt: ReceiptView }) {
  const { t } = useTranslation("chat");
  const notes: string[] = [
    receipt.guard.length > 0 ? t("receipt.fenced") : "",
    receipt.replaced ? t("receipt.replaced", { why: receipt.replaced }) : "",
    receipt.citations_removed > 0 ? t("receipt.removed", { count: receipt.citations_removed }) : "",
    ...receipt.degraded.filter((note) => note !== receipt.replaced),
  ].filter((note) => note !== "");
  if (notes.length === 0) return null;
  return (
    <Section title={t("receipt.notes")}>
      <ul className="flex list-disc flex-col gap-1 pl-5">
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </Section>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <h4 className="font-semibold">{title}</h4>
      {children}
    </div>
  );
}

function Rows({ children }: { children: ReactNode }) {
  return <dl className="flex flex-col gap-1">{children}</dl>;
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex justify-between gap-4">
      <dt className="text-ink-muted">{name}</dt>
      <dd className="min-w-0 text-right tabular-nums">{children}</dd>
    </div>
  );
}
