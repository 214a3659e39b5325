import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { useTitle } from "@/shared/useTitle";
import { conversationQuery } from "./queries";
import { Thread } from "./Thread";

/** `/chat` and `/chat/<conversation>`; `?leaf=` names the version on show, and `?q=` a question to begin with. */
export default function ChatPage() {
  const { t } = useTranslation("chat");
  const navigate = useNavigate();
  const { conversationId } = useParams();
  const [query, setQuery] = useSearchParams();
  const { data } = useQuery({ ...conversationQuery(conversationId ?? "", null), enabled: false });
  const title = (conversationId && data?.title) || t("newConversation");
  useTitle(title);
  const onConversation = useCallback(
    (id: string | null) => void navigate(id === null ? "/chat" : `/chat/${id}`, { replace: id !== null }),
    [navigate],
  );
  const onLeaf = (leaf: string | null) => setQuery(leaf === null ? {} : { leaf }, { replace: true });
  const question = query.get("q");
  // Once it stands in the field it is a draft like any other; a reload must not bring back what was changed.
  useEffect(() => {
    if (question !== null) setQuery({}, { replace: true });
  }, [question, setQuery]);
  return (
    <>
      <h1 className="sr-only">{title}</h1>
      <Thread
        conversationId={conversationId}
        onConversation={onConversation}
        question={question}
        leaf={query.get("leaf")}
        onLeaf={onLeaf}
      />
    </>
  );
}
