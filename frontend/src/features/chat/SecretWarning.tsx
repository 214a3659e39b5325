import { ShieldAlert } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/shared/ui/Button";
import type { QuestionInput } from "./useQuestion";

/** Asks once more before a number is sent that looks secret. */
export function SecretWarning({ input, onBack }: { input: QuestionInput; onBack: () => void }) {
  const { t } = useTranslation("chat");
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  const back = () => {
    input.goBack();
    onBack();
  };
  return (
    <div
      role="alertdialog"
      aria-labelledby="secret-title"
      aria-describedby="secret-detail"
      tabIndex={-1}
      onKeyDown={(event) => event.key === "Escape" && back()}
      className="flex animate-appear gap-3 rounded-xl border border-warn bg-warn-soft p-4 text-sm"
    >
      <ShieldAlert aria-hidden className="size-5 shrink-0 text-warn" />
      <div className="flex flex-col gap-2">
        <p id="secret-title" className="font-semibold">
          {t("secret.title")}
        </p>
        <p id="secret-detail">{t("secret.detail")}</p>
        <div className="flex flex-wrap gap-2">
          <Button ref={first} size="sm" variant="primary" onClick={input.sendWithout}>
            {t("secret.remove")}
          </Button>
          <Button size="sm" onClick={back}>
            {t("secret.edit")}
          </Button>
          <Button size="sm" variant="quiet" onClick={input.sendAnyway}>
            {t("secret.send")}
          </Button>
        </div>
      </div>
    </div>
  );
}
