import { useLater } from "../useLater";
import type { ConfirmProps } from "./ConfirmLayer";

export const loadConfirm = () => import("./ConfirmLayer");

/** Asks before something is done that cannot be undone. Fetched when it is first opened. */
export function Confirm(props: ConfirmProps) {
  const layer = useLater(loadConfirm, props.open, () => props.onOpenChange(false));
  return layer && <layer.ConfirmLayer {...props} />;
}
