"""What every knowledge base promises."""

import pytest

from questrag.chat.errors import NotFound
from questrag.chat.ports import KnowledgeBase
from questrag.chat.types import Passage
from questrag.knowledge.base import EntryBase
from questrag.knowledge.entry import Entry
from questrag.knowledge.placeholders import Profile
from tests.fakes import TinyBase

PROFILE = Profile({"number": {"en": "1800 000 0001"}})
ENTRIES = (
    Entry(id="b", question="How do I block my card?", answer="Call {{number}}.", intent="block"),
    Entry(id="a", question="What is a PPF?", answer="A scheme.", intent="ppf"),
    Entry(id="c", question="Who blocks a card?", answer="You do.", intent="block"),
)


@pytest.fixture(params=["entries", "tiny"])
def base(request: pytest.FixtureRequest) -> KnowledgeBase:
    full = EntryBase(ENTRIES, PROFILE)
    return full if request.param == "entries" else TinyBase([entry.passage(PROFILE) for entry in ENTRIES])


def test_its_entries_come_in_their_order_with_placeholders_filled(base: KnowledgeBase) -> None:
    passages = list(base.passages())

    assert [passage.id for passage in passages] == ["b", "a", "c"]
    assert passages[0].answer == "Call 1800 000 0001."
    assert passages == [base.passage(passage.id) for passage in passages]
    assert len(base) == len(passages)


@pytest.mark.parametrize(("intent", "ids"), [("block", ["b", "c"]), ("ppf", ["a"]), ("other", [])])
def test_the_entries_of_an_intent_are_those_and_no_others(base: KnowledgeBase, intent: str, ids: list[str]) -> None:
    assert [passage.id for passage in base.passages(intent)] == ids


def test_an_entry_that_is_not_there_is_not_found(base: KnowledgeBase) -> None:
    assert isinstance(base.passage("a"), Passage)
    with pytest.raises(NotFound):
        base.passage("d")
