import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { EntryDetail, RevisionView } from "@/api";
import { Card } from "@/shared/ui/Card";
import { toast } from "@/shared/ui/Toasts";
import { useRestore } from "../api";
import { ConfirmWithNote } from "../parts/ConfirmWithNote";
import { useRevisionName } from "../parts/Labels";
import { CallOff } from "./CallOff";
import { Compare } from "./Compare";
import { RevisionRow } from "./RevisionRow";
import { before, comingRevision, mayCallOff, mayRestore, pairToCompare } from "./revisions";

/** Every version of the entry, newest first, with a way to compare any two and to go back to one. */
export function History({ detail }: { detail: EntryDetail }) {
  const { t } = useTranslation("knowledge");
  const [address, setAddress] = useSearchParams();
  const [back, setBack] = useState<RevisionView | null>(null);
  const [off, setOff] = useState<RevisionView | null>(null);
  const compared = useRef<HTMLDivElement>(null);
  const [from, to] = [address.get("from"), address.get("to")];
  const coming = comingRevision(detail);
  const pair = pairToCompare(detail.revisions, from, to);
  const compare = (from: RevisionView | null, to: RevisionView | null) => {
    const next = new URLSearchParams({ id: detail.id });
    if (from) next.set("from", String(from.number));
    if (to) next.set("to", String(to.number));
    setAddress(next, { replace: true });
  };
  if (detail.revisions.length === 0) return null;
  return (
    <>
      <Card title={t("history.title")}>
        <ol className="flex flex-col">
          {detail.revisions.map((revision) => (
            <RevisionRow
              key={revision.id}
              revision={revision}
              current={revision.number === detail.published_number}
              coming={revision.id === coming?.id}
              onCompare={
                detail.revisions.length > 1
                  ? () => {
                      compare(before(revision, detail.revisions), revision);
                      compared.current?.scrollIntoView({ block: "start", behavior: "smooth" });
                      compared.current?.focus({ preventScroll: true });
                    }
                  : undefined
              }
              onCallOff={mayCallOff(revision) ? () => setOff(revision) : undefined}
              onRestore={mayRestore(revision, detail) ? () => setBack(revision) : undefined}
            />
          ))}
        </ol>
      </Card>
      {detail.revisions.length > 1 && (
        <div ref={compared} tabIndex={-1} className="scroll-mt-20 outline-none">
          <Compare revisions={detail.revisions} from={pair.from} to={pair.to} onChange={compare} />
        </div>
      )}
      {off && <CallOff revision={off} onClose={() => setOff(null)} />}
      {back && <RollBack detail={detail} revision={back} onClose={() => setBack(null)} />}
    </>
  );
}

interface RollBackProps {
  detail: EntryDetail;
  revision: RevisionView;
  onClose: () => void;
}

function RollBack({ detail, revision, onClose }: RollBackProps) {
  const { t } = useTranslation("knowledge");
  const restore = useRestore();
  const nameOf = useRevisionName();
  return (
    <ConfirmWithNote
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("rollBack.title", { name: nameOf(revision.number) })}
      description={t("rollBack.about")}
      confirm={t("rollBack.confirm")}
      noteLabel={t("rollBack.note")}
      busy={restore.isPending}
      error={restore.error}
      onConfirm={(note) =>
        restore.mutate(
          { id: detail.id, number: revision.number, note },
          {
            onSuccess: () => {
              onClose();
              toast({ text: t("rollBack.done") });
            },
          },
        )
      }
    />
  );
}
