import { PencilLine } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import type { RevisionView } from "@/api";
import { hasRole, useAccount } from "@/shared/account";
import { useFormat } from "@/shared/format";
import { Button, buttonClass } from "@/shared/ui/Button";
import { Card } from "@/shared/ui/Card";
import { Confirm } from "@/shared/ui/Confirm";
import { Field } from "@/shared/ui/Field";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { TextArea } from "@/shared/ui/TextArea";
import { toast } from "@/shared/ui/Toasts";
import { useApprove, useReturn } from "../api";
import { paths } from "../paths";
import { type When, WhenFields } from "./WhenFields";
import { Withdraw } from "./Withdraw";
import { fromLocalInput, isAhead } from "./when";

/** What somebody may do with a draft: approve it, give it back, or go on writing. */
export function Decide({ draft }: { draft: RevisionView }) {
  const { t } = useTranslation("knowledge");
  const { data: account } = useAccount();
  const own = draft.author === account?.username;
  return (
    <aside className="flex flex-col gap-6 lg:sticky lg:top-20">
      {draft.stage === "review" && draft.may_approve && (
        <>
          <Approve draft={draft} />
          <GiveBack draft={draft} />
        </>
      )}
      {draft.stage === "review" && !draft.may_approve && (
        <Card title={t(own ? "review.own" : "review.mayNot")}>
          <p className="text-sm">{t(own ? "review.ownAbout" : "review.mayNotAbout")}</p>
        </Card>
      )}
      {draft.stage === "draft" && (
        <Card title={t("review.beingWritten")}>
          <p className="text-sm">{t("review.beingWrittenAbout", { author: draft.author })}</p>
        </Card>
      )}
      {draft.retires ? (
        (own || hasRole(account, "admin")) && <Withdraw draft={draft} />
      ) : (
        <Link to={paths.edit(draft.entry_id)} className={buttonClass()}>
          <PencilLine aria-hidden className="size-4" />
          {t("review.edit")}
        </Link>
      )}
    </aside>
  );
}

function Approve({ draft }: { draft: RevisionView }) {
  const { t } = useTranslation("knowledge");
  const { dateTime } = useFormat();
  const navigate = useNavigate();
  const [when, setWhen] = useState<When>(null);
  const [asking, setAsking] = useState(false);
  const approve = useApprove();
  const from = when === null ? null : fromLocalInput(when);
  const send = () =>
    approve.mutate(
      { draft, from },
      {
        onSuccess: () => {
          setAsking(false);
          toast({ text: from ? t("review.approvedFrom", { when: dateTime(from) }) : t("review.approved") });
          navigate(paths.review);
        },
      },
    );
  return (
    <Card title={t("review.approve")} description={t("review.approveOne")}>
      <WhenFields when={when} onChange={setWhen} />
      <Button variant="primary" disabled={when !== null && !isAhead(when)} onClick={() => setAsking(true)}>
        {t(draft.retires ? "review.approveRetirement" : "review.approve")}
      </Button>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title={t(draft.retires ? "review.approveRetirementTitle" : "review.approveOneTitle")}
        description={from ? t("review.approveFrom", { when: dateTime(from) }) : t("review.approveNow")}
        confirm={t("review.approve")}
        busy={approve.isPending}
        onConfirm={send}
      >
        {approve.isError && <ProblemPanel error={approve.error} onRetry={send} busy={approve.isPending} />}
      </Confirm>
    </Card>
  );
}

function GiveBack({ draft }: { draft: RevisionView }) {
  const { t } = useTranslation("knowledge");
  const navigate = useNavigate();
  const [note, setNote] = useState("");
  const [missing, setMissing] = useState(false);
  const giveBack = useReturn();
  const send = () => {
    setMissing(note.trim() === "");
    if (note.trim() === "") return;
    giveBack.mutate(
      { id: draft.id, note: note.trim() },
      {
        onSuccess: () => {
          toast({ text: t("review.returned", { author: draft.author }) });
          navigate(paths.review);
        },
      },
    );
  };
  return (
    <Card title={t("review.return")} description={t("review.returnAbout")}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
        className="flex flex-col gap-4"
      >
        <Field
          label={t("review.returnNote")}
          required
          error={missing && note.trim() === "" ? t("review.returnMissing") : undefined}
        >
          <TextArea value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />
        </Field>
        <Button type="submit" busy={giveBack.isPending}>
          {t("review.return")}
        </Button>
      </form>
      {giveBack.isError && <ProblemPanel error={giveBack.error} onRetry={send} busy={giveBack.isPending} />}
    </Card>
  );
}
