import { type KeyboardEvent, type ReactNode, type RefObject, useRef, useState } from "react";
import { useLater } from "../useLater";

export const loadMenu = () => import("./MenuLayer");

export type MenuEntry =
  | { type: "action"; label: string; icon?: ReactNode; danger?: boolean; disabled?: boolean; run: () => void }
  | { type: "link"; label: string; icon?: ReactNode; to: string }
  | {
      type: "choice";
      label: string;
      value: string;
      options: readonly MenuOption[];
      choose: (value: string) => void;
    }
  | { type: "note"; content: ReactNode }
  | { type: "line" };

export interface MenuOption {
  value: string;
  label: string;
  lang?: string;
}

export interface MenuTrigger {
  ref: RefObject<HTMLButtonElement | null>;
  onClick: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
  onPointerEnter: () => void;
  "aria-haspopup": "menu";
  "aria-expanded": boolean;
}

interface MenuProps {
  /** Names the menu. */
  label: string;
  entries: readonly MenuEntry[];
  align?: "start" | "end";
  /** The button, which takes what it is given: `trigger={(wiring) => <IconButton {...wiring} ... />}`. */
  trigger: (wiring: MenuTrigger) => ReactNode;
}

/** Fetched when it is first opened, and ahead of that when the pointer comes near. */
export function Menu({ label, entries, align = "end", trigger }: MenuProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const layer = useLater(loadMenu, open, () => setOpen(false));
  const wiring: MenuTrigger = {
    ref: button,
    onClick: () => setOpen(!open),
    onKeyDown: (event) => {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      setOpen(true);
    },
    onPointerEnter: () => void loadMenu().catch(() => undefined),
    "aria-haspopup": "menu",
    "aria-expanded": open,
  };
  return (
    <span className="relative inline-flex">
      {trigger(wiring)}
      {open && layer && (
        <layer.MenuLayer
          label={label}
          entries={entries}
          align={align}
          button={button}
          onClose={() => setOpen(false)}
        />
      )}
    </span>
  );
}
