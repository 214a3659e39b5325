import { useTranslation } from "react-i18next";
import { isLang } from "../langs";
import { Notice } from "../parts/Notice";
import type { PlacedProblems } from "./values";

interface FindingsProps {
  problems: PlacedProblems;
  /** Leads to a field. */
  onLead: (place: string) => void;
}

/** Whether the draft can be submitted, and what keeps it from that. */
export function Findings({ problems: { at, elsewhere }, onLead }: FindingsProps) {
  const { t } = useTranslation("knowledge");
  const places = Object.entries(at);
  const count = places.length + elsewhere.length;
  if (count === 0) return <Notice tone="ok">{t("side.sound")}</Notice>;
  return (
    <Notice tone="warn" title={t("editor.todo", { count })}>
      <ul className="flex flex-col gap-1.5">
        {places.map(([place, message]) => (
          <li key={place}>
            <button
              type="button"
              onClick={() => onLead(place)}
              className="min-h-6 text-left underline underline-offset-2 hover:text-accent pointer-coarse:min-h-11"
            >
              <PlaceName place={place} />
            </button>
            <span lang="en" className="block text-ink-muted">
              {message}
            </span>
          </li>
        ))}
        {elsewhere.map((text) => (
          <li key={text} lang="en">
            {text}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

const FIELDS = ["id", "question", "category", "intent", "source", "as_of", "lang", "regulated"] as const;

function PlaceName({ place }: { place: string }) {
  const { t } = useTranslation("knowledge");
  const [name, part = ""] = place.split(".");
  if (name === "answers" && isLang(part)) return t("editor.answerIn", { lang: t(`langs.${part}`) });
  if (name === "paraphrases") return t("paraphrases.text", { place: Number(part) + 1 });
  const field = FIELDS.find((each) => each === name);
  return field ? t(`fields.${field}`) : place;
}
