import type { ReactNode } from "react";
import { Field } from "@/shared/ui/Field";
import { TextArea, type TextAreaProps } from "@/shared/ui/TextArea";
import { TextInput, type TextInputProps } from "@/shared/ui/TextInput";
import { useEditorField } from "./placed";

type Name = Parameters<typeof useEditorField>[0];

interface LabelProps {
  name: Name;
  label: string;
  hint?: ReactNode;
  required?: boolean;
  hideLabel?: boolean;
  className?: string;
}

type TextFieldProps = LabelProps & { input?: Omit<TextInputProps, "name" | "value" | "onChange"> };

export function TextField({ name, input, ...label }: TextFieldProps) {
  const { field, error } = useEditorField(name);
  return (
    <Field {...label} error={error}>
      <TextInput {...input} {...field} value={String(field.value ?? "")} />
    </Field>
  );
}

type LongFieldProps = LabelProps & { input?: Omit<TextAreaProps, "name" | "value" | "onChange"> };

export function LongField({ name, input, ...label }: LongFieldProps) {
  const { field, error } = useEditorField(name);
  return (
    <Field {...label} error={error}>
      <TextArea {...input} {...field} value={String(field.value ?? "")} />
    </Field>
  );
}
