import { useQuery } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SourceEntry } from "@/api";
import { cx } from "@/shared/cx";
import { useFormat } from "@/shared/format";
import { ProblemError } from "@/shared/problems";
import { Badge } from "@/shared/ui/Badge";
import { Dialog } from "@/shared/ui/Dialog";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { Skeleton } from "@/shared/ui/Skeleton";
import { AnswerText } from "./AnswerText";
import type { ReceiptLang } from "./emergency";
import { htmlLang } from "./languages";
import { sourceQuery } from "./queries";
import type { OpenSource } from "./Sources";

interface SourceDialogProps extends OpenSource {
  open: boolean;
  onClose: () => void;
}

const LANGS: readonly ReceiptLang[] = ["en", "hinglish", "hi"];
const NO_SOURCES: never[] = [];
const nothing = () => undefined;

/** The entry behind an answer, as it stands in the knowledge base now. */
export default function SourceDialog({ source, lang, open, onClose }: SourceDialogProps) {
  // Another entry begins in the language of its answer.
  return <Entry key={`${source.id} ${lang}`} source={source} lang={lang} open={open} onClose={onClose} />;
}

function Entry({ source, lang, open, onClose }: SourceDialogProps) {
  const { t } = useTranslation("chat");
  const [wanted, setWanted] = useState(lang);
  const found = useQuery({ ...sourceQuery(source.id, wanted), enabled: open });
  return (
    <Dialog
      open={open}
      onOpenChange={(stays) => !stays && onClose()}
      title={found.data?.question ?? source.question}
      wide
    >
      <div className="flex flex-col gap-4 pb-4">
        <Languages chosen={wanted} onChoose={setWanted} />
        <div className="min-h-40">
          {found.isPending && <Skeleton lines={6} />}
          {found.error && <Missing error={found.error} onRetry={() => void found.refetch()} />}
          {found.data && (
            <>
              {found.data.lang !== wanted && (
                <p className="pb-2 text-ink-muted text-sm">
                  {t("sources.onlyIn", { language: t(`languages.${found.data.lang}`) })}
                </p>
              )}
              <AnswerText
                text={found.data.answer}
                sources={NO_SOURCES}
                onSource={nothing}
                lang={htmlLang(found.data.lang)}
              />
            </>
          )}
        </div>
        {found.data && <Facts entry={found.data} />}
      </div>
    </Dialog>
  );
}

function Missing({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation("chat");
  const gone = error instanceof ProblemError && error.status === 404;
  return gone ? <p>{t("sources.gone")}</p> : <ProblemPanel error={error} onRetry={onRetry} />;
}

function Languages({ chosen, onChoose }: { chosen: ReceiptLang; onChoose: (lang: ReceiptLang) => void }) {
  const { t } = useTranslation("chat");
  return (
    <fieldset className="flex flex-wrap gap-1">
      <legend className="sr-only">{t("sources.languages")}</legend>
      {LANGS.map((lang) => (
        <button
          key={lang}
          type="button"
          lang={htmlLang(lang)}
          aria-pressed={lang === chosen}
          onClick={() => onChoose(lang)}
          className={cx(
            "min-h-8 rounded-full border px-3 text-sm pointer-coarse:min-h-11",
            lang === chosen ? "border-accent bg-accent-soft text-accent" : "border-edge hover:bg-sunken",
          )}
        >
          {t(`languages.${lang}`)}
        </button>
      ))}
    </fieldset>
  );
}

function Facts({ entry }: { entry: SourceEntry }) {
  const { t } = useTranslation("chat");
  const { date } = useFormat();
  return (
    <>
      {entry.regulated && (
        <Badge tone="ok" icon={<ShieldCheck aria-hidden className="size-3.5" />} className="self-start">
          {t("sources.regulated")}
        </Badge>
      )}
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 border-line border-t pt-3 text-sm">
        <Fact name={t("sources.from")}>{entry.source || t("sources.unknown")}</Fact>
        <Fact name={t("sources.asOfLabel")}>{entry.as_of ? date(entry.as_of) : t("sources.noDate")}</Fact>
        <Fact name={t("sources.category")}>{entry.category}</Fact>
        <Fact name={t("sources.entry")}>
          <code className="break-all font-mono text-xs">{entry.id}</code>
        </Fact>
        <Fact name={t("sources.knowledge")}>
          <code className="break-all font-mono text-xs">{entry.knowledge_version}</code>
        </Fact>
      </dl>
    </>
  );
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-muted">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}
