import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { Field } from "@/shared/ui/Field";
import { Select } from "@/shared/ui/Select";
import { useDrafts } from "../api";
import { PageHead } from "../parts/PageHead";
import { TrialPanel } from "./TrialPanel";

export default function TrialPage() {
  const { t } = useTranslation("knowledge");
  const [address] = useSearchParams();
  const [chosen, setChosen] = useState(address.get("draft") ?? "");
  const drafts = useDrafts().data?.drafts.filter(({ retires }) => !retires) ?? [];
  const draft = drafts.find(({ id }) => id === chosen);
  const withDraft = drafts.length > 0 && (
    <Field label={t("trial.draft")} hint={t("trial.draftHint")}>
      <Select
        value={draft?.id ?? ""}
        options={[
          { value: "", label: t("trial.noDraft") },
          ...drafts.map(({ id, entry, author }) => ({
            value: id,
            label: `${entry.question || entry.id} · ${author}`,
          })),
        ]}
        onChange={(event) => setChosen(event.target.value)}
      />
    </Field>
  );
  return (
    <>
      <PageHead title={t("trial.title")} description={t("trial.about")} />
      <TrialPanel
        key={address.get("question")}
        question={address.get("question") ?? ""}
        draft={draft?.entry}
        more={withDraft}
      />
    </>
  );
}
