/** The value of a `datetime-local` field: this browser's clock, to the minute. */
export function localInput(when: Date): string {
  const shifted = new Date(when.getTime() - when.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

/** An instant for the server; null where the field is empty or holds no date. */
export function fromLocalInput(value: string): string | null {
  const when = new Date(value);
  return value === "" || Number.isNaN(when.getTime()) ? null : when.toISOString();
}

/** A time that has not come yet. */
export function isAhead(value: string, now = new Date()): boolean {
  const when = fromLocalInput(value);
  return when !== null && new Date(when) > now;
}
