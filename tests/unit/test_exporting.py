"""What is exported is read back as it was, and no spreadsheet runs it."""

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questrag.knowledge.base import read_knowledge
from questrag.knowledge.cells import guarded, unguarded
from questrag.knowledge.entry import Entry, Paraphrase
from questrag.knowledge.exporting import as_csv, as_jsonl
from questrag.knowledge.ingest import ingest_files
from questrag.settings import PROJECT

FULL = Entry(
    id="cards-block",
    question="How do I block my card?",
    answer='- Open the "app";\n- tap Cards, then Block.',
    category="cards",
    intent="block_card",
    paraphrases=(Paraphrase("=card band karo", "hinglish"), Paraphrase("कार्ड बंद करो", "hi"), Paraphrase("block")),
    answers={"hi": "ऐप में, कार्ड के नीचे।", "hinglish": "App mein."},
    source="Cards guide",
    as_of="2026-11-01",
    regulated=True,
    extra={"owner": "cards team", "reviewed": {"by": "A", "times": [1, 2]}, "Class": "=cmd", "=x": "y", "extra": "z"},
)
BARE = Entry(id="@bare", question="+91 what?", answer="'=1+1", lang="hinglish")


def ingested(text: str, name: str) -> list[Entry]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(text, encoding="utf-8", newline="")
        result = ingest_files([path])
    assert [str(problem) for problem in result.problems] == []
    return list(result.entries)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize("write", [as_csv, as_jsonl])
def test_entries_are_read_back_as_they_were(write: object) -> None:
    assert callable(write)
    name = "kb.csv" if write is as_csv else "kb.jsonl"
    assert ingested(write([FULL, BARE]), name) == [FULL, BARE]


def test_no_cell_begins_as_a_formula() -> None:
    cells = [cell for row in rows(as_csv([FULL, BARE])) for cell in row]
    assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")] == []
    assert '\'- Open the "app";\n- tap Cards, then Block.' in cells


def test_fields_that_are_text_have_columns_of_their_own() -> None:
    header, first, second = rows(as_csv([FULL, BARE]))
    assert header[:9] == ["question", "answer", "id", "category", "intent", "lang", "source", "as_of", "regulated"]
    assert header[-2:] == ["owner", "Class"]
    assert (first[-2:], second[-2:]) == (["cards team", "'=cmd"], ["", ""])


def test_the_knowledge_base_of_the_project_goes_out_and_comes_back() -> None:
    base, _ = read_knowledge(PROJECT / "data" / "knowledge")
    entries = sorted(base.entries, key=lambda entry: entry.id)
    assert sorted(ingested(as_csv(entries), "kb.csv"), key=lambda entry: entry.id) == entries


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("=+-@',;\"\n\t|"), max_size=30)


@given(texts)
def test_a_guard_can_be_taken_away_again(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def written(text: str) -> bool:
    return bool(text.strip()) and text == text.strip()


some = texts.map(str.strip).filter(written)
entries = st.builds(
    Entry,
    id=some,
    question=some,
    answer=some,
    category=texts.map(str.strip),
    paraphrases=st.lists(st.builds(Paraphrase, some, st.sampled_from(["en", "hi", "hinglish"])), max_size=2).map(tuple),
    answers=st.dictionaries(st.sampled_from(["hi", "hinglish"]), some, max_size=2),
    lang=st.sampled_from(["en", "hi", "hinglish"]),
    source=texts.map(str.strip),
    regulated=st.booleans(),
    extra=st.dictionaries(
        st.sampled_from(["owner", "Question", "url", " x", "\n", "-", "Ä"]),
        texts | st.integers() | st.none(),
        max_size=3,
    ),
)


@given(st.lists(entries, min_size=1, max_size=3, unique_by=(lambda e: e.id, lambda e: e.question)))
def test_whatever_an_entry_holds_comes_back_from_a_table(given_entries: Sequence[Entry]) -> None:
    kept = [entry for entry in given_entries if None not in entry.extra.values() and "" not in entry.extra.values()]
    if kept:
        assert ingested(as_csv(kept), "kb.csv") == kept
