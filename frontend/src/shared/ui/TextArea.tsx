import type { TextareaHTMLAttributes } from "react";
import { useImperativeHandle, useLayoutEffect, useRef } from "react";
import { cx } from "../cx";
import { CONTROL_CLASS, useField } from "./Field";

export interface TextAreaProps extends TextareaHTMLAttributes<HTMLTextAreaElement> {
  /** It grows with its text up to so many pixels, then it scrolls. */
  maxHeight?: number;
  ref?: React.Ref<HTMLTextAreaElement>;
}

export function TextArea({ maxHeight = 320, className, rows = 3, ref, onInput, ...rest }: TextAreaProps) {
  const own = useRef<HTMLTextAreaElement>(null);
  useImperativeHandle(ref, () => own.current as HTMLTextAreaElement);
  // Without dependencies: a value that was set from outside changes the height as much as one that was typed.
  useLayoutEffect(() => fitToText(own.current, maxHeight));
  return (
    <textarea
      {...useField()}
      {...rest}
      ref={own}
      rows={rows}
      onInput={(event) => {
        fitToText(event.currentTarget, maxHeight);
        onInput?.(event);
      }}
      className={cx(CONTROL_CLASS, "resize-none py-2.5 leading-6", className)}
    />
  );
}

function fitToText(area: HTMLTextAreaElement | null, maxHeight: number): void {
  if (!area) return;
  area.style.height = "auto";
  const border = area.offsetHeight - area.clientHeight;
  area.style.height = `${Math.min(area.scrollHeight + border, maxHeight)}px`;
  area.style.overflowY = area.scrollHeight + border > maxHeight ? "auto" : "hidden";
}
