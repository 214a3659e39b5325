"""Plays labelled conversations through the pipeline that customers meet."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise, takewhile

from questrag.chat.ports import Policy, Retriever, TokenCounter
from questrag.chat.prompt import Prompt
from questrag.chat.turn import Assistant, collect
from questrag.chat.types import Decision, Found, Hit, Receipt, Status, Turn, TurnState
from questrag.evaluation.labelled import LabelledConversation, LabelledTurn

_ASKED_AT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Played:
    """One turn, as it went."""

    conversation: str
    lang: str
    turn: LabelledTurn
    state: TurnState
    decision: Decision
    receipt: Receipt
    answer: str

    @property
    def shown(self) -> frozenset[str]:
        """Entries that were in the prompt."""
        return frozenset((*self.receipt.fetched, *self.receipt.live))


@dataclass(slots=True)
class Recording:
    """Does what another policy says, and remembers what it was asked last."""

    inner: Policy
    state: TurnState | None = None
    decision: Decision | None = None

    @property
    def version(self) -> str:
        return self.inner.version

    def decide(self, state: TurnState) -> Decision:
        self.state, self.decision = state, self.inner.decide(state)
        return self.decision


@dataclass(slots=True)
class Remembering:
    """A retriever that searches for nothing twice: policies are compared on the same searches."""

    inner: Retriever
    found: dict[tuple[object, ...], Found] = field(default_factory=dict)

    @property
    def encoder_version(self) -> str:
        return self.inner.encoder_version

    @property
    def index_version(self) -> str:
        return self.inner.index_version

    def search(self, question: str, k: int, earlier: Sequence[str] = ()) -> list[Hit]:
        return list(self.search_and_score(question, k, earlier, ()).hits)

    def search_and_score(self, question: str, k: int, earlier: Sequence[str], also: Collection[str]) -> Found:
        key = (question, k, tuple(earlier), frozenset(also))
        if key not in self.found:
            self.found[key] = self.inner.search_and_score(question, k, earlier, also)
        return self.found[key]


def play(
    assistant: Assistant,
    conversation: LabelledConversation,
    policy_for: Callable[[LabelledTurn], Policy],
    answers: Sequence[str] = (),
) -> list[Played]:
    """Play a conversation from its first turn to its last.

    Args:
        policy_for: called at each turn; a policy that is shown the labels is an oracle.
        answers: what the history says was answered, one per turn, so that no policy gains by shorter answers; where
            there are none, the answers of this play.
    """
    return asyncio.run(_play(assistant, conversation, policy_for, answers))


async def _play(
    assistant: Assistant,
    conversation: LabelledConversation,
    policy_for: Callable[[LabelledTurn], Policy],
    answers: Sequence[str],
) -> list[Played]:
    history: list[Turn] = []
    played: list[Played] = []
    for number, turn in enumerate(conversation.turns):
        policy = Recording(policy_for(turn))
        answer = await collect(replace(assistant, policy=policy).answer(turn.user, history))
        if policy.state is None or policy.decision is None:
            raise RuntimeError("a turn ended without a decision")
        played.append(
            Played(conversation.id, conversation.lang, turn, policy.state, policy.decision, answer.receipt, answer.text)
        )
        history.append(
            Turn(
                id=f"{conversation.id}-{number}",
                conversation_id=conversation.id,
                user_id="played",
                question=turn.user,
                asked_at=_ASKED_AT,
                status=Status.ANSWERED,
                answer=answers[number] if answers else answer.text,
                receipt=answer.receipt,
            )
        )
    return played


def billed_tokens(prompts: Sequence[Prompt], tokens: TokenCounter) -> list[int]:
    """Return, for each prompt of one conversation, its tokens but those that stand at the start of the one before.

    A provider's prefix cache could know no more than that start; of the first prompt it knows nothing. The last token
    is read afresh at all events.
    """
    first = [prompt.tokens(tokens) for prompt in prompts[:1]]
    return first + [
        max(prompt.tokens(tokens) - _known(before, prompt, tokens), 1) for before, prompt in pairwise(prompts)
    ]


def _known(before: Prompt, prompt: Prompt, tokens: TokenCounter) -> int:
    """Return how many tokens both prompts begin with: whole messages, then whole words."""
    known = 0
    for one, other in zip(before.messages(), prompt.messages(), strict=False):
        if one != other:
            return known + (tokens.count(_common(one, other)) if one["role"] == other["role"] else 0)
        known += tokens.count(one["content"])
    return known


def _common(one: dict[str, str], other: dict[str, str]) -> str:
    pairs = zip(one["content"].split(), other["content"].split(), strict=False)
    return " ".join(word for word, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
