"""A lost card or stolen money is answered at once, whatever was talked of before."""

from datetime import UTC, datetime

import pytest

from questrag.chat.turn import Assistant, collect, ended
from questrag.chat.types import Answer, Turn
from questrag.library import open_library
from questrag.settings import load_settings
from questrag.wiring import open_assistant

TALKS = (
    ("how do I open a PPF account", "what documents are needed for that"),
    ("acha gold loan ka byaj kaise lagta hai", "usme kya documents chahiye", "back to ppf, when can i withdraw early"),
    ("एफडी कैसे खुलवाऊँ", "और ब्याज?"),
)
LOST = ("mera card kho gaya", "I lost my card", "my debit card is lost", "card kho gaya", "मेरा एटीएम कार्ड खो गया")
STOLEN = ("someone took 20000 from my account with otp", "mere khate se paise chori ho gaye")


@pytest.fixture(scope="module")
def assistant(indexes: object) -> Assistant:
    settings = load_settings(faiss_index_path=indexes)
    return open_assistant(settings, open_library(settings))


async def after(assistant: Assistant, talk: tuple[str, ...], question: str) -> Answer:
    """Return the answer to a question that comes after others."""
    turns: list[Turn] = []
    for number, asked in enumerate((*talk, question)):
        answer = await collect(assistant.answer(asked, turns))
        turn = Turn(
            id=str(number),
            conversation_id="c",
            user_id="u",
            question=asked,
            asked_at=datetime(2026, 1, 1, tzinfo=UTC),
            parent_id=turns[-1].id if turns else None,
        )
        turns.append(ended(turn, answer))
    return answer


@pytest.mark.parametrize("question", LOST)
@pytest.mark.parametrize("talk", TALKS)
async def test_a_lost_card_is_blocked_whatever_was_talked_of_before(
    assistant: Assistant, talk: tuple[str, ...], question: str
) -> None:
    answer = await after(assistant, talk, question)
    assert answer.receipt.cited == ("cards-block-lost",)


@pytest.mark.parametrize("question", STOLEN)
@pytest.mark.parametrize("talk", TALKS)
async def test_a_report_of_stolen_money_gets_the_emergency_steps_whatever_was_talked_of_before(
    assistant: Assistant, talk: tuple[str, ...], question: str
) -> None:
    answer = await after(assistant, talk, question)
    assert answer.receipt.emergency
    assert "1930" in answer.text
