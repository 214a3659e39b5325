import { useQuery } from "@tanstack/react-query";
import { CircleCheck, Copy, Phone } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type BankView, type HandOffReceipt, requestPerson } from "@/api";
import { useLanguage } from "@/i18n/useLanguage";
import { aboutQuery } from "@/shared/about";
import { ProblemError } from "@/shared/problems";
import { Button, buttonClass } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { Field } from "@/shared/ui/Field";
import { IconButton } from "@/shared/ui/IconButton";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { TextArea } from "@/shared/ui/TextArea";
import { TextInput } from "@/shared/ui/TextInput";
import { toast } from "@/shared/ui/Toasts";
import { copyText } from "./clipboard";
import { type ContactProblem, contactProblem } from "./contact";

interface HandOffDialogProps {
  open: boolean;
  onClose: () => void;
  /** Its transcript goes along. */
  conversationId: string | null;
}

/** Asks for a person. What was typed stays until the request has got through. */
export default function HandOffDialog({ open, onClose, conversationId }: HandOffDialogProps) {
  const { t } = useTranslation("chat");
  const { data: about } = useQuery(aboutQuery);
  const [receipt, setReceipt] = useState<HandOffReceipt | null>(null);
  const [given, setGiven] = useState({ name: "", contact: "", note: "" });
  const close = () => {
    onClose();
    if (receipt) setGiven((before) => ({ ...before, note: "" }));
    setReceipt(null);
  };
  const bank = about?.bank;
  const intro = t(conversationId ? "person.intro" : "person.introAlone", { bank: bank?.name ?? "" });
  return (
    <Dialog
      open={open}
      onOpenChange={(stays) => !stays && close()}
      title={t(receipt ? "person.done" : "person.title")}
      description={receipt ? undefined : bank && intro}
    >
      {receipt ? (
        <Done receipt={receipt} onClose={close} />
      ) : (
        <Form given={given} change={setGiven} conversationId={conversationId} onDone={setReceipt} />
      )}
      {bank && <CustomerCare bank={bank} />}
    </Dialog>
  );
}

interface Given {
  name: string;
  contact: string;
  note: string;
}

interface FormProps {
  given: Given;
  change: (given: Given) => void;
  conversationId: string | null;
  onDone: (receipt: HandOffReceipt) => void;
}

function Form({ given, change, conversationId, onDone }: FormProps) {
  const { t } = useTranslation("chat");
  const [lang] = useLanguage();
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const form = useRef<HTMLFormElement>(null);
  const nameError = tried && !given.name.trim() ? t("person.nameMissing") : undefined;
  const contactError = tried || refusedContact(problem) ? contactWords(problem, given.contact) : null;
  const submit = async (event?: FormEvent) => {
    event?.preventDefault();
    setTried(true);
    if (!given.name.trim() || contactProblem(given.contact)) {
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus());
      return;
    }
    setBusy(true);
    setProblem(null);
    const conversation = conversationId ? { conversation_id: conversationId } : {};
    try {
      onDone(await requestPerson({ body: { ...given, lang, ...conversation } }));
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  };
  return (
    <form ref={form} noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-4 pb-4">
      {problem !== null && !refusedContact(problem) && (
        <ProblemPanel error={problem} onRetry={() => void submit()} busy={busy} />
      )}
      <Field label={t("person.name")} required error={nameError}>
        <TextInput
          autoComplete="name"
          maxLength={120}
          value={given.name}
          onChange={(event) => change({ ...given, name: event.target.value })}
        />
      </Field>
      <Field label={t("person.contact")} required error={contactError ? t(contactError) : undefined}>
        <TextInput
          maxLength={254}
          value={given.contact}
          onChange={(event) => {
            setProblem(null);
            change({ ...given, contact: event.target.value });
          }}
        />
      </Field>
      <Field label={t("person.note")} hint={t("person.noteHint")}>
        <TextArea
          rows={2}
          maxLength={500}
          value={given.note}
          onChange={(event) => change({ ...given, note: event.target.value })}
        />
      </Field>
      <Button type="submit" variant="primary" busy={busy} className="self-end">
        {t("person.send")}
      </Button>
    </form>
  );
}

function refusedContact(problem: unknown): boolean {
  return problem instanceof ProblemError && problem.fields.some(({ field }) => field === "contact");
}

function contactWords(problem: unknown, contact: string): ContactProblem | null {
  return refusedContact(problem) ? "person.contactWrong" : contactProblem(contact);
}

function Done({ receipt, onClose }: { receipt: HandOffReceipt; onClose: () => void }) {
  const { t } = useTranslation("chat");
  const { t: common } = useTranslation();
  const result = useRef<HTMLDivElement>(null);
  useEffect(() => result.current?.focus(), []);
  const copy = async () => {
    const done = await copyText(receipt.reference);
    toast({ text: t(done ? "actions.copied" : "actions.copyFailed") });
  };
  return (
    <div ref={result} tabIndex={-1} className="flex flex-col gap-3 pb-4 outline-none">
      <p className="flex items-start gap-2">
        <CircleCheck aria-hidden className="mt-0.5 size-5 shrink-0 text-ok" />
        {t(receipt.told ? "person.told" : "person.waits")}
      </p>
      <div className="rounded-xl border border-line bg-sunken p-4 text-center">
        <p className="text-ink-muted text-sm">{t("person.reference")}</p>
        <p className="flex items-center justify-center gap-1 font-mono font-semibold text-2xl tracking-wider">
          {receipt.reference}
          <IconButton
            size="sm"
            label={t("actions.copy")}
            tooltip={false}
            icon={<Copy aria-hidden className="size-4" />}
            onClick={() => void copy()}
          />
        </p>
      </div>
      <p className="text-ink-muted text-sm">{t("person.referenceHint")}</p>
      <Button variant="primary" className="self-end" onClick={onClose}>
        {common("close")}
      </Button>
    </div>
  );
}

function CustomerCare({ bank }: { bank: BankView }) {
  const { t } = useTranslation("chat");
  if (bank.is_example) return <p className="pb-4 text-ink-muted text-xs">{t("person.example")}</p>;
  const number = bank.customer_care_number;
  if (!number) return null;
  return (
    <a
      href={`tel:${number.replace(/[^+\d]/g, "")}`}
      className={buttonClass("secondary", "md", "mb-4 w-full")}
    >
      <Phone aria-hidden className="size-4" />
      {t("person.call", { number })}
    </a>
  );
}
