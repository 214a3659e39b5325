"""Who has lost a card is told how to block it, wherever it was lost."""

import pytest

from questrag.chat.emergency import LOST_CARD_INTENT, lost_card_first
from questrag.chat.types import Hit, Passage

METRO = Hit(Passage(id="metro", question="Can I pay in the metro with my debit card?", answer="a"), 0.6)
BLOCK = Hit(
    Passage(id="block", question="I lost my card; how do I block it?", answer="b", intent=LOST_CARD_INTENT), 0.3
)
ABROAD = Hit(Passage(id="abroad", question="I lost my card abroad; what now?", answer="c"), 0.6)


@pytest.mark.parametrize(
    "question",
    [
        "I lost my debit card in the metro",
        "metro me mera card gir gaya",
        "मेरा एटीएम कार्ड मेट्रो में गिर गया",
        "left my card in a bus",
    ],
)
def test_a_lost_card_is_blocked_first_and_the_scores_keep_their_order(question: str) -> None:
    hits = lost_card_first(question, [METRO, BLOCK])
    assert [hit.passage.id for hit in hits] == ["block", "metro"]
    assert [hit.score for hit in hits] == [0.6, 0.3]


@pytest.mark.parametrize(
    "question", ["Can I use my card in the metro?", "I found my lost card", "lost card ke badle naya card ka charge"]
)
def test_what_reports_no_loss_is_left_alone(question: str) -> None:
    assert lost_card_first(question, [METRO, BLOCK]) == [METRO, BLOCK]


def test_an_entry_about_the_same_loss_stays_first() -> None:
    assert lost_card_first("I lost my card abroad", [ABROAD, BLOCK]) == [ABROAD, BLOCK]
    assert lost_card_first("I lost my card", []) == []
