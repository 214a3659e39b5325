import { ArrowLeft } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { useTitle } from "@/shared/useTitle";

interface PageHeadProps {
  title: string;
  description?: ReactNode;
  actions?: ReactNode;
  /** One level up. */
  back?: { to: string; label: string };
  lang?: string | undefined;
}

export function PageHead({ title, description, actions, back, lang }: PageHeadProps) {
  useTitle(title);
  return (
    <header className="flex flex-col gap-1">
      {back && (
        <Link
          to={back.to}
          className="inline-flex min-h-8 items-center gap-1.5 self-start rounded-md text-ink-muted text-sm hover:text-ink hover:underline"
        >
          <ArrowLeft aria-hidden className="size-4" />
          {back.label}
        </Link>
      )}
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <h1 lang={lang} className="min-w-0 max-w-3xl break-words font-display font-semibold text-2xl">
          {title}
        </h1>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </div>
      {description && <div className="max-w-3xl text-ink-muted text-sm">{description}</div>}
    </header>
  );
}
