import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { HandOffState, HandOffView } from "@/api";
import { useFormat } from "@/shared/format";
import { describeProblem } from "@/shared/problems";
import { Badge } from "@/shared/ui/Badge";
import { Button } from "@/shared/ui/Button";
import { Card } from "@/shared/ui/Card";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Select } from "@/shared/ui/Select";
import { toast } from "@/shared/ui/Toasts";
import { useHandOffChange, useHandOffs } from "../api";
import { Loaded } from "../parts/Loaded";
import { PageHead } from "../parts/PageHead";

export default function RequestsPage() {
  const { t } = useTranslation("insights");
  const [state, setState] = useState<HandOffState | null>("open");
  const [cursors, setCursors] = useState<string[]>([""]);
  const query = useHandOffs(state, cursors.at(-1) ?? "");
  const choose = (value: string) => {
    setState(value === "open" || value === "closed" ? value : null);
    setCursors([""]);
  };
  return (
    <>
      <PageHead title={t("sections.requests")} text={t("requests.text")}>
        <Select
          aria-label={t("requests.filter")}
          value={state ?? ""}
          onChange={(event) => choose(event.currentTarget.value)}
          options={[
            { value: "open", label: t("requests.states.open") },
            { value: "closed", label: t("requests.states.closed") },
            { value: "", label: t("requests.states.all") },
          ]}
        />
      </PageHead>
      <Loaded query={query}>
        {({ handoffs, next_cursor: next }) => (
          <>
            {handoffs.length === 0 && <EmptyState title={t("requests.empty")} />}
            <ul className="flex flex-col gap-4">
              {handoffs.map((handOff) => (
                <li key={handOff.id}>
                  <Request handOff={handOff} />
                </li>
              ))}
            </ul>
            <div className="flex gap-2 self-center">
              {cursors.length > 1 && (
                <Button variant="quiet" size="sm" onClick={() => setCursors(cursors.slice(0, -1))}>
                  {t("requests.newer")}
                </Button>
              )}
              {next && (
                <Button variant="quiet" size="sm" onClick={() => setCursors([...cursors, next])}>
                  {t("requests.older")}
                </Button>
              )}
            </div>
          </>
        )}
      </Loaded>
    </>
  );
}

function Request({ handOff }: { handOff: HandOffView }) {
  const { t, i18n } = useTranslation("insights");
  const { dateTime } = useFormat();
  const change = useHandOffChange();
  const open = handOff.state === "open";
  const turn = () =>
    change.mutate(
      { id: handOff.id, state: open ? "closed" : "open" },
      {
        onError: (error) =>
          toast({ text: describeProblem(error, i18n.getFixedT(null, "common"), i18n.language).title }),
      },
    );
  return (
    <Card
      title={`${handOff.name}, ${handOff.contact}`}
      description={`${handOff.reference} · ${dateTime(handOff.created_at)} · ${t(`langs.${handOff.lang}`)}`}
      actions={
        <div className="flex items-center gap-2">
          <Badge tone={open ? "warn" : "ok"}>{t(`requests.states.${handOff.state}`)}</Badge>
          <Button variant="secondary" size="sm" busy={change.isPending} onClick={turn}>
            {open ? t("requests.close") : t("requests.reopen")}
          </Button>
        </div>
      }
    >
      {handOff.note && <p className="whitespace-pre-wrap text-sm">{handOff.note}</p>}
      <p className="text-ink-muted text-xs">
        {handOff.delivered.length > 0
          ? t("requests.told", { who: handOff.delivered.join(", ") })
          : t("requests.untold")}{" "}
        {handOff.problem && t("requests.problem", { why: handOff.problem })}
      </p>
      {handOff.transcript.length > 0 && <Transcript handOff={handOff} />}
    </Card>
  );
}

function Transcript({ handOff }: { handOff: HandOffView }) {
  const { t } = useTranslation("insights");
  return (
    <details className="text-sm">
      <summary className="cursor-pointer py-1 font-medium">{t("requests.transcript")}</summary>
      <ol className="mt-2 flex flex-col gap-2">
        {handOff.transcript.map((line, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name, and their order never changes.
          <li key={at} className="rounded-lg bg-sunken p-3">
            <span className="font-medium text-ink-muted text-xs">
              {line.role === "user" ? t("requests.customer") : t("requests.assistant")}
            </span>
            <p className="whitespace-pre-wrap">{line.text}</p>
          </li>
        ))}
      </ol>
    </details>
  );
}
