import { useLater } from "../useLater";
import type { DialogProps } from "./DialogLayer";

export const loadDialog = () => import("./DialogLayer");

/** Fetched when it is first opened: no page needs it to be shown. */
export function Dialog(props: DialogProps) {
  const layer = useLater(loadDialog, props.open, () => props.onOpenChange(false));
  return layer && <layer.DialogLayer {...props} />;
}
