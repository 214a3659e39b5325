import {
  Archive,
  ArchiveRestore,
  Download,
  Ellipsis,
  Link2,
  Pencil,
  Pin,
  PinOff,
  Trash2,
} from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import type { ConversationSummary } from "@/api";
import { cx } from "@/shared/cx";
import { describeProblem } from "@/shared/problems";
import { IconButton } from "@/shared/ui/IconButton";
import { Menu, type MenuEntry } from "@/shared/ui/Menu";
import { toast } from "@/shared/ui/Toasts";
import { type Changes, download, type Format } from "./api";
import { Highlighted } from "./Highlighted";
import { RenameForm } from "./RenameForm";

interface RowProps {
  conversation: ConversationSummary;
  /** What was searched for; marked in the title. */
  q: string;
  onChange: (changes: Changes) => void;
  onRemove: () => void;
  onNavigate: (() => void) | undefined;
}

export function ConversationRow({ conversation, q, onChange, onRemove, onNavigate }: RowProps) {
  const { t } = useTranslation("conversations");
  const [renaming, setRenaming] = useState(false);
  const entries = useEntries(conversation, onChange, onRemove, () => setRenaming(true));
  if (renaming) {
    return (
      <li>
        <RenameForm
          title={conversation.title}
          onDone={(title) => {
            setRenaming(false);
            if (title !== null) onChange({ title });
          }}
        />
      </li>
    );
  }
  return (
    <li className="group relative flex items-center">
      <NavLink
        to={`/chat/${conversation.conversation_id}`}
        {...(onNavigate ? { onClick: onNavigate } : {})}
        className={({ isActive }) =>
          cx(
            "min-w-0 grow truncate rounded-lg py-2 pr-9 pl-3 text-sm hover:bg-sunken pointer-coarse:py-3",
            isActive && "bg-accent-soft font-medium",
          )
        }
      >
        <Highlighted text={conversation.title} q={q} />
      </NavLink>
      <span className="absolute right-0.5 md:opacity-0 md:focus-within:opacity-100 md:group-hover:opacity-100 pointer-coarse:opacity-100">
        <Menu
          label={t("actions", { title: conversation.title })}
          entries={entries}
          trigger={(wiring) => (
            <IconButton
              {...wiring}
              label={t("actions", { title: conversation.title })}
              tooltip={false}
              size="sm"
              icon={<Ellipsis aria-hidden className="size-4" />}
            />
          )}
        />
      </span>
    </li>
  );
}

function useEntries(
  { conversation_id: id, archived, pinned }: ConversationSummary,
  onChange: (changes: Changes) => void,
  onRemove: () => void,
  onRename: () => void,
): MenuEntry[] {
  const { t, i18n } = useTranslation(["conversations", "common"]);
  const icon = "size-4";
  const failed = (error: unknown) =>
    toast({ text: describeProblem(error, i18n.getFixedT(null, "common"), i18n.language).title });
  const save = (format: Format) => () => void download(id, format).catch(failed);
  const copy = () =>
    void navigator.clipboard
      .writeText(new URL(`/chat/${id}`, window.location.origin).href)
      .then(() => toast({ text: t("linkCopied") }), failed);
  const place: MenuEntry[] = archived
    ? [
        {
          type: "action",
          label: t("restore"),
          icon: <ArchiveRestore aria-hidden className={icon} />,
          run: () => onChange({ archived: false }),
        },
      ]
    : [
        {
          type: "action",
          label: pinned ? t("unpin") : t("pin"),
          icon: pinned ? <PinOff aria-hidden className={icon} /> : <Pin aria-hidden className={icon} />,
          run: () => onChange({ pinned: !pinned }),
        },
        {
          type: "action",
          label: t("archive"),
          icon: <Archive aria-hidden className={icon} />,
          run: () => onChange({ archived: true }),
        },
      ];
  return [
    { type: "action", label: t("rename"), icon: <Pencil aria-hidden className={icon} />, run: onRename },
    ...place,
    { type: "action", label: t("copyLink"), icon: <Link2 aria-hidden className={icon} />, run: copy },
    { type: "line" },
    {
      type: "action",
      label: t("exportMarkdown"),
      icon: <Download aria-hidden className={icon} />,
      run: save("markdown"),
    },
    {
      type: "action",
      label: t("exportJson"),
      icon: <Download aria-hidden className={icon} />,
      run: save("json"),
    },
    { type: "line" },
    {
      type: "action",
      label: t("common:delete"),
      icon: <Trash2 aria-hidden className={icon} />,
      danger: true,
      run: onRemove,
    },
  ];
}
