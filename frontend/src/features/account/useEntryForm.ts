import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { type DefaultValues, type FieldValues, type Path, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { fieldMessage } from "@/shared/fieldMessage";
import { ProblemError } from "@/shared/problems";

/** A form that is checked here first and by the server after that; what either finds is shown at the field. */
export function useEntryForm<T extends FieldValues>(
  rules: z.ZodType<T, T>,
  empty: DefaultValues<T>,
  send: (given: T) => Promise<void>,
) {
  const { t } = useTranslation();
  const form = useForm<T>({ resolver: zodResolver(rules), defaultValues: empty });
  const sending = useMutation({
    mutationFn: send,
    onError: (error) => {
      const problems = error instanceof ProblemError ? error.fields : [];
      problems
        .filter(({ field }) => field in empty)
        .forEach(({ field, message }, place) => {
          form.setError(field as Path<T>, { message }, { shouldFocus: place === 0 });
        });
    },
  });
  const field = (name: Path<T>) => {
    const { message } = form.getFieldState(name, form.formState).error ?? {};
    return { input: form.register(name), error: message && fieldMessage(message, t) };
  };
  const atFields = Object.keys(form.formState.errors).length > 0;
  return {
    field,
    submit: form.handleSubmit((given) => sending.mutate(given)),
    busy: sending.isPending,
    /** What concerns the form as a whole. */
    problem: atFields ? null : sending.error,
    focus: form.setFocus,
    empty: () => form.reset(),
  };
}
