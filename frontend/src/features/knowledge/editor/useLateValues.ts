import { useEffect, useState } from "react";
import type { UseFormReturn } from "react-hook-form";
import type { EditorValues } from "./values";

/** The values of the form once typing rests, so that a letter typed draws one field and not the page. */
export function useLateValues(form: UseFormReturn<EditorValues>, restMs: number): EditorValues {
  const [values, setValues] = useState(() => structuredClone(form.getValues()));
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => setValues(structuredClone(form.getValues())), restMs);
    };
    // Fields may have set something of their own before this hook could hear of it.
    wait();
    const stop = form.subscribe({ formState: { values: true }, callback: wait });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [form, restMs]);
  return values;
}
