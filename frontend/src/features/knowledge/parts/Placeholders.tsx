import { CircleAlert, CircleCheck, CircleDashed } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { PlaceholderView } from "@/api";

/** What stands for each placeholder. */
export function Placeholders({ placeholders }: { placeholders: readonly PlaceholderView[] }) {
  return (
    <ul className="flex flex-col gap-2.5 text-sm">
      {placeholders.map((each) => (
        <li key={each.name} className="flex gap-2">
          <Mark {...each} />
          <div className="min-w-0">
            <code className="break-all text-ink-muted text-xs">{`{{${each.name}}}`}</code>
            <p className="break-words">
              <Value {...each} />
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}

function Mark({ known, value }: PlaceholderView) {
  if (!known) return <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-danger" />;
  if (!value) return <CircleDashed aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />;
  return <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-ok" />;
}

function Value({ known, value }: PlaceholderView) {
  const { t } = useTranslation("knowledge");
  if (!known) return <span className="text-danger">{t("placeholders.unknown")}</span>;
  if (!value) return <span className="text-warn">{t("placeholders.empty")}</span>;
  return value;
}
