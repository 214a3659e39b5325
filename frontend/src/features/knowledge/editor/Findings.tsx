import { useTranslation } from "react-i18next";
import type { EntryCheck } from "@/api";
import { Notice } from "../parts/Notice";

/** Whether the draft can be submitted, and what keeps it from that and belongs to no field. */
export function Findings({ check, elsewhere }: { check: EntryCheck | undefined; elsewhere: string[] }) {
  const { t } = useTranslation("knowledge");
  if (!check) return null;
  const count = check.problems.length;
  if (count === 0) return <Notice tone="ok">{t("side.sound")}</Notice>;
  return (
    <Notice tone="warn" title={t("editor.todo", { count })}>
      <p>{t("side.todoAbout")}</p>
      {elsewhere.length > 0 && (
        <ul lang="en" className="list-disc pl-5">
          {elsewhere.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
    </Notice>
  );
}
