"""Which questions a customer is offered: those of approved entries, never what somebody typed."""

import asyncio
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import chain, islice, pairwise, zip_longest

from questrag.chat.emergency import EMERGENCY_INTENT, opening_for, stands_alone
from questrag.chat.errors import NotFound
from questrag.chat.ports import KnowledgeBase, Turns
from questrag.chat.turn import Assistant, active_path
from questrag.chat.types import Lang, Passage, Status, Turn

_KEPT = timedelta(minutes=5)
_WINDOW_ENDS_DAYS = (0, 1, 3, 10, 30)
"""Read from the newest window to the oldest, so that what is left unread is what is oldest."""
_MOST_TURNS = 5_000
_PAGE = 500
_LEAST_CUSTOMERS = 2
"""What a single customer needed is shown to nobody else."""

_ORDER = ("card", "upi", "account", "kyc", "loan", "deposit", "transfer", "bank", "charge")
"""In the name of a category: what customers of a retail bank ask for first. Other categories follow, largest first."""
_LENGTHS = (45, 70, 100)
"""Characters that are read at a glance, that fit a line of a phone or two, and that are the most to ask of anybody."""
_NEAR = 20
"""Hits among which an entry is near the one that was answered from."""
_SPARE = 3
"""Entries more than are offered that count as near enough to be offered instead, where they are easier to take in."""
_MOST_FIRST = 12


