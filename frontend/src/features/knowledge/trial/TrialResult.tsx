import { useTranslation } from "react-i18next";
import type { Tried } from "@/api";
import { cx } from "@/shared/cx";
import { useFormat } from "@/shared/format";
import { Badge } from "@/shared/ui/Badge";
import { Card } from "@/shared/ui/Card";
import { Answer } from "../parts/Answer";
import { Facts } from "../parts/Facts";
import { HitList } from "./HitList";
import { KeepRight } from "./KeepRight";

interface TrialResultProps {
  tried: Tried;
  question: string;
  /** Asked on its own and of what is published: what a golden question is asked of. */
  alone: boolean;
  narrow: boolean;
}

const REASONS = ["policy", "small_talk", "threshold", "live", "regulated", "explored", "unclear"] as const;

export function TrialResult({ tried, question, alone, narrow }: TrialResultProps) {
  const { t } = useTranslation("knowledge");
  return (
    <div className={cx("grid items-start gap-6", !narrow && "lg:grid-cols-2")}>
      <div className="flex min-w-0 flex-col gap-6">
        <Part narrow={narrow} title={t("trial.answer")} description={t("trial.answerAbout")}>
          <Shown tried={tried} />
        </Part>
        <Part narrow={narrow} title={t("trial.decision")}>
          <Decision tried={tried} />
        </Part>
        <Part narrow={narrow} title={t("trial.tokens")}>
          <Tokens tried={tried} />
        </Part>
      </div>
      <Part narrow={narrow} title={t("trial.found")} description={t("trial.foundAbout")}>
        <HitList hits={tried.hits} />
        {alone && tried.hits.length > 0 && (
          <KeepRight question={question} lang={tried.lang} hits={tried.hits} />
        )}
      </Part>
    </div>
  );
}

function Shown({ tried }: { tried: Tried }) {
  const { t } = useTranslation("knowledge");
  return (
    <>
      <div className="rounded-xl bg-sunken p-4">
        <Answer text={tried.answer} lang={tried.lang} />
      </div>
      <p className="flex flex-wrap gap-2">
        <Badge>{t(`langs.${tried.lang}`)}</Badge>
        {tried.status === "handed_off" && <Badge tone="warn">{t("trial.handedOff")}</Badge>}
        {tried.receipt.emergency && <Badge tone="danger">{t("trial.emergency")}</Badge>}
        {tried.with_draft && <Badge tone="accent">{t("trial.withDraft")}</Badge>}
      </p>
    </>
  );
}

interface PartProps {
  narrow: boolean;
  title: string;
  description?: string;
  children: React.ReactNode;
}

function Part({ narrow, title, description, children }: PartProps) {
  if (!narrow) {
    return (
      <Card title={title} {...(description && { description })}>
        {children}
      </Card>
    );
  }
  return (
    <section className="flex flex-col gap-2.5 border-line border-t pt-4">
      <h3 className="font-semibold text-sm">{title}</h3>
      {children}
    </section>
  );
}

function Decision({ tried }: { tried: Tried }) {
  const { t } = useTranslation("knowledge");
  const { percent } = useFormat();
  const reason = REASONS.find((each) => each === tried.reason);
  return (
    <div className="flex flex-col gap-3 text-sm">
      <p className="font-medium">{t(tried.action === "FETCH" ? "trial.fetched" : "trial.notFetched")}</p>
      <p>{reason ? t(`reasons.${reason}`) : tried.reason}</p>
      {tried.why && <p lang="en">{tried.why}</p>}
      <Facts
        facts={[
          { name: t("trial.pFetch"), value: percent(tried.p_fetch, 1) },
          { name: t("trial.inPrompt"), value: <Ids ids={tried.receipt.fetched} /> },
          tried.receipt.live.length > 0 && {
            name: t("trial.kept"),
            value: <Ids ids={tried.receipt.live} />,
          },
        ]}
      />
      {tried.receipt.degraded.map((note) => (
        <p key={note} lang="en" className="text-warn">
          {note}
        </p>
      ))}
    </div>
  );
}

function Ids({ ids }: { ids: readonly string[] }) {
  const { t } = useTranslation("knowledge");
  if (ids.length === 0) return <>{t("trial.nothing")}</>;
  return <span className="break-all font-mono text-xs">{ids.join(", ")}</span>;
}

function Tokens({ tried: { receipt } }: { tried: Tried }) {
  const { t } = useTranslation("knowledge");
  const { number, percent } = useFormat();
  const { prompt, always_fetch_prompt, saved, paid } = receipt.tokens;
  const share = always_fetch_prompt > 0 ? ` (${percent(saved / always_fetch_prompt)})` : "";
  return (
    <div className="flex flex-col gap-3 text-sm">
      <Facts
        facts={[
          { name: t("trial.prompt"), value: number(prompt) },
          { name: t("trial.always"), value: number(always_fetch_prompt) },
          { name: t("trial.saved"), value: number(saved) + share },
        ]}
      />
      {!paid && <p className="text-ink-muted">{t("trial.notPaid")}</p>}
    </div>
  );
}
