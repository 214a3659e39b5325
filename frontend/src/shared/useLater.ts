import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "./ui/Toasts";

/** A part of the page that is fetched when it is first wanted; null until it is here.
 *
 * When it cannot be fetched that is said, and `failed` is called so that the wish can be taken back.
 */
export function useLater<T>(load: () => Promise<T>, wanted: boolean, failed: () => void): T | null {
  const { t } = useTranslation();
  const [part, setPart] = useState<{ value: T } | null>(null);
  const missing = wanted && part === null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: one attempt per wish, whatever the callers re-create.
  useEffect(() => {
    if (!missing) return;
    let current = true;
    load().then(
      (value) => current && setPart({ value }),
      () => {
        if (!current) return;
        toast({ text: `${t("problem.network.title")}. ${t("problem.network.detail")}` });
        failed();
      },
    );
    return () => {
      current = false;
    };
  }, [missing]);
  return part?.value ?? null;
}
