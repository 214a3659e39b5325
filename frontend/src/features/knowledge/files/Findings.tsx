import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/format";
import { LoadMore } from "@/shared/ui/Pagination";

const AT_A_TIME = 20;

interface FindingsProps {
  title: string;
  about?: string;
  /** In the server's words. */
  texts: readonly string[];
}

export function Findings({ title, about, texts }: FindingsProps) {
  const { t } = useTranslation("knowledge");
  const { number } = useFormat();
  const [shown, setShown] = useState(AT_A_TIME);
  if (texts.length === 0) return null;
  return (
    <section className="flex flex-col gap-1.5 text-sm">
      <h3 className="font-medium">{t("report.counted", { title, n: number(texts.length) })}</h3>
      {about && <p className="text-ink-muted">{about}</p>}
      <ul lang="en" className="list-disc break-words pl-5 leading-relaxed">
        {texts.slice(0, shown).map((text, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two findings may read alike, and the list only grows.
          <li key={place}>{text}</li>
        ))}
      </ul>
      <LoadMore more={texts.length > shown} busy={false} onMore={() => setShown(shown + AT_A_TIME)} />
    </section>
  );
}
