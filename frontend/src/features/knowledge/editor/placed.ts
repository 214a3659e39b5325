import { createContext, useContext, useEffect, useRef } from "react";
import { useController, useFormContext } from "react-hook-form";
import { useTranslation } from "react-i18next";
import type { EditorValues } from "./values";

interface PlacedState {
  /** What the server's check says, by field of the form. */
  problems: Record<string, string>;
  /** Show them everywhere, not only where somebody has been already. */
  insists: boolean;
  /** The field that somebody asked to be led to, which may be hidden at the moment. */
  wanted: string;
}

const PlacedContext = createContext<PlacedState>({ problems: {}, insists: false, wanted: "" });
export const Placed = PlacedContext;

type Name = Parameters<typeof useController<EditorValues>>[0]["name"];

/** A field of the form with what there is to say about it, by the form itself or by the server's check. */
export function useEditorField(name: Name) {
  const { t, i18n } = useTranslation("knowledge");
  const { control } = useFormContext<EditorValues>();
  const { field, fieldState } = useController({ control, name });
  const { problems, insists } = useContext(PlacedContext);
  const own = fieldState.error?.message ?? "";
  const key = `editor.problems.${own}`;
  const told = own && (i18n.exists(key, { ns: "knowledge" }) ? t(key as "editor.problems.idMissing") : own);
  const found = insists || fieldState.isTouched || fieldState.isDirty ? problems[name] : undefined;
  return { field, error: told || found };
}

/** Whether the server's check found something at a place, or at any of its rows from one on.
 *
 * Like the fields themselves, it says nothing of what nobody has `begun`, before somebody insists.
 */
export function useHasProblem(name: string, { from = 0, begun = false } = {}): boolean {
  const { problems, insists } = useContext(PlacedContext);
  const wrong = (place: string) => {
    const row = place.startsWith(`${name}.`) ? Number(place.slice(name.length + 1)) : Number.NaN;
    return place === name || row >= from;
  };
  return (insists || begun) && Object.keys(problems).some(wrong);
}

/** Calls back when somebody wants to be led to a field whose name begins so. */
export function useWanted(prefix: string, show: (place: string) => void): void {
  const { wanted } = useContext(PlacedContext);
  const last = useRef("");
  useEffect(() => {
    if (wanted === last.current) return;
    last.current = wanted;
    if (wanted.startsWith(prefix)) show(wanted.slice(prefix.length));
  }, [wanted, prefix, show]);
}
