import { Thread } from "@/features/chat/Thread";
import { WidgetFrame } from "@/features/widget/WidgetFrame";
import { useLocalState } from "@/shared/useLocalState";

/** The chat inside another page: one conversation for one visit. */
export default function WidgetChat() {
  const [conversationId, setConversationId] = useLocalState<string | null>("widget.conversation", null);
  return (
    <WidgetFrame>
      <Thread compact conversationId={conversationId} onConversation={setConversationId} />
    </WidgetFrame>
  );
}
