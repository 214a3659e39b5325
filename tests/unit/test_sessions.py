"""Sessions made of a knowledge base: what is asked, what is indexed, and what is never measured on."""

import subprocess
import sys
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questrag.chat.errors import Invalid
from questrag.chat.types import LANGS, Lang
from questrag.evaluation.labelled import LabelledConversation, LabelledTurn, TurnKind
from questrag.knowledge.entry import Entry, Paraphrase
from questrag.training.sessions import WITHHELD, Withheld, simulate, withhold

THINGS = ("card", "loan", "locker", "cheque")
WAYS: dict[Lang, tuple[str, ...]] = {
    "en": ("{} fee", "what does a {} cost", "{} charges please", "price of the {}"),
    "hinglish": ("{} ka kharch", "{} kitne ka hai", "{} ke paise", "{} par shulk"),
    "hi": ("{} का शुल्क", "{} कितने का है", "{} का खर्च", "{} के पैसे"),
}
MEASURED_ON = frozenset({"fee-locker", "close-card"})


def an_entry(wish: str, thing: str, n: int = 12) -> Entry:
    ways = [Paraphrase(f"{wish} {way.format(thing)}", lang) for lang, texts in WAYS.items() for way in texts]
    return Entry(
        id=f"{wish}-{thing}",
        question=f"{wish} {thing}?",
        answer=f"{wish} {thing}.",
        category=thing,
        intent=wish,
        paraphrases=tuple(ways[:n]),
    )


ENTRIES = tuple(an_entry(wish, thing) for wish in ("fee", "open", "close") for thing in THINGS)
SPARSE = an_entry("rare", "card", 4)


def a_course(lang: Lang) -> LabelledConversation:
    """Return a conversation with a turn of every kind."""
    one, other = frozenset({"a"}), frozenset({"b", "c"})
    none: frozenset[str] = frozenset()
    turns: list[tuple[TurnKind, frozenset[str], str]] = [
        ("new", one, "the fee of a card"),
        ("followup_covered", one, "how long does it take"),
        ("clarify", one, "which one"),
        ("repeat", one, "the fee of a card, please"),
        ("followup_new", other, "and to close it"),
        ("return", one, "about the fee again"),
        ("smalltalk", none, f"thanks ({lang})"),
        ("off_topic", none, f"who won the match ({lang})"),
        ("unanswerable", none, f"what is my balance ({lang})"),
        ("sensitive", none, f"my card was stolen ({lang})"),
    ]
    return LabelledConversation(
        f"real-{lang}", lang, tuple(LabelledTurn(text, needs, kind) for kind, needs, text in turns)
    )


COURSES = [a_course(lang) for lang in LANGS]


def practice(seed: int = 0) -> Withheld:
    return withhold((*ENTRIES, SPARSE), Random(seed), leave_out=MEASURED_ON)


def every_phrasing(entry: Entry) -> list[str]:
    return [text for _, _, text in entry.phrasings()]


@given(st.integers(0, 10_000), st.sets(st.sampled_from([entry.id for entry in ENTRIES])))
def test_what_is_asked_is_not_indexed_and_nothing_is_lost_or_asked_about_what_is_left_out(
    seed: int, leave_out: set[str]
) -> None:
    made = withhold((*ENTRIES, SPARSE), Random(seed), leave_out=leave_out)
    assert [entry.id for entry in made.entries] == [entry.id for entry in (*ENTRIES, SPARSE)]
    assert set(made.asked) == {entry.id for entry in ENTRIES} - leave_out
    indexed = {text for entry in made.entries for text in every_phrasing(entry)}
    for entry in ENTRIES:
        asked = [text for texts in made.asked.get(entry.id, {}).values() for text in texts]
        assert not indexed & set(asked)
        kept = next(each for each in made.entries if each.id == entry.id)
        assert sorted([*every_phrasing(kept), *asked]) == sorted(every_phrasing(entry))
        assert len(asked) == (0 if entry.id in leave_out else round(WITHHELD * len(entry.paraphrases)))


def test_what_is_asked_stands_under_its_language() -> None:
    lang_of = {p.text: p.lang for entry in ENTRIES for p in entry.paraphrases}
    asked = [(text, lang) for by in practice().asked.values() for lang, texts in by.items() for text in texts]
    assert asked
    assert all(lang_of[text] == lang for text, lang in asked)


def test_an_entry_that_is_measured_on_or_has_few_phrasings_stays_as_it_is() -> None:
    made = {entry.id: entry for entry in practice().entries}
    for entry in (SPARSE, *(entry for entry in ENTRIES if entry.id in MEASURED_ON)):
        assert made[entry.id] == entry


