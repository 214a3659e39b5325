import { useTranslation } from "react-i18next";
import { cx } from "@/shared/cx";
import { VisuallyHidden } from "@/shared/ui/VisuallyHidden";
import { htmlLang, type Lang } from "../langs";
import { type Piece, side } from "./wordDiff";

interface MarkedProps {
  pieces: readonly Piece[];
  lang: Lang;
  className?: string;
}

/** A text with what was taken out and put in. Few screen readers tell `del` and `ins`: words around them do. */
export function Marked({ pieces, lang, className }: MarkedProps) {
  let at = 0;
  const whole = pieces.every(({ kind }) => kind !== "same");
  return (
    <div
      lang={htmlLang(lang)}
      className={cx("whitespace-pre-wrap break-words text-sm leading-relaxed", className)}
    >
      {pieces.map((piece) => {
        const key = `${piece.kind} ${at}`;
        at += piece.text.length;
        return <PieceText key={key} piece={piece} whole={whole} />;
      })}
    </div>
  );
}

interface PieceTextProps {
  piece: Piece;
  /** Nothing stayed: one text stands above the other. */
  whole: boolean;
}

function PieceText({ piece: { kind, text }, whole }: PieceTextProps) {
  const { t, i18n } = useTranslation("knowledge");
  if (kind === "same") return text;
  const Tag = kind === "removed" ? "del" : "ins";
  return (
    <Tag
      className={cx(
        "rounded px-0.5",
        whole && "mb-1 block last:mb-0",
        kind === "removed" ? "bg-danger-soft text-danger" : "bg-ok-soft text-ok underline-offset-2",
      )}
    >
      <VisuallyHidden>
        <span lang={i18n.language}>{t(kind === "removed" ? "diff.removedBegins" : "diff.addedBegins")} </span>
      </VisuallyHidden>
      {text}
      <VisuallyHidden>
        <span lang={i18n.language}> {t("diff.ends")}</span>
      </VisuallyHidden>
    </Tag>
  );
}

interface SideBySideProps {
  pieces: readonly Piece[];
  lang: Lang;
  labels: [string, string];
}

export function SideBySide({ pieces, lang, labels }: SideBySideProps) {
  const { t } = useTranslation("knowledge");
  return (
    <div className="grid grid-cols-1 gap-3 md:grid-cols-2">
      {(["before", "after"] as const).map((which, place) => {
        const shown = side(pieces, which);
        return (
          <div key={which} className="flex flex-col gap-1 rounded-lg bg-surface p-3">
            <p className="text-ink-muted text-xs">{labels[place]}</p>
            {shown.length > 0 ? (
              <Marked pieces={shown} lang={lang} />
            ) : (
              <p className="text-ink-muted text-sm">{t("diff.nothing")}</p>
            )}
          </div>
        );
      })}
    </div>
  );
}
