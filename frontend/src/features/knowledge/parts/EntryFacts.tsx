import { useTranslation } from "react-i18next";
import type { EntryBody } from "@/api";
import { Facts } from "./Facts";
import { FactDate } from "./Labels";

export function EntryFacts({ entry }: { entry: EntryBody }) {
  const { t } = useTranslation("knowledge");
  return (
    <Facts
      facts={[
        { name: t("fields.source"), value: entry.source || t("entry.noSource") },
        { name: t("fields.as_of"), value: <FactDate date={entry.as_of ?? ""} /> },
        { name: t("fields.category"), value: entry.category || "–" },
        { name: t("fields.intent"), value: entry.intent || "–" },
        { name: t("fields.lang"), value: t(`langs.${entry.lang ?? "en"}`) },
        { name: t("fields.regulated"), value: t(entry.regulated ? "regulated.yes" : "regulated.no") },
      ]}
    />
  );
}