def test_the_same_arguments_make_the_same_sessions_and_another_seed_makes_others() -> None:
    one, again = (simulate(practice(), COURSES, turns=200, seed=3) for _ in range(2))
    assert one == again
    other = simulate(practice(), COURSES, turns=200, seed=4)
    assert [each.turns for each in other] != [each.turns for each in one]
    assert not {each.id for each in other} & {each.id for each in one}


@pytest.mark.parametrize("turns", [1, 10, 11, 300])
def test_at_least_as_many_turns_are_made_as_were_wanted_and_no_session_too_many(turns: int) -> None:
    made = simulate(practice(), COURSES, turns=turns, seed=0)
    lengths = [len(each.turns) for each in made]
    assert sum(lengths) >= turns > sum(lengths[:-1])
    assert len({each.id for each in made}) == len(made)


def test_every_label_is_an_entry_that_may_be_asked_about() -> None:
    material = practice()
    for turn in (turn for each in simulate(material, COURSES, turns=500, seed=1) for turn in each.turns):
        assert turn.needs <= set(material.asked)
        assert not turn.needs & MEASURED_ON
        assert len(turn.needs) <= 1
        assert turn.user.strip()


def test_sessions_are_of_every_language_and_have_every_kind_of_turn_of_the_real_ones_in_their_order() -> None:
    made = simulate(practice(), COURSES, turns=500, seed=1)
    assert {each.lang for each in made} == set(LANGS)
    course = [(turn.kind, bool(turn.needs)) for turn in COURSES[0].turns]
    assert all([(turn.kind, bool(turn.needs)) for turn in each.turns] == course for each in made)


def test_a_turn_that_opens_a_topic_is_asked_in_words_that_were_withheld() -> None:
    material = practice()
    for each in simulate(material, COURSES, turns=500, seed=2):
        first = each.turns[0]
        (entry,) = first.needs
        by_lang = material.asked[entry]
        assert first.user in by_lang.get(each.lang, tuple(text for texts in by_lang.values() for text in texts))


def test_a_topic_that_comes_back_is_about_the_same_entry_and_one_that_goes_on_about_a_neighbour() -> None:
    category = {entry.id: entry.category for entry in ENTRIES}
    for each in simulate(practice(), COURSES, turns=500, seed=3):
        needs = {turn.kind: turn.needs for turn in each.turns}
        assert needs["new"] == needs["followup_covered"] == needs["clarify"] == needs["repeat"] == needs["return"]
        (one,), (near,) = needs["new"], needs["followup_new"]
        assert one != near
        assert category[one] == category[near]


def test_what_is_about_no_entry_is_said_as_real_customers_said_it_in_their_language() -> None:
    said = {(turn.kind, turn.user) for course in COURSES for turn in course.turns if not turn.needs}
    for each in simulate(practice(), COURSES, turns=500, seed=4):
        for turn in each.turns:
            if not turn.needs:
                assert (turn.kind, turn.user) in said
    stolen = {t.user for each in simulate(practice(), COURSES[:1], turns=50, seed=4) for t in each.turns[-1:]}
    assert stolen == {"my card was stolen (en)"}


def test_a_report_of_fraud_that_needs_an_entry_is_asked_about_one_of_fraud() -> None:
    frauds = tuple(replace(an_entry("report", thing), category="fraud") for thing in THINGS)
    course = LabelledConversation("real", "en", (LabelledTurn("my card was stolen", frozenset({"a"}), "sensitive"),))
    made = simulate(withhold((*ENTRIES, *frauds), Random(0), leave_out=()), [course], turns=100, seed=0)
    assert {entry for each in made for turn in each.turns for entry in turn.needs} == {entry.id for entry in frauds}
    elsewhere = simulate(practice(), [course], turns=20, seed=0)
    assert all(len(turn.needs) == 1 for each in elsewhere for turn in each.turns), "where there is none, any other"


def test_sessions_cannot_be_made_of_nothing() -> None:
    nothing = withhold((SPARSE,), Random(0), leave_out=())
    with pytest.raises(Invalid, match="five ways to ask"):
        simulate(nothing, COURSES, turns=10, seed=0)
    with pytest.raises(Invalid, match="conversations to follow"):
        simulate(practice(), [], turns=10, seed=0)
    with pytest.raises(Invalid):
        simulate(withhold(ENTRIES, Random(0), leave_out=[entry.id for entry in ENTRIES]), COURSES, turns=10, seed=0)


def test_sessions_are_made_without_the_training_libraries() -> None:
    code = "import sys, questrag.training.sessions; print('torch' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
