import { FlaskConical, MoreHorizontal, PencilLine, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import type { EntryDetail } from "@/api";
import { buttonClass } from "@/shared/ui/Button";
import { IconButton } from "@/shared/ui/IconButton";
import { Menu, type MenuEntry } from "@/shared/ui/Menu";
import { toast } from "@/shared/ui/Toasts";
import { useRetire } from "../api";
import { ConfirmWithNote } from "../parts/ConfirmWithNote";
import { paths } from "../paths";
import { lastWords, openRevision } from "./revisions";

export function EntryActions({ detail }: { detail: EntryDetail }) {
  const { t } = useTranslation("knowledge");
  const [retiring, setRetiring] = useState(false);
  const open = openRevision(detail);
  const words = lastWords(detail);
  const entries: MenuEntry[] = [
    {
      type: "link",
      label: t("entry.try"),
      icon: <FlaskConical aria-hidden className="size-4" />,
      to: paths.tryWith(words?.question ?? ""),
    },
    {
      type: "action",
      label: t("entry.retire"),
      icon: <Trash2 aria-hidden className="size-4" />,
      danger: true,
      disabled: detail.published === null || open !== null,
      run: () => setRetiring(true),
    },
  ];
  return (
    <>
      {!open?.retires && words && (
        <Link to={paths.edit(detail.id)} className={buttonClass("primary")}>
          <PencilLine aria-hidden className="size-4" />
          {t(open ? "entry.editDraft" : "entry.edit")}
        </Link>
      )}
      <Menu
        label={t("entry.more")}
        entries={entries}
        trigger={(wiring) => (
          <IconButton
            {...wiring}
            label={t("entry.more")}
            icon={<MoreHorizontal aria-hidden className="size-5" />}
          />
        )}
      />
      <Retire detail={detail} open={retiring} onOpenChange={setRetiring} />
    </>
  );
}

interface RetireProps {
  detail: EntryDetail;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

function Retire({ detail, open, onOpenChange }: RetireProps) {
  const { t } = useTranslation("knowledge");
  const navigate = useNavigate();
  const retire = useRetire();
  return (
    <ConfirmWithNote
      open={open}
      onOpenChange={onOpenChange}
      title={t("retire.title")}
      description={t("retire.about")}
      confirm={t("retire.confirm")}
      noteLabel={t("retire.note")}
      danger
      busy={retire.isPending}
      error={retire.error}
      onConfirm={(note) =>
        retire.mutate(
          { id: detail.id, note },
          {
            onSuccess: (draft) => {
              onOpenChange(false);
              toast({ text: t("retire.done") });
              navigate(paths.draft(draft.id));
            },
          },
        )
      }
    />
  );
}
