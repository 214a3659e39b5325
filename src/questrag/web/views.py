"""What the API says, as types. `questrag ask --json` prints the same objects, so nothing here needs a web server."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from questrag.chat.types import Action, Conversation, Decision, Hit, Lang, OpeningKind, Reason, Status, Turn


class View(BaseModel):
    """Made from a record that has attributes of the same names."""

    model_config = ConfigDict(from_attributes=True)


class SourceView(View):
    id: str
    question: str
    source: str
    as_of: str
    score: float | None
    verbatim: bool


class TokenBillView(View):
    prompt: int
    completion: int
    always_fetch_prompt: int
    saved: int
    counted_by: str
    paid: bool
    """False when no model was asked: then the figures say what one would have been sent."""
    cached: int
    """Prompt tokens that the provider read from its prefix cache; 0 where it does not say."""
    billed: int
    """The other prompt tokens: providers charge less for those from the cache, or nothing."""


class VersionsView(View):
    policy: str
    encoder: str
    index: str
    knowledge: str
    prompt: str
    model: str


class ReceiptView(View):
    """Why an answer is what it is, and what it cost."""

    policy_action: Action
    retrieval_score: float | None
    documents_retrieved: int
    llm_provider: str
    reason: Reason
    p_fetch: float
    probabilities: dict[Action, float]
    fetched: list[str]
    live: list[str]
    cited: list[str]
    sources: list[SourceView]
    """In the order of their first citation in the answer, which cites by the numbers that its model was shown."""
    tokens: TokenBillView
    timings_ms: dict[str, float]
    versions: VersionsView
    lang: Lang
    emergency: bool
    opening: OpeningKind | None
    """What the answer begins with in an emergency: the steps against fraud, or where to find help in despair."""
    degraded: list[str]
    citations_removed: int
    replaced: str
    why: str
    """Why the policy decided so, in one sentence; empty where the reason says it all."""
    guard: list[str]
    """What in the question looked like an attack on the assistant; then no language model was asked."""


class ChatResponse(BaseModel):
    """One answer, with its sources and its receipt."""

    response: str
    conversation_id: str
    message_id: str
    status: Status
    complete: bool
    """False for an answer whose reader left before its end; it has no receipt."""
    sources: list[SourceView]
    metadata: ReceiptView | None


class FeedbackView(View):
    rating: Literal["up", "down"]
    reason: str
    given_at: datetime


class MessageView(BaseModel):
    """One thing said. A question and its answer share the id of their turn."""

    id: str
    role: Literal["user", "assistant"]
    content: str
    timestamp: datetime
    status: Status
    complete: bool
    """False for an answer that is pending, failed, or broke off because its reader left; a question always is."""
    problem: str
    """What went wrong, for a failed answer."""
    metadata: ReceiptView | None
    versions: list[str]
    """Every turn that was asked at this place, oldest first, with this one."""
    feedback: FeedbackView | None


class ConversationSummary(BaseModel):
    conversation_id: str
    title: str
    created_at: datetime
    updated_at: datetime
    archived: bool
    pinned: bool


class ConversationPage(BaseModel):
    conversations: list[ConversationSummary]
    next_cursor: str | None
    """For the next page; null on the last one."""


class ConversationView(ConversationSummary):
    messages: list[MessageView]


class TurnView(View):
    """A question and what became of it, with its place in the tree."""

    id: str
    parent_id: str | None
    question: str
    asked_at: datetime
    status: Status
    answer: str
    answered_at: datetime | None
    complete: bool
    problem: str
    metadata: ReceiptView | None
    feedback: FeedbackView | None


class ConversationExport(ConversationSummary):
    turns: list[TurnView]
    """All of them, also the versions that were replaced, oldest first."""


class FieldProblem(BaseModel):
    field: str
    message: str


class Problem(BaseModel):
    """RFC 9457, with the request's id, which is also in the log."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[FieldProblem] | None = None
    """One per field, for input that cannot be accepted."""


class StartEvent(BaseModel):
    conversation_id: str
    message_id: str


class DecidedEvent(BaseModel):
    policy_action: Action
    p_fetch: float
    reason: Reason
    policy: str


