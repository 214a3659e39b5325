import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "../cx";
import { useOpener } from "../useOpener";
import { IconButton } from "./IconButton";

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  /** middle: a card. left, right: a panel along the edge, for phones. */
  place?: "middle" | "left" | "right";
  /** Buttons, in the order in which they are read. */
  actions?: ReactNode;
  /** The card may be wider than a form. */
  wide?: boolean;
  children?: ReactNode;
}

const PLACES = {
  middle:
    "top-1/2 left-1/2 max-h-[min(44rem,calc(100dvh-2rem))] w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 rounded-xl border border-line",
  left: "inset-y-0 left-0 w-[min(20rem,88vw)] border-line border-r",
  right: "inset-y-0 right-0 w-[min(26rem,94vw)] border-line border-l",
};

export function DialogLayer({
  open,
  onOpenChange,
  title,
  description,
  place = "middle",
  ...rest
}: DialogProps) {
  const { t } = useTranslation();
  const opener = useOpener();
  const { actions, wide, children } = rest;
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          {...opener}
          {...(description ? {} : { "aria-describedby": undefined })}
          className={cx(
            "fixed z-40 flex flex-col bg-raised shadow-raised",
            PLACES[place],
            place === "middle" && (wide ? "max-w-3xl" : "max-w-lg"),
          )}
        >
          <header className="flex items-start gap-3 px-5 pt-4 pb-2">
            <div className="grow">
              <Radix.Title className="font-semibold text-lg">{title}</Radix.Title>
              {description && (
                <Radix.Description className="mt-1 text-ink-muted text-sm">{description}</Radix.Description>
              )}
            </div>
            <Radix.Close asChild>
              <IconButton
                label={t("close")}
                icon={<X aria-hidden className="size-5" />}
                size="sm"
                tooltip={false}
              />
            </Radix.Close>
          </header>
          {children && <div className="min-h-0 grow overflow-y-auto px-5 py-2">{children}</div>}
          {actions && <footer className="flex flex-wrap justify-end gap-2 px-5 pt-2 pb-5">{actions}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
