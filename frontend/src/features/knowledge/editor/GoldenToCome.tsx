import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Card } from "@/shared/ui/Card";
import { IconButton } from "@/shared/ui/IconButton";

interface GoldenToComeProps {
  golden: readonly string[];
  /** Missing once they are saved with the draft. */
  onChange: ((golden: string[]) => void) | undefined;
}

export function GoldenToCome({ golden, onChange }: GoldenToComeProps) {
  const { t } = useTranslation("knowledge");
  return (
    <Card title={t("golden.toCome")} description={t("golden.toComeAbout")}>
      <ul className="flex flex-col gap-1 text-sm">
        {golden.map((question) => (
          <li key={question} className="flex items-center justify-between gap-2">
            <span className="min-w-0 break-words">{question}</span>
            {onChange && (
              <IconButton
                size="sm"
                label={t("golden.leaveOut", { question })}
                icon={<X aria-hidden className="size-4" />}
                onClick={() => onChange(golden.filter((each) => each !== question))}
              />
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