class HitView(BaseModel):
    id: str
    question: str
    score: float


class RetrievedEvent(BaseModel):
    hits: list[HitView]


class TokenEvent(BaseModel):
    """The next piece of the answer."""

    text: str
    opening: OpeningKind | None = None
    """Only on a piece that begins with the words for an emergency, as on the receipt."""


class ReplacedEvent(BaseModel):
    """Every token before this one is withdrawn."""

    why: str


class FailedEvent(BaseModel):
    problem: Problem


StreamEvent = StartEvent | DecidedEvent | RetrievedEvent | TokenEvent | ReplacedEvent | ChatResponse | FailedEvent

EVENT_NAMES: dict[type[StreamEvent], str] = {
    StartEvent: "start",
    DecidedEvent: "decided",
    RetrievedEvent: "retrieved",
    TokenEvent: "token",
    ReplacedEvent: "replaced",
    ChatResponse: "done",
    FailedEvent: "failed",
}


def chat_response(turn: Turn) -> ChatResponse:
    """Describe a turn that has ended with an answer."""
    receipt = receipt_view(turn)
    return ChatResponse(
        response=turn.answer,
        conversation_id=turn.conversation_id,
        message_id=turn.id,
        status=turn.status,
        complete=turn.complete,
        sources=receipt.sources if receipt else [],
        metadata=receipt,
    )


def receipt_view(turn: Turn) -> ReceiptView | None:
    return ReceiptView.model_validate(turn.receipt) if turn.receipt else None


def decided_event(decision: Decision) -> DecidedEvent:
    return DecidedEvent(
        policy_action=decision.action, p_fetch=decision.p_fetch, reason=decision.reason, policy=decision.policy
    )


def retrieved_event(hits: Sequence[Hit]) -> RetrievedEvent:
    return RetrievedEvent(
        hits=[HitView(id=hit.passage.id, question=hit.passage.question, score=hit.score) for hit in hits]
    )


def summary_of(conversation: Conversation) -> ConversationSummary:
    return ConversationSummary(
        conversation_id=conversation.id,
        title=conversation.title,
        created_at=conversation.created_at,
        updated_at=conversation.updated_at,
        archived=conversation.archived,
        pinned=conversation.pinned,
    )


def conversation_view(conversation: Conversation, path: Sequence[Turn], turns: Sequence[Turn]) -> ConversationView:
    """Describe the messages along one path through all the turns of a conversation."""
    versions: dict[str | None, list[str]] = {}
    for turn in turns:
        versions.setdefault(turn.parent_id, []).append(turn.id)
    return ConversationView(
        **summary_of(conversation).model_dump(),
        messages=[message for turn in path for message in _messages(turn, versions[turn.parent_id])],
    )


def conversation_export(conversation: Conversation, turns: Sequence[Turn]) -> ConversationExport:
    return ConversationExport(**summary_of(conversation).model_dump(), turns=[_turn_view(turn) for turn in turns])


def _turn_view(turn: Turn) -> TurnView:
    return TurnView(
        id=turn.id,
        parent_id=turn.parent_id,
        question=turn.question,
        asked_at=turn.asked_at,
        status=turn.status,
        answer=turn.answer,
        answered_at=turn.answered_at,
        complete=turn.complete,
        problem=turn.problem,
        metadata=receipt_view(turn),
        feedback=_feedback_view(turn),
    )


def _messages(turn: Turn, versions: list[str]) -> tuple[MessageView, MessageView]:
    question = MessageView(
        id=turn.id,
        role="user",
        content=turn.question,
        timestamp=turn.asked_at,
        status=turn.status,
        complete=True,
        problem="",
        metadata=None,
        versions=versions,
        feedback=None,
    )
    answer = MessageView(
        id=turn.id,
        role="assistant",
        content=turn.answer,
        timestamp=turn.answered_at or turn.asked_at,
        status=turn.status,
        complete=turn.complete,
        problem=turn.problem,
        metadata=receipt_view(turn),
        versions=versions,
        feedback=_feedback_view(turn),
    )
    return question, answer


def _feedback_view(turn: Turn) -> FeedbackView | None:
    return FeedbackView.model_validate(turn.feedback) if turn.feedback else None
