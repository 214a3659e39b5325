import { useTranslation } from "react-i18next";
import { paths } from "../paths";
import { PageHead } from "./PageHead";

export function NoSuchPage() {
  const { t } = useTranslation(["knowledge", "common"]);
  return (
    <PageHead
      title={t("common:notFound.title")}
      description={t("common:notFound.detail")}
      back={{ to: paths.entries, label: t("toEntries") }}
    />
  );
}
