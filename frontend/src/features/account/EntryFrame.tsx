import type { FormEventHandler, ReactNode } from "react";

interface EntryFrameProps {
  title: string;
  notice?: ReactNode;
  onSubmit: FormEventHandler;
  /** The other way in, under the form. */
  other: ReactNode;
  children: ReactNode;
}

export function EntryFrame({ title, notice, onSubmit, other, children }: EntryFrameProps) {
  return (
    <div className="mx-auto flex w-full max-w-md flex-col gap-5 px-4 py-8 sm:py-14">
      <h1 className="font-display text-3xl">{title}</h1>
      {notice}
      <form
        noValidate
        onSubmit={onSubmit}
        className="flex flex-col gap-4 rounded-xl border border-line bg-raised p-4 sm:p-6"
      >
        {children}
      </form>
      <p className="text-sm">{other}</p>
    </div>
  );
}
