"""Small parts that work: they keep the contracts of `questrag.chat.ports`, without models and files."""

import re
import time
from collections.abc import AsyncGenerator, Collection, Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import numpy.typing as npt

from questrag.chat.errors import NotFound
from questrag.chat.followup import search_text
from questrag.chat.ports import Generator, Policy
from questrag.chat.prompt import Prompt
from questrag.chat.turn import Assistant
from questrag.chat.types import Completion, Decision, Found, Generated, Hit, Passage, Token, TurnState
from questrag.policy.rules import AlwaysFetch, SmallTalkFirst

BLOCK_CARD = Passage(
    id="card-block",
    question="How do I block my debit card?",
    answer="Open the app, choose Cards, then Block.\nIt takes effect at once: ₹0 can be spent. ✓",
    answers={"hinglish": "App kholein, Cards chunein, phir Block dabayein."},
    category="cards",
    source="Cards guide",
    as_of="2026-04-01",
)
OPEN_DEPOSIT = Passage(
    id="deposit-open",
    question="How do I open a fixed deposit?",
    answer="Choose Deposits in the app, enter the amount and the term, and confirm.",
    category="deposits",
    source="Deposits guide",
)
RESET_PIN = Passage(
    id="pin-reset",
    question="How can I reset my UPI PIN?",
    answer="Choose UPI in the app, then Reset PIN, and have your card at hand.",
    category="upi",
    source="UPI guide",
)
PASSAGES = (BLOCK_CARD, OPEN_DEPOSIT, RESET_PIN)


@dataclass(frozen=True, slots=True)
class TinyBase:
    """A knowledge base of the passages it is given."""

    held: Sequence[Passage] = PASSAGES
    version: str = "tiny@1"

    def __len__(self) -> int:
        return len(self.held)

    def passage(self, entry_id: str) -> Passage:
        for passage in self.held:
            if passage.id == entry_id:
                return passage
        raise NotFound(f"There is no entry {entry_id}.")

    def passages(self, intent: str = "") -> Iterator[Passage]:
        return (passage for passage in self.held if not intent or passage.intent == intent)


@dataclass(frozen=True, slots=True)
class WordOverlap:
    """Scores a passage by the share of the question's words that are in its own question."""

    passages: Sequence[Passage] = PASSAGES
    encoder_version: str = "none"
    index_version: str = "words@1"

    def search(self, question: str, k: int, earlier: Sequence[str] = ()) -> list[Hit]:
        return list(self.search_and_score(question, k, earlier, ()).hits)

    def search_and_score(self, question: str, k: int, earlier: Sequence[str], also: Collection[str]) -> Found:
        words = _words(search_text(question, earlier))
        scored = [Hit(p, len(words & _words(p.question)) / max(len(words), 1)) for p in self.passages]
        ranked = sorted(scored, key=lambda hit: -hit.score)
        hits = [hit for hit in ranked if hit.score > 0][:k]
        return Found(tuple(hits), tuple(hit for hit in ranked if hit.passage.id in also))


@dataclass(frozen=True, slots=True)
class WordCounter:
    """Every word is a token."""

    name: str = "words"

    def count(self, text: str) -> int:
        return len(text.split())

    def cut(self, text: str, budget_tokens: int) -> str:
        ends = [match.end() for match in re.finditer(r"\S+", text)]
        return text if len(ends) <= budget_tokens else text[: ends[budget_tokens - 1] if budget_tokens > 0 else 0]


@dataclass(frozen=True, slots=True)
class SlowPolicy:
    """Thinks for a while, as a large model would, and then does what another policy says."""

    seconds: float
    inner: Policy
    version: str = "slow@1"

    def decide(self, state: TurnState) -> Decision:
        time.sleep(self.seconds)
        return self.inner.decide(state)


@dataclass(frozen=True, slots=True)
class BestSource:
    """Answers with the text of the first source, word by word."""

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Generated, None]:
        if not prompt.sources:
            yield Token("I do not have this.")
            yield Completion(provider="fake", model="best-source", handed_off=True)
            return
        best = prompt.sources[0]
        for piece in re.findall(r"\s*\S+|\s+$", best.text):
            yield Token(piece)
        yield Completion(provider="fake", model="best-source", cited=(best.passage.id,), verbatim=True)


def an_assistant(
    *,
    policy: Policy | None = None,
    generator: Generator | None = None,
    passages: Sequence[Passage] = PASSAGES,
    enough: float = 0.0,
) -> Assistant:
    """Put an assistant together; by default it fetches for all but small talk and answers with the best source."""
    return Assistant(
        knowledge=TinyBase(passages),
        retriever=WordOverlap(passages),
        policy=policy or SmallTalkFirst(AlwaysFetch()),
        generator=generator or BestSource(),
        tokens=WordCounter(),
        enough=enough,
    )


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def spread(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Encode each text as a direction of its own: equal texts are alike, others are not."""
    drawn = [np.random.default_rng(crc32(text.encode())).standard_normal(256) for text in texts]
    return np.array([vector / np.linalg.norm(vector) for vector in drawn], dtype=np.float32)
