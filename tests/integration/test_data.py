"""The knowledge base and the labelled sets that come with the project, held to what the data card says of them."""

import json
from collections import Counter
from random import Random
from typing import Any

import pytest

from questrag.evaluation.data_card import describe, tables
from questrag.evaluation.data_check import LabelledData, check_data, read_labelled
from questrag.evaluation.wording import sharing_ngrams
from questrag.hinglish.lexicon import lexicon
from questrag.knowledge.base import EntryBase, read_knowledge
from questrag.knowledge.profile import read_profile
from questrag.retrieval.encoder import OnnxEncoder
from questrag.settings import PROJECT

DATA = PROJECT / "data"


@pytest.fixture(scope="module")
def knowledge() -> EntryBase:
    base, problems = read_knowledge(DATA / "knowledge", read_profile(DATA / "knowledge" / "profile.json"))
    assert problems == []
    return base


@pytest.fixture(scope="module")
def labelled() -> LabelledData:
    data = read_labelled(DATA)
    assert data.problems == ()
    return data


LIKE_ORDERS = {
    "charges-tax-charge-minimum-balance-exempt",
    "charges-tax-charge-agent-cash",
    "digital-banking-new-phone",
    "loans-home-fixed-or-floating",
    "loans-personal-second",
    "lockers-nominee-locker-hire",
}
"""Looked at: they give no orders, and no model is shown them all the same."""


def test_nothing_is_wrong_with_the_entries_and_nothing_leaks(knowledge: EntryBase, labelled: LabelledData) -> None:
    """What is left are pairs of like questions with different numbers, which somebody has looked at."""
    encoder = OnnxEncoder.open(PROJECT / "models" / "retriever")
    report = check_data(knowledge.entries, labelled, encoder.encode_many)
    orders = [finding.entry_id for finding in report.findings if finding.rule == "orders"]
    assert set(orders) == LIKE_ORDERS
    looked_at = ("contradiction", "near-duplicate", "orders")
    assert [finding for finding in report.findings if finding.rule not in looked_at] == []
    near = {finding.entry_id for finding in report.findings if finding.rule == "near-duplicate"}
    assert len(near) < 0.01 * len(knowledge)


def test_there_is_as_much_as_was_promised(knowledge: EntryBase) -> None:
    entries = knowledge.entries
    assert len(entries) >= 1665
    assert len({entry.question.casefold() for entry in entries}) == len(entries)
    assert len({entry.category for entry in entries}) >= 15
    assert len({entry.intent for entry in entries}) >= 22
    assert sum({"hinglish", "hi"} <= set(entry.answers) for entry in entries) >= 150
    langs = Counter(paraphrase.lang for entry in entries for paraphrase in entry.paraphrases)
    assert len(entries) + langs["en"] + langs["hinglish"] >= 11_655


def test_no_placeholder_is_left_open_by_the_demonstration_bank(knowledge: EntryBase) -> None:
    texts = [
        text
        for entry in knowledge.entries
        for passage in [knowledge.passage(entry.id)]
        for text in (passage.question, passage.answer, *passage.answers.values())
    ]
    assert [text for text in texts if "{{" in text or "Not on file here" in text or "दर्ज नहीं है" in text] == []


def test_the_questions_cover_three_languages_and_what_cannot_be_answered(labelled: LabelledData) -> None:
    test = labelled.queries["test"]
    answerable = Counter(query.lang for query in test if query.relevant)
    assert answerable["en"] >= 500
    assert answerable["hinglish"] >= 500
    assert answerable["hi"] >= 200
    unanswerable = [query for part in ("dev", "test") for query in labelled.queries[part] if not query.relevant]
    assert len(unanswerable) >= 400
    assert sum(query.lang == "hinglish" for query in unanswerable) >= len(unanswerable) / 3
    assert {query.kind for query in unanswerable} == {"off_topic", "near_domain", "personal"}


def test_a_minimal_pair_is_two_questions_with_different_answers(labelled: LabelledData) -> None:
    pairs: dict[str, list[frozenset[str]]] = {}
    for query in labelled.queries["minimal_pairs"]:
        pairs.setdefault(query.pair, []).append(query.relevant)
    assert len(pairs) >= 300
    assert all(len(sides) == 2 and all(sides) and not sides[0] & sides[1] for sides in pairs.values())


def test_conversations_are_many_mixed_and_of_every_kind(labelled: LabelledData) -> None:
    conversations = [each for part in labelled.conversations.values() for each in part]
    turns = [turn for each in conversations for turn in each.turns]
    assert set(labelled.conversations) == {"train", "dev", "test"}
    assert len(conversations) >= 400
    assert len(turns) >= 2800
    assert sum(each.lang != "en" for each in conversations) >= 0.4 * len(conversations)
    assert len({turn.kind for turn in turns}) == 10
    assert len({each.id for each in conversations}) == len(conversations)


def test_what_a_turn_needs_fits_its_kind(labelled: LabelledData) -> None:
    for conversation in (each for part in labelled.conversations.values() for each in part):
        before: frozenset[str] = frozenset()
        for turn in conversation.turns:
            known = bool(turn.needs & before)
            match turn.kind:
                case "smalltalk" | "off_topic" | "unanswerable":
                    assert not turn.needs, (conversation.id, turn)
                case "followup_covered" | "repeat" | "return":
                    assert known, (conversation.id, turn)
                case "new" | "followup_new":
                    assert turn.needs and not known, (conversation.id, turn)
            before |= turn.needs


def test_hinglish_is_varied_and_not_made_from_templates(knowledge: EntryBase, labelled: LabelledData) -> None:
    """In samples of one size: the more texts there are, the more share four words in a row by chance."""
    stats = _stats()
    hinglish = [text for entry in knowledge.entries for _, lang, text in entry.phrasings() if lang == "hinglish"]
    sample = Random(0).sample(hinglish, 5000)
    assert len(sharing_ngrams(sample)) / len(sample) < 0.1
    assert stats["queries"]["test"]["wording"]["hinglish"]["share_with_a_4_gram_of_another"] < 0.1


def test_the_numbers_of_the_data_card_are_those_of_the_data(knowledge: EntryBase, labelled: LabelledData) -> None:
    """Public sets are not part of the project: their pairs stand as they were counted."""
    written = _stats()
    assert {**describe(knowledge.entries, labelled, lexicon(), {}), "pairs": written["pairs"]} == written
    assert tables(written) in (DATA / "README.md").read_text(encoding="utf-8")


def _stats() -> Any:
    return json.loads((DATA / "card" / "stats.json").read_text(encoding="utf-8"))
