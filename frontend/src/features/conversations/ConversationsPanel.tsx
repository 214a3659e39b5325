import { Archive, ArrowLeft, Plus, Search } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Button } from "@/shared/ui/Button";
import { TextInput } from "@/shared/ui/TextInput";
import { ConversationList } from "./ConversationList";
import { useSettled } from "./useSettled";

interface ConversationsPanelProps {
  /** Called when the reader went somewhere: on a phone the panel then closes. */
  onNavigate?: () => void;
}

export default function ConversationsPanel({ onNavigate }: ConversationsPanelProps) {
  const { t } = useTranslation(["conversations", "common"]);
  const [typed, setTyped] = useState("");
  const [archived, setArchived] = useState(false);
  const q = useSettled(typed.trim(), 250);
  const navigate = useNavigate();
  const begin = () => {
    navigate("/chat");
    onNavigate?.();
  };
  useShortcut(begin);
  return (
    <div className="flex min-h-0 grow flex-col gap-3 p-3">
      <h2 className="sr-only">{t("title")}</h2>
      <Button
        variant="secondary"
        icon={<Plus aria-hidden className="size-4" />}
        onClick={begin}
        aria-keyshortcuts="Control+Shift+O Meta+Shift+O"
      >
        {t("new")}
      </Button>
      <div className="relative">
        <Search
          aria-hidden
          className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-muted"
        />
        <TextInput
          type="search"
          aria-label={t("search")}
          placeholder={t("search")}
          value={typed}
          maxLength={200}
          onChange={(event) => setTyped(event.currentTarget.value)}
          className="pl-9 text-sm"
        />
      </div>
      <div className="-mx-1 min-h-0 grow overflow-y-auto px-1">
        <ConversationList q={q} archived={archived} onNavigate={onNavigate} />
      </div>
      <Button
        variant="quiet"
        size="sm"
        icon={
          archived ? <ArrowLeft aria-hidden className="size-4" /> : <Archive aria-hidden className="size-4" />
        }
        onClick={() => setArchived(!archived)}
      >
        {archived ? t("leaveArchive") : t("archived")}
      </Button>
    </div>
  );
}

function useShortcut(begin: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || !event.shiftKey || event.key.toLowerCase() !== "o") return;
      event.preventDefault();
      begin();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  });
}
