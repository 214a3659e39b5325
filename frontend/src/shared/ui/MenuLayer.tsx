import { Check } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import { type RefObject, useRef } from "react";
import { Link } from "react-router";
import { cx } from "../cx";
import type { MenuEntry } from "./Menu";

const ITEM =
  "flex min-h-9 cursor-pointer select-none items-center gap-2.5 rounded-md px-2.5 text-sm outline-none data-[disabled]:cursor-not-allowed data-[highlighted]:bg-sunken data-[disabled]:opacity-50 pointer-coarse:min-h-11";

const LANDMARKS = "[role=dialog], [role=alertdialog], header, main, aside, nav";

interface MenuLayerProps {
  label: string;
  entries: readonly MenuEntry[];
  align: "start" | "end";
  button: RefObject<HTMLButtonElement | null>;
  onClose: () => void;
}

/** It is there only while it is open, so the real button is outside; a see-through one tells it where to stand. */
export function MenuLayer({ label, entries, align, button, onClose }: MenuLayerProps) {
  const chosen = useRef<() => void>(undefined);
  return (
    <Radix.Root open modal={false} onOpenChange={(open) => !open && onClose()}>
      <Radix.Trigger asChild>
        <span aria-hidden className="pointer-events-none absolute inset-0" />
      </Radix.Trigger>
      {/* Inside the landmark, or the dialog, that the button is in. */}
      <Radix.Portal container={button.current?.closest<HTMLElement>(LANDMARKS) ?? null}>
        <Radix.Content
          aria-label={label}
          aria-labelledby={undefined}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          onInteractOutside={(event) => {
            // A click on the button closes the menu by itself; closed twice, it would be open again.
            if (button.current?.contains(event.target as Node)) event.preventDefault();
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            button.current?.focus();
            // Only now: a dialog that opens remembers where the focus was.
            chosen.current?.();
          }}
          className="z-50 min-w-52 max-w-80 animate-appear rounded-xl border border-line bg-raised p-1.5 text-ink shadow-raised"
        >
          {entries.map((entry, place) => (
            <Entry
              // biome-ignore lint/suspicious/noArrayIndexKey: entries have no other identity, and the list is short-lived.
              key={place}
              entry={entry}
              choose={(run) => {
                chosen.current = run;
              }}
            />
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Entry({ entry, choose }: { entry: MenuEntry; choose: (run: () => void) => void }) {
  switch (entry.type) {
    case "line":
      return <Radix.Separator className="my-1.5 h-px bg-line" />;
    case "note":
      return (
        <Radix.Label className="block px-2.5 py-1.5 text-ink-muted text-xs">{entry.content}</Radix.Label>
      );
    case "link":
      return (
        <Radix.Item asChild className={ITEM}>
          <Link to={entry.to}>
            {entry.icon}
            {entry.label}
          </Link>
        </Radix.Item>
      );
    case "action":
      return (
        <Radix.Item
          disabled={entry.disabled ?? false}
          onSelect={() => choose(entry.run)}
          className={cx(ITEM, entry.danger && "text-danger")}
        >
          {entry.icon}
          {entry.label}
        </Radix.Item>
      );
    case "choice":
      return <Choice {...entry} />;
  }
}

function Choice({ label, value, options, choose }: Extract<MenuEntry, { type: "choice" }>) {
  return (
    <Radix.RadioGroup value={value} onValueChange={choose} aria-label={label}>
      <Radix.Label className="px-2.5 pt-2 pb-1 text-ink-muted text-xs">{label}</Radix.Label>
      {options.map((option) => (
        <Radix.RadioItem key={option.value} value={option.value} lang={option.lang} className={ITEM}>
          <span className="grow">{option.label}</span>
          <Radix.ItemIndicator>
            <Check aria-hidden className="size-4 text-accent" />
          </Radix.ItemIndicator>
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}
