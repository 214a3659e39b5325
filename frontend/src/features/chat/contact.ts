export type ContactProblem = "person.contactMissing" | "person.contactWrong";

/** A first look at how somebody wants to be called back; the server has the last word. */
export function contactProblem(contact: string): ContactProblem | null {
  const given = contact
    .trim()
    .normalize("NFKC")
    .replace(/[०-९]/g, (d) => String(d.charCodeAt(0) - 0x966));
  if (!given) return "person.contactMissing";
  const digits = given.replace(/\D/g, "").length;
  const isPhone = /^\+?[\d ().\-/]+$/.test(given) && digits >= 7 && digits <= 15;
  return isPhone || /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(given) ? null : "person.contactWrong";
}
