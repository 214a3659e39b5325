import { ChevronRight } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ReceiptView } from "@/api";
import { useFormat } from "@/shared/format";
import { Skeleton } from "@/shared/ui/Skeleton";
import { savedShare } from "./receipt";

const ReceiptDetails = lazy(() => import("./ReceiptDetails"));

/** Why an answer is what it is: one line, and everything when it is unfolded. */
export function Receipt({ receipt }: { receipt: ReceiptView }) {
  const { t } = useTranslation("chat");
  const { number, percent } = useFormat();
  const [open, setOpen] = useState(false);
  const { saved } = receipt.tokens;
  const fetched = t(receipt.policy_action === "FETCH" ? "receipt.fetched" : "receipt.kept");
  const spared =
    saved > 0
      ? t("receipt.saved", { tokens: number(saved), share: percent(savedShare(receipt)) })
      : t("receipt.noneSaved");
  return (
    <details
      className="group text-sm"
      open={open}
      onToggle={(event) => setOpen((event.currentTarget as HTMLDetailsElement).open)}
    >
      <summary className="flex min-h-8 w-fit list-none flex-wrap items-center gap-x-1.5 rounded-md py-1 font-medium text-ink-muted hover:text-ink pointer-coarse:min-h-11 [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-4 shrink-0 transition-transform group-open:rotate-90" />
        {t("receipt.title")}
        <span className="font-normal text-xs">
          · {fetched} · {spared}
        </span>
      </summary>
      {open && (
        <Suspense fallback={<Skeleton lines={6} />}>
          <ReceiptDetails receipt={receipt} />
        </Suspense>
      )}
    </details>
  );
}
