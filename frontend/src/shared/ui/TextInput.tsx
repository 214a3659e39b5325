import type { InputHTMLAttributes } from "react";
import { cx } from "../cx";
import { CONTROL_CLASS, useField } from "./Field";

export interface TextInputProps extends InputHTMLAttributes<HTMLInputElement> {
  ref?: React.Ref<HTMLInputElement>;
}

export function TextInput({ className, ...rest }: TextInputProps) {
  return <input type="text" {...useField()} {...rest} className={cx(CONTROL_CLASS, "h-11", className)} />;
}
