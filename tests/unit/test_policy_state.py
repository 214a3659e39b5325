"""What a policy reads of a turn."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from questrag.chat.emergency import EMERGENCY_INTENT, LOST_CARD_INTENT
from questrag.chat.types import LANGS, Action, Hit, Kept, Passage, Past, TurnState
from questrag.policy.state import (
    LEANINGS,
    PASSAGE_FEATURES,
    PROTECTED_FROM,
    STATE_FEATURES,
    candidates,
    cost_of,
    is_sensitive,
    passage_features,
    protected,
    since_fetch,
    state_features,
    state_text,
)

ENTRIES = tuple(
    Passage(id=f"e{n}", question=f"question {n}", answer=f"answer {n} " * (n + 1), category=f"c{n % 3}", intent=f"i{n}")
    for n in range(12)
)
FEES = Passage(id="fees", question="What are the fees?", answer="As in the schedule.", regulated=True)
FRAUD = Passage(id="fraud", question="Money is gone", answer="Call at once.", intent=EMERGENCY_INTENT)
LOST = Passage(id="lost", question="I lost my card", answer="Block it.", intent=LOST_CARD_INTENT)
SCAM = "someone hacked my account and took all my money"
ODD = ("", " ", "?", "🙂🙂", "\u200b", "क", "word " * 2000, "a" * 10_000)

probabilities = st.floats(0, 1, allow_nan=False)


def state(
    question: str = "block my card", *hits: Hit, live: tuple[Kept, ...] = (), past: tuple[Past, ...] = ()
) -> TurnState:
    return TurnState(question, "en", (), hits, live, past)


def feature(of: TurnState, name: str) -> float:
    return float(state_features(of)[STATE_FEATURES.index(name)])


def features_of(of: TurnState, entry: str) -> dict[str, float]:
    """Return what is said of a passage, by feature, as it counts in every state."""
    pool = candidates(of)
    place = [each.passage.id for each in pool].index(entry)
    rows = passage_features(of, pool, state_features(of)).reshape(len(pool), len(PASSAGE_FEATURES), len(LEANINGS))
    values = rows[place, :, LEANINGS.index("one")]
    return dict(zip(PASSAGE_FEATURES, map(float, values), strict=True))


@st.composite
def states(draw: st.DrawFn) -> TurnState:
    entries = draw(st.permutations([*ENTRIES, FEES, FRAUD, LOST]))
    scores = sorted(draw(st.lists(probabilities, max_size=10)), reverse=True)
    hits = tuple(Hit(entry, score) for entry, score in zip(entries, scores, strict=False))
    live = tuple(
        Kept(entry, draw(probabilities), draw(st.integers(1, 6)), draw(st.sampled_from((None, *range(1, 7)))))
        for entry in draw(st.lists(st.sampled_from(ENTRIES), max_size=8, unique_by=lambda entry: entry.id))
    )
    asked = st.one_of(st.sampled_from([*ODD, SCAM, "aur uska charge?", "thank you"]), st.text(max_size=60))
    past = st.builds(Past, asked, st.sampled_from([*Action, None]))
    before = tuple(draw(st.lists(past, max_size=12)))
    return TurnState(draw(asked), draw(st.sampled_from(LANGS)), (), hits[:5], live, before, hits[5:])


@given(states())
def test_every_state_has_features_of_one_length_that_are_numbers_of_about_the_size_of_one(of: TurnState) -> None:
    found = state_features(of)
    assert found.shape == (len(STATE_FEATURES),)
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    without_sum = np.delete(found, STATE_FEATURES.index("p any"))
    assert (without_sum <= 1).all()


@given(states())
def test_every_passage_that_may_be_shown_has_features_that_are_numbers(of: TurnState) -> None:
    pool = candidates(of)
    if pool:
        found = passage_features(of, pool, state_features(of))
        assert found.shape == (len(pool), len(PASSAGE_FEATURES) * len(LEANINGS))
        assert np.isfinite(found).all()


def test_no_passages_have_no_features() -> None:
    empty = state()
    assert passage_features(empty, [], state_features(empty)).shape == (0, len(PASSAGE_FEATURES) * len(LEANINGS))


@pytest.mark.parametrize("question", ODD)
def test_any_question_can_be_read_with_and_without_anything_found(question: str) -> None:
    hit, kept = Hit(ENTRIES[0], 0.5), Kept(ENTRIES[1], 0.2)
    for of in (
        state(question),
        state(question, hit),
        state(question, live=(kept,)),
        state(question, hit, live=(kept,)),
    ):
        assert np.isfinite(state_features(of)).all()
        assert state_text(of).startswith(question)


def test_the_names_of_features_are_told_apart() -> None:
    assert len(set(STATE_FEATURES)) == len(STATE_FEATURES)
    assert len(set(PASSAGE_FEATURES)) == len(PASSAGE_FEATURES)
    assert set(LEANINGS) <= set(STATE_FEATURES)


def test_features_of_the_search_and_of_earlier_prompts_are_those_of_a_hand_computation() -> None:
    hits = (Hit(ENTRIES[0], 0.6), Hit(ENTRIES[1], 0.1))
    live = (Kept(ENTRIES[1], 0.1, age=1, cited=1), Kept(ENTRIES[0], 0.3, age=2, cited=None))
    past = (Past("block my card", Action.FETCH), Past("a card", Action.NO_FETCH))
    of = state("block my card", *hits, live=live, past=past)
    expected = {
        "p1": 0.6, "p2": 0.1, "p3": 0.0, "p any": 0.7, "lead": 0.5, "log p1": 1 + np.log10(0.6) / 4,
        "kept p1": 0.3, "kept p2": 0.1, "kept share": 0.75, "kept is best": 1, "n kept": 2 / 8, "cited last": 0.1,
        "same as last": 1 / 4, "same as any": 1, "n past": 2 / 9, "since fetch": 2 / 9, "last fetched": 0,
        "small talk": 0, "sensitive": 0, "en": 1, "hi": 0, "one": 1,
    }  # fmt: skip
    assert {name: feature(of, name) for name in expected} == pytest.approx(expected, abs=1e-6)


def test_the_question_is_read_for_small_talk_for_fraud_and_for_leaning_on_what_was_said() -> None:
    assert feature(state("thank you so much"), "small talk") == 1
    assert feature(state(SCAM), "sensitive") == 1
    leaning, alone = state("aur uska charge kitna hai?"), state("What is the charge for a cheque book?")
    assert (feature(leaning, "opens"), feature(leaning, "points")) == (1, 1)
    assert (feature(alone, "opens"), feature(alone, "points")) == (0, 0)


def test_features_of_a_passage_say_where_it_stands_in_the_search_and_in_earlier_prompts() -> None:
    hits = tuple(Hit(ENTRIES[n], 0.5 - n / 20) for n in range(7))
    live = (Kept(ENTRIES[1], 0.4, age=1, cited=1), Kept(ENTRIES[10], 0.1, age=3, cited=None))
    of = replace(state("q", *hits[:5], live=live), further=hits[5:])
    assert {name: value for name, value in features_of(of, "e0").items() if value == 1} == {
        "first": 1,
        "first three": 1,
    }
    second = features_of(of, "e1")
    assert second == pytest.approx(
        {
            "log p": np.log(0.45), "p": 0.45, "first": 0, "first three": 1, "beyond five": 0, "not found": 0,
            "live": 1, "cited": 1, "shown last": 1, "cited last": 1, "age": 1 / 9,
            "category of last": 1, "intent of last": 1, "category of any": 1,
            "words": 0, "answer words": 0, "earlier words": 0, "words of last": 1,
            "category share": (0.45 + 0.3 + 0.1) / 2.55, "intent share": 0.45 / 2.55, "behind": np.log(0.45 / 0.5),
        },
        abs=1e-6,
    )  # fmt: skip
    assert [features_of(of, f"e{n}")["beyond five"] for n in range(7)] == [0, 0, 0, 0, 0, 1, 1]
    elsewhere = features_of(of, "e10")  # of the category of e1
    assert (elsewhere["not found"], elsewhere["first three"], elsewhere["live"], elsewhere["cited"]) == (1, 0, 1, 0)
    assert (elsewhere["category of last"], elsewhere["intent of last"]) == (1, 0)
    assert elsewhere["age"] == pytest.approx(3 / 9)


def test_words_of_the_question_and_of_those_before_it_are_looked_for_in_a_passage() -> None:
    asked = Passage(id="asked", question="locker rent", answer="The nominee signs.")
    other = Passage(id="other", question="cheque bounce penalty", answer="See the schedule.")
    before = (Past("passbook lost", Action.FETCH), *(Past(q, Action.FETCH) for q in ("the penalty", "bounce", "?")))
    of = state("nominee for the locker", Hit(asked, 0.5), live=(Kept(other, 0.1, cited=1),), past=before)
    found, kept = features_of(of, "asked"), features_of(of, "other")
    assert (found["words"], found["answer words"], found["earlier words"]) == (0.5, 0.5, 0)
    assert (kept["words"], kept["answer words"], kept["earlier words"]) == (0, 0, 1), "the oldest of four is too old"
    assert (found["words of last"], kept["words of last"]) == (0, 1)


def test_passages_that_name_no_category_and_no_intent_have_none_in_common() -> None:
    bare = [Passage(id=f"b{n}", question=f"question {n}", answer="answer") for n in range(2)]
    of = state("q", Hit(bare[0], 0.5), live=(Kept(bare[1], 0.1, cited=1),))
    found = features_of(of, "b0")
    assert (found["category of last"], found["intent of last"], found["category of any"]) == (0, 0, 0)


def test_what_an_answer_drew_on_longer_ago_is_not_what_the_last_one_drew_on() -> None:
    live = (Kept(ENTRIES[1], 0.4, age=1, cited=3), Kept(ENTRIES[2], 0.2, age=1, cited=None))
    of = state("q", Hit(ENTRIES[4], 0.5), live=live)  # of the category of e1
    shown = features_of(of, "e1")
    assert (shown["shown last"], shown["cited"], shown["cited last"]) == (1, 1, 0)
    near = features_of(of, "e4")
    assert (near["category of last"], near["category of any"], near["words of last"]) == (0, 1, 0)
    assert feature(of, "cited last") == 0


def test_a_passage_feature_counts_as_much_as_the_question_leans() -> None:
    of = state("aur uska?", Hit(ENTRIES[0], 0.5))
    about = state_features(of)
    rows = passage_features(of, candidates(of), about).reshape(len(PASSAGE_FEATURES), len(LEANINGS))
    lean = [about[STATE_FEATURES.index(name)] for name in LEANINGS]
    assert rows[PASSAGE_FEATURES.index("p")] == pytest.approx([0.5 * each for each in lean])


@given(states())
def test_a_passage_may_be_shown_once_whether_it_was_found_or_kept(of: TurnState) -> None:
    pool = candidates(of)
    ids = [each.passage.id for each in pool]
    assert len(ids) == len(set(ids))
    assert set(ids) == {hit.passage.id for hit in (*of.hits, *of.further)} | {kept.passage.id for kept in of.live}
    found = [hit.passage.id for hit in (*of.hits, *of.further)]
    assert ids[: len(found)] == found
    assert [each.place for each in pool] == [*range(len(found)), *[None] * (len(pool) - len(found))]
    assert {each.passage.id for each in pool if each.kept} == {kept.passage.id for kept in of.live}


@pytest.mark.parametrize("entry", [FEES, FRAUD, LOST], ids=lambda entry: entry.id)
def test_a_best_hit_with_approved_wording_or_about_fraud_is_protected_where_it_may_be_meant(entry: Passage) -> None:
    assert protected(state("charges", Hit(entry, PROTECTED_FROM), Hit(ENTRIES[0], 0.05))) == entry.id
    assert protected(state("charges", Hit(entry, PROTECTED_FROM / 2))) is None
    assert protected(state("charges", Hit(ENTRIES[0], 0.3), Hit(entry, 0.2))) is None


def test_the_best_hit_of_a_report_of_fraud_is_protected_whatever_it_is() -> None:
    assert is_sensitive(state(SCAM))
    assert [protected(state(SCAM, Hit(ENTRIES[0], score))) for score in (0.2, 0.01)] == ["e0", "e0"]
    assert protected(state("branch timings", Hit(ENTRIES[0], 0.2))) is None
    assert protected(state(SCAM)) is None


@pytest.mark.parametrize(
    ("actions", "turns"),
    [
        ((), 9),
        ((Action.FETCH,), 1),
        ((Action.FETCH, Action.NO_FETCH, None), 3),
        ((Action.NO_FETCH, Action.NO_FETCH), 9),
        ((Action.FETCH, *[Action.NO_FETCH] * 20), 9),
    ],
)
def test_turns_since_passages_were_fetched_are_counted_from_the_last(
    actions: tuple[Action | None, ...], turns: int
) -> None:
    assert since_fetch(state(past=tuple(Past("q", action) for action in actions))) == turns


def test_a_passage_costs_its_characters_in_the_customers_language_alike_in_every_script() -> None:
    entry = Passage(id="e", question="Fee?", answer="a" * 996, answers={"hi": "क" * 100})
    assert cost_of(entry, "en") == pytest.approx(1000 * 0.24 / 1000)
    assert cost_of(entry, "hinglish") == cost_of(entry, "en")
    assert cost_of(entry, "hi") == pytest.approx(104 * 0.24 / 1000)


@given(states())
def test_the_text_of_a_state_begins_with_the_current_question_however_much_was_said_before(of: TurnState) -> None:
    text = state_text(of)
    assert text.startswith(f"{of.question} | last answer: ")


def test_the_text_of_a_state_names_the_last_answers_entry_what_was_found_and_the_questions_before() -> None:
    past = (Past("first?", Action.FETCH), Past("second?", Action.NO_FETCH), Past("third?", None))
    live = (Kept(ENTRIES[1], 0.1), Kept(ENTRIES[2], 0.5), Kept(ENTRIES[3], 0.9, age=1, cited=2))
    of = state("now?", Hit(ENTRIES[0], 0.9), live=live, past=past)
    assert state_text(of) == (
        "now? | last answer: maybe, question 2 | found: sure, question 0"
        " | third? (failed) | second? (no_fetch) | first? (fetch)"
    )
    assert state_text(state("now?")) == "now? | last answer: nothing | found: nothing"
    again = state("now?", Hit(ENTRIES[1], 0.9), live=(Kept(ENTRIES[1], 0.9),))
    assert state_text(again) == "now? | last answer: sure, question 1 | found: the same"


def test_the_oldest_questions_are_the_ones_that_the_text_of_a_state_leaves_out() -> None:
    text = state_text(state("now?", past=tuple(Past(f"asked {n}", Action.FETCH) for n in range(20))))
    assert [n for n in range(20) if f"asked {n} " in text] == [14, 15, 16, 17, 18, 19]


def test_what_scores_below_zero_is_not_called_sure() -> None:
    assert "found: no, question 0" in state_text(state("now?", Hit(ENTRIES[0], -0.3)))