class FirstQuestions:
    """What customers needed most of late, and then one question of each category."""

    def __init__(self, turns: Turns, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._turns = turns
        self._now = now
        self._needed: tuple[str, ...] = ()
        self._read_at: datetime | None = None
        self._reading = asyncio.Lock()
        self._typical: dict[tuple[str, Lang], tuple[Passage, ...]] = {}

    async def offer(self, knowledge: KnowledgeBase, lang: Lang, limit: int) -> list[Passage]:
        """Return at most ``limit`` entries, at most 12.

        Raises:
            Unavailable: the database cannot be reached.
        """
        offered = {passage.id: passage for passage in self._needed_in(knowledge, await self._needed_of_late(), lang)}
        categories = {passage.category for passage in offered.values()}
        typical = await self._typical_in(knowledge, lang)
        fresh = [passage for passage in typical if passage.category not in categories]
        for passage in (*fresh, *typical):
            offered.setdefault(passage.id, passage)
        return list(offered.values())[:limit]

    def _needed_in(self, knowledge: KnowledgeBase, needed: Sequence[str], lang: Lang) -> Iterator[Passage]:
        for entry_id in needed:
            with suppress(NotFound):  # withdrawn since
                passage = knowledge.passage(entry_id)
                if _may_be_offered(passage, lang) and _burden(passage, lang) < _TOO_HARD:
                    yield passage

    async def _typical_in(self, knowledge: KnowledgeBase, lang: Lang) -> tuple[Passage, ...]:
        key = (knowledge.version, lang)
        if key not in self._typical:
            found = await asyncio.to_thread(_one_of_each, knowledge, lang)
            self._typical = {kept: value for kept, value in self._typical.items() if kept[0] == knowledge.version}
            self._typical[key] = found
        return self._typical[key]

    async def _needed_of_late(self) -> tuple[str, ...]:
        """Return the entries that answers of the last 30 days drew on, those of most customers first.

        Looked up once in five minutes; meanwhile, and for everybody but whoever came first, what was found before.
        """
        if self._read_at and (self._now() - self._read_at < _KEPT or self._reading.locked()):
            return self._needed
        async with self._reading:
            if not self._read_at or self._now() - self._read_at >= _KEPT:
                self._needed = _by_customers(await self._turns_of_late())
                self._read_at = self._now()
        return self._needed

    async def _turns_of_late(self) -> list[Turn]:
        now, read = self._now(), list[Turn]()
        for newest, oldest in pairwise(_WINDOW_ENDS_DAYS):
            since, until = now - timedelta(days=oldest), now - timedelta(days=newest)
            read += await self._turns_between(since, until, _MOST_TURNS - len(read))
            if len(read) >= _MOST_TURNS:
                break
        return read

    async def _turns_between(self, since: datetime, until: datetime, most: int) -> list[Turn]:
        read, after = list[Turn](), (since, "")
        while len(read) < most:
            page = await self._turns.ended(after, _PAGE)
            read += (turn for turn in page if turn.asked_at < until)
            if len(page) < _PAGE or page[-1].asked_at >= until:
                break
            after = (page[-1].asked_at, page[-1].id)
        return read[:most]


def next_questions(assistant: Assistant, turn: Turn, said: Sequence[Turn], limit: int) -> list[Passage]:
    """Return entries near those that an answer drew on, the nearest first; none where they would distract.

    Near is an entry of the same category or intent that is found with the customer's question, or with the approved
    one. The same turns and knowledge base give the same entries.

    Args:
        turn: the answer to go on from.
        said: all turns of its conversation; no entry that one of them drew on, and no question that was asked in one,
            is offered again.
    """
    receipt = turn.receipt
    if receipt is None or turn.status is not Status.ANSWERED or receipt.emergency:
        return []
    family = _existing(assistant.knowledge, receipt.cited)
    drawn_on = {entry_id for one in said if one.receipt for entry_id in one.receipt.cited}
    asked = {_plain(one.question) for one in said}
    found = {
        passage.id: passage
        for passage in _near(assistant, turn, said, family)
        if passage.id not in drawn_on
        and _plain(passage.question_in(receipt.lang)) not in asked
        and _related(passage, family)
        and _may_be_offered(passage, receipt.lang)
    }
    burdens = {entry_id: _burden(passage, receipt.lang) for entry_id, passage in found.items()}
    nearest = sorted(found.values(), key=lambda passage: burdens[passage.id] >= _TOO_HARD)[: limit + _SPARE]
    return sorted(nearest, key=lambda passage: burdens[passage.id] >= _HARD)[:limit]


def _near(assistant: Assistant, turn: Turn, said: Sequence[Turn], family: Sequence[Passage]) -> Iterator[Passage]:
    """Yield what the customer's question finds and what the approved one finds, in turn; some of it twice."""
    if not family:
        return
    earlier = [] if stands_alone(turn.question) else [one.question for one in active_path(said, turn.parent_id)]
    searches = (
        assistant.retriever.search(turn.question, _NEAR, earlier),
        assistant.retriever.search(family[0].question, _NEAR),
    )
    yield from (hit.passage for hit in chain.from_iterable(zip_longest(*searches)) if hit)


def _existing(knowledge: KnowledgeBase, entry_ids: Iterable[str]) -> list[Passage]:
    found: list[Passage] = []
    for entry_id in entry_ids:
        with suppress(NotFound):  # withdrawn since
            found.append(knowledge.passage(entry_id))
    return found


def _related(passage: Passage, family: Sequence[Passage]) -> bool:
    return any(passage.category == one.category or (passage.intent and passage.intent == one.intent) for one in family)


def _by_customers(turns: Iterable[Turn]) -> tuple[str, ...]:
    customers: dict[str, set[str]] = {}
    for turn in turns:
        for entry_id in turn.receipt.cited if turn.receipt else ():
            customers.setdefault(entry_id, set()).add(turn.user_id)
    many = [entry_id for entry_id, whose in customers.items() if len(whose) >= _LEAST_CUSTOMERS]
    return tuple(sorted(many, key=lambda entry_id: (-len(customers[entry_id]), entry_id)))


def _one_of_each(knowledge: KnowledgeBase, lang: Lang) -> tuple[Passage, ...]:
    """Return the easiest question of each category, then the next of each, and so on.

    Of questions that are as easy, the first of the knowledge base: its files begin with what is asked most.
    """
    categories: dict[str, list[Passage]] = {}
    for passage in knowledge.passages():
        categories.setdefault(passage.category, []).append(passage)
    ordered = sorted(categories, key=lambda name: (_rank(name), -len(categories[name]), name))
    easiest = (sorted(categories[name], key=lambda passage: _burden(passage, lang)) for name in ordered)
    offered = [
        list(islice((passage for passage in each if _may_be_offered(passage, lang)), _MOST_FIRST)) for each in easiest
    ]
    rounds = chain.from_iterable(zip_longest(*offered))
    return tuple(passage for passage in rounds if passage)[:_MOST_FIRST]


def _rank(category: str) -> int:
    """
    >>> _rank("Cards") < _rank("home loans") < _rank("lockers") < _rank("")
    True
    """
    known = (place for place, name in enumerate(_ORDER) if name in category.lower())
    return next(known, len(_ORDER) if category else len(_ORDER) + 1)


def _may_be_offered(passage: Passage, lang: Lang) -> bool:
    """Return whether choosing this question leaves a customer calm: it reports no fraud."""
    return passage.intent != EMERGENCY_INTENT and opening_for(passage.question_in(lang), lang) is None


_HARD, _TOO_HARD = 2, 4
"""From the first on a question comes after easier ones that are as near; from the second, only where there are none."""


def _burden(passage: Passage, lang: Lang) -> int:
    """Return how hard a question is to take in at a glance and to make one's own; 0 is easiest.

    A question in another language is hardest; then one that is too long or asks nothing. One that first tells what
    happened to somebody reads like their story, whatever it asks at its end.
    """
    question = passage.question_in(lang)
    if lang != passage.lang and lang not in passage.questions:
        return 2 * _TOO_HARD
    length = bisect_left(_LENGTHS, len(question))
    too_hard = length == len(_LENGTHS) or not _ASKS.search(question)
    return length + (2 if _TELLS.search(question) else 0) + (_TOO_HARD if too_hard else 0)


_ASKS = re.compile(
    r"\?|\b(?:is|are|do|does) (?:i|we|you|it|my|the|there)\b|\b(?:how|what|when|where|which|who|whom|why|can|should"
    r"|kya|kaise|kese|kab|kahan?|kitn[aei]|kyun?|kyon|kaun\w*|kis\w*)\b|क्या|कैस[ेाी]|कब|कहा|कितन|क्यों|कौन|किस",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"[;:.।!] +\S|\b(?:i|we)(?: have| had| just)? (?:\w+ed|lost|got|sent|gave|took|went|paid|was|were)\b"
    r"|\bmy(?: \w+){1,3} (?:failed|got|was|were|has|had)\b|\b(?:was|were|been) \w+ed\b"
    r"|\b(?:ga?y[aie]|h[ui]i|hua|hue|li[ay]a?|di[ay]a?|ki[ay]a?|aay[aie]|th[ai]|kat[ae]|maine|mene|humne)\b"
    r"|(?<![\u0900-\u0963])(?:गया|गई|गए|गये|हुआ|हुई|हुए|लिया|दिया|किया|आया|था|थी|थे|कटा|कटे|कटी|काटा|मैंने|हमने)(?![\u0900-\u0963])",
    re.IGNORECASE,
)
"""More than one clause, or a form of a verb for what has happened already."""


def _plain(question: str) -> str:
    return " ".join(question.casefold().split())
