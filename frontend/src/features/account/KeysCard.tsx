import { KeyRound, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { KeyView } from "@/api";
import type { Role } from "@/shared/account";
import { useFormat } from "@/shared/format";
import { Badge } from "@/shared/ui/Badge";
import { Button } from "@/shared/ui/Button";
import { Card } from "@/shared/ui/Card";
import { Confirm } from "@/shared/ui/Confirm";
import { IconButton } from "@/shared/ui/IconButton";
import { Notice } from "@/shared/ui/Notice";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { Skeleton } from "@/shared/ui/Skeleton";
import { toast } from "@/shared/ui/Toasts";
import { SCOPE_TEXTS, useKeys, useRevokeKey } from "./keys";
import { NewKeyDialog } from "./NewKeyDialog";

/** Keys with which programs act for whoever is signed in. */
export function KeysCard({ role }: { role: Role }) {
  const { t } = useTranslation("account");
  const found = useKeys();
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const [revoking, setRevoking] = useState<KeyView | null>(null);
  return (
    <Card title={t("keys.title")} description={t("keys.text")}>
      <div className="flex flex-col gap-4">
        {made && (
          <Notice tone="ok" role="status" title={t("keys.made")}>
            <code className="w-full select-all break-all rounded-md bg-raised p-2">{made}</code>
            <span>{t("keys.once")}</span>
          </Notice>
        )}
        {found.data ? (
          <KeyList found={found.data} onRevoke={setRevoking} />
        ) : found.isPending ? (
          <Skeleton lines={2} />
        ) : (
          <ProblemPanel error={found.error} onRetry={() => void found.refetch()} busy={found.isFetching} />
        )}
        <Button
          icon={<KeyRound aria-hidden className="size-4" />}
          className="self-start"
          onClick={() => setMaking(true)}
        >
          {t("keys.new")}
        </Button>
      </div>
      {making && (
        <NewKeyDialog
          role={role}
          onClose={() => setMaking(false)}
          onMade={(key) => {
            setMade(key);
            setMaking(false);
          }}
        />
      )}
      {revoking && <RevokeDialog revoked={revoking} onClose={() => setRevoking(null)} />}
    </Card>
  );
}

function KeyList({ found, onRevoke }: { found: KeyView[]; onRevoke: (key: KeyView) => void }) {
  const { t } = useTranslation("account");
  const { date } = useFormat();
  if (found.length === 0) return <p className="text-ink-muted text-sm">{t("keys.none")}</p>;
  return (
    <ul className="flex flex-col divide-y divide-line">
      {found.map((key) => (
        <li key={key.id} className="flex items-start gap-3 py-2.5">
          <div className="flex min-w-0 grow flex-col gap-1 text-sm">
            <span className="break-words font-medium">{key.name}</span>
            <span className="flex flex-wrap gap-1.5">
              {key.scopes.map((scope) => (
                <Badge key={scope}>{t(SCOPE_TEXTS[scope])}</Badge>
              ))}
            </span>
            <span className="text-ink-muted">
              {t("keys.until", { date: date(key.expires_at) })}{" "}
              {key.used_at ? t("keys.used", { date: date(key.used_at) }) : t("keys.unused")}
            </span>
          </div>
          <IconButton
            label={t("keys.revokeOne", { name: key.name })}
            icon={<Trash2 aria-hidden className="size-4" />}
            onClick={() => onRevoke(key)}
          />
        </li>
      ))}
    </ul>
  );
}

function RevokeDialog({ revoked, onClose }: { revoked: KeyView; onClose: () => void }) {
  const { t } = useTranslation("account");
  const revoke = useRevokeKey();
  const send = () =>
    revoke.mutate(revoked.id, {
      onSuccess: () => {
        onClose();
        toast({ text: t("keys.revoked") });
      },
    });
  return (
    <Confirm
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("keys.revokeTitle")}
      description={t("keys.revokeText", { name: revoked.name })}
      confirm={t("keys.revoke")}
      danger
      busy={revoke.isPending}
      onConfirm={send}
    >
      {revoke.isError && <ProblemPanel error={revoke.error} onRetry={send} busy={revoke.isPending} />}
    </Confirm>
  );
}
