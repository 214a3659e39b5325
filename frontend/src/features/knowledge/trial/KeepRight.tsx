import { ListChecks } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { HitTried } from "@/api";
import { Button } from "@/shared/ui/Button";
import { Checkbox } from "@/shared/ui/Checkbox";
import { Dialog } from "@/shared/ui/Dialog";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { toast } from "@/shared/ui/Toasts";
import { useAddGolden } from "../api";
import type { Lang } from "../langs";

interface KeepRightProps {
  question: string;
  lang: Lang;
  hits: readonly HitTried[];
}

/** Makes a golden question of what was just asked. */
export function KeepRight({ question, lang, hits }: KeepRightProps) {
  const { t } = useTranslation(["knowledge", "common"]);
  const [open, setOpen] = useState(false);
  const [right, setRight] = useState<string[]>(() => hits.slice(0, 1).map(({ entry_id }) => entry_id));
  const add = useAddGolden();
  const save = () =>
    add.mutate(
      { question, lang, relevant: right },
      {
        onSuccess: () => {
          setOpen(false);
          toast({ text: t("golden.added") });
        },
      },
    );
  const toggle = (id: string) =>
    setRight(right.includes(id) ? right.filter((each) => each !== id) : [...right, id]);
  return (
    <>
      <Button
        size="sm"
        className="self-start"
        icon={<ListChecks aria-hidden className="size-4" />}
        onClick={() => setOpen(true)}
      >
        {t("golden.keep")}
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={t("golden.keepTitle")}
        description={t("golden.keepAbout", { question })}
        actions={
          <>
            <Button onClick={() => setOpen(false)}>{t("common:cancel")}</Button>
            <Button variant="primary" busy={add.isPending} disabled={right.length === 0} onClick={save}>
              {t("golden.add")}
            </Button>
          </>
        }
      >
        <fieldset className="flex flex-col gap-1">
          <legend className="pb-1 font-medium text-sm">{t("golden.right")}</legend>
          {hits.map(({ entry_id, question: text }) => (
            <Checkbox
              key={entry_id}
              checked={right.includes(entry_id)}
              onChange={() => toggle(entry_id)}
              label={text}
              hint={<span className="break-all font-mono text-xs">{entry_id}</span>}
            />
          ))}
        </fieldset>
        {add.isError && (
          <ProblemPanel error={add.error} onRetry={save} busy={add.isPending} className="mt-3" />
        )}
      </Dialog>
    </>
  );
}
