import type { ReactNode } from "react";

export interface Fact {
  name: string;
  value: ReactNode;
}

/** Names with their values; those without a value are left out. */
export function Facts({ facts }: { facts: readonly (Fact | false)[] }) {
  const shown = facts.filter((fact): fact is Fact => fact !== false);
  return (
    <dl className="grid grid-cols-[fit-content(55%)_1fr] gap-x-4 gap-y-2 text-sm">
      {shown.map(({ name, value }) => (
        <div key={name} className="contents">
          <dt className="text-ink-muted">{name}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
