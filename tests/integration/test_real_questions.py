"""Real files and real questions, through the whole pipeline."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from benchmarks.own_questions import own_questions

from questrag.chat.askback import MOST_OPTIONS
from questrag.chat.turn import Assistant, collect
from questrag.chat.types import Reason, Status, Turn
from questrag.library import open_library
from questrag.settings import Settings
from questrag.wiring import open_assistant
from tests.shared_data import SHARED_DATA, needs_shared_data

# Questions of public data sets, word for word (the file is searched for them), and the entry that answers each.
BANKING77, BITEXT = "banking77/train.csv", "bitext_retail_banking/bitext_part.csv"
DIALOGUES, BANKFAQS = "multidogo_finance/turn_level/train.tsv", "bankfaqs_hdfc/BankFAQs.csv"
ASKED = (
    (BANKING77, "My card got trapped inside an ATM, what should I do?", "atm-card-stuck"),
    (BANKING77, "i lost my card", "cards-block-lost"),
    (BANKING77, "When will my cheque be processed?", "cheques-clearing-positive-pay"),
    (BITEXT, "the ATM swallowed my credit card, how do I recover it?", "atm-card-stuck"),
    (BITEXT, "block a Master Card", "cards-block-lost"),
    (BITEXT, "I need to apply for an loan, where do I do it?", "loans-personal-apply"),
    (DIALOGUES, "i lost my credit card", "cards-block-lost"),
    (DIALOGUES, "i lost my credit card so kindly block it and provide new card to me", "cards-block-lost"),
    (DIALOGUES, "hi my credit card got stolen", "cards-block-lost"),
    (BANKFAQS, "What is the procedure to add/modify or delete a nominee", "lockers-nominee-add-nominee"),
    (BANKFAQS, "What if I forget my ATM PIN", "cards-pin-change"),
    (BANKFAQS, "What is NEFT", "transfers-neft-rtgs-imps"),
)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory, indexes: Path) -> Assistant:
    settings = Settings(data_dir=tmp_path_factory.mktemp("var"), faiss_index_path=indexes)
    return open_assistant(settings, open_library(settings))


@needs_shared_data
@pytest.mark.parametrize(("file", "question", "entry"), ASKED, ids=[question for _, question, _ in ASKED])
async def test_a_real_question_is_answered_from_the_right_entry(
    assistant: Assistant, file: str, question: str, entry: str
) -> None:
    assert question in (SHARED_DATA / file).read_text(encoding="utf-8", errors="replace")
    answer = await collect(assistant.answer(question))
    if answer.receipt.reason is Reason.UNCLEAR:  # asked which one is meant: it has to be among the options
        assert entry in answer.receipt.fetched[:MOST_OPTIONS]
        number = answer.receipt.fetched.index(entry) + 1
        asked = replace(a_turn_with(question), receipt=answer.receipt)
        answer = await collect(assistant.answer(str(number), [asked]))
    assert answer.receipt.cited == (entry,)
    assert assistant.knowledge.passage(entry).answer in answer.text


def a_turn_with(question: str) -> Turn:
    return Turn(
        id="t",
        conversation_id="c",
        user_id="u",
        question=question,
        asked_at=datetime(2026, 1, 1, tzinfo=UTC),
        status=Status.ANSWERED,
    )


@needs_shared_data
async def test_a_real_report_of_a_foreign_withdrawal_gets_the_emergency_steps_first(assistant: Assistant) -> None:
    question = "There is a withdrawal in my account I didn't make."
    assert question in (SHARED_DATA / BANKING77).read_text(encoding="utf-8")
    answer = await collect(assistant.answer(question))
    assert answer.receipt.emergency
    assert answer.text.startswith("If money is at risk, do this first:")


@needs_shared_data
def test_a_banks_faq_file_asked_its_own_questions_finds_them_first(tmp_path: Path) -> None:
    found = own_questions(SHARED_DATA / BANKFAQS, tmp_path)
    assert len(found) > 1400
    assert sum(found) / len(found) >= 0.99
