"""Real files and real questions, through the whole pipeline."""

from pathlib import Path

import pytest
from benchmarks.own_questions import own_questions

from questrag.chat.turn import Assistant
from questrag.settings import Settings
from questrag.wiring import open_assistant, open_library
from tests.shared_data import SHARED_DATA, needs_shared_data

# Questions of real customers and of public test sets, with the starter entry that answers each; the file
# they stand in, word for word, is checked.
ASKED = (
    ("banking77/train.csv", "I am still waiting on my card?", None),
    ("banking77/train.csv", "What is the $1 transaction on my account?", None),
)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    settings = Settings(data_dir=tmp_path_factory.mktemp("var"))
    return open_assistant(settings, open_library(settings))


@needs_shared_data
def test_a_banks_faq_file_asked_its_own_questions_finds_them_first(tmp_path: Path) -> None:
    found = own_questions(SHARED_DATA / "bankfaqs_hdfc" / "BankFAQs.csv", tmp_path)
    assert len(found) > 1400
    assert sum(found) / len(found) >= 0.99
