"""A policy moves by what customers thought of its answers, and a few of them cannot move it far."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from questrag.chat.errors import Invalid
from questrag.chat.types import Action, Feedback, Hit, Kept, Passage, Receipt, TokenBill, Turn, TurnState, Versions
from questrag.evaluation.logs import Log, Logged, votes
from questrag.policy.learned import Choice, Fused
from questrag.policy.state import LEANINGS, PASSAGE_FEATURES, STATE_FEATURES, candidates

torch = pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")

from questrag.training.update import grown, learn, write_candidate  # noqa: E402 # after the check

NOON = datetime(2026, 1, 1, tzinfo=UTC)
NEW = Passage(id="new", question="Home loan papers?", answer="These.", category="loans")
OLD = Passage(id="old", question="Home loan fee?", answer="This.", category="loans")


def served() -> Choice:
    """Trusts the search a little."""
    passage = np.zeros((len(PASSAGE_FEATURES), len(LEANINGS)), dtype=np.float32)
    passage[PASSAGE_FEATURES.index("p"), LEANINGS.index("one")] = 3.0
    none = np.zeros(len(STATE_FEATURES), dtype=np.float32)
    return Choice(passage.ravel(), none, np.zeros(0, dtype=np.float32), np.zeros((0, 0), dtype=np.float32))


def state(p_new: float = 0.5) -> TurnState:
    return TurnState("home loan", "en", (), (Hit(NEW, p_new),), (Kept(OLD, 0.4),))


def judged(verdict: str, *cited: str, user: str = "u", at: TurnState | None = None) -> Logged:
    """Return a turn of which this was thought."""
    receipt = Receipt(
        policy_action=Action.FETCH, reason="policy", p_fetch=1.0, retrieval_score=0.5, fetched=("new",),  # type: ignore[arg-type]
        live=("old",), cited=cited, sources=(), tokens=TokenBill(10, 10, 20, "words", paid=False), timings_ms={},
        versions=Versions("toy@1", "e", "i", "k", "p", "m"), lang="en", llm_provider="extractive",
    )  # fmt: skip
    rating = Feedback("up" if verdict == "good" else "down", "", NOON)
    turn = Turn(id="t", conversation_id="c", user_id=user, question="home loan", asked_at=NOON, feedback=rating)
    return Logged(turn, receipt, at or state(), verdict)  # type: ignore[arg-type]


def p_of(choice: Choice, entry: str, at: TurnState | None = None) -> float:
    pool = candidates(at or state())
    p, _ = choice.probabilities(at or state(), pool)
    return float(p[[each.passage.id for each in pool].index(entry)])


def crowd(n: int, verdict: str, *cited: str) -> list[Logged]:
    return [judged(verdict, *cited, user=f"u{i}") for i in range(n)]


def test_what_good_answers_drew_on_becomes_likelier_and_what_bad_ones_drew_on_less_likely() -> None:
    before = p_of(served(), "old")
    assert p_of(learn(served(), crowd(500, "good", "old")).choice, "old") > before + 0.1
    assert p_of(learn(served(), crowd(500, "bad", "old")).choice, "old") < before - 0.05


def test_good_answers_that_drew_on_nothing_say_that_nothing_was_needed() -> None:
    moved = learn(served(), crowd(500, "good")).choice
    assert moved.covers(state(), ()) > served().covers(state(), ()) + 0.1


def test_few_votes_move_little_and_many_move_more() -> None:
    before = p_of(served(), "old")
    moves = [p_of(learn(served(), crowd(n, "good", "old")).choice, "old") - before for n in (5, 100, 2000)]
    assert 0 < moves[0] < 0.02 < moves[1] < moves[2]


@pytest.mark.parametrize(("n_honest", "n_loud"), [(600, 400), (200, 20_000), (1000, 100_000)])
def test_an_account_counts_for_a_fiftieth_of_all_that_counts_or_two(n_honest: int, n_loud: int) -> None:
    loud = [judged("good", "old", user="loud")] * n_loud
    counted = votes([*loud, *crowd(n_honest, "good", "new")])
    share = sum(counted[:n_loud])
    assert share == pytest.approx(max(2.0, 0.02 * sum(counted)), rel=0.02)
    assert counted[n_loud:] == [1.0] * n_honest


def test_who_votes_once_or_twice_counts_in_full() -> None:
    assert votes(crowd(7, "good", "old")) == [1.0] * 7
    assert votes([]) == []


def test_a_loud_account_moves_no_more_than_its_share() -> None:
    honest = crowd(600, "good", "new")
    loud = [judged("good", "old", user="loud") for _ in range(400)]
    alone, together = (p_of(learn(served(), each).choice, "old") for each in (honest, [*honest, *loud]))
    everybody = p_of(learn(served(), [*honest, *crowd(400, "good", "old")]).choice, "old")
    assert together - alone < 0.2 * (everybody - alone)


def test_the_same_votes_give_the_same_weights() -> None:
    of = [*crowd(50, "good", "old"), *crowd(20, "bad", "new")]
    first, again = learn(served(), of), learn(served(), of)
    assert first.fingerprint == again.fingerprint


@pytest.mark.parametrize("of", [[], [judged("good", "withdrawn")]])
def test_verdicts_that_say_nothing_of_a_passage_are_refused(of: Sequence[Logged]) -> None:
    with pytest.raises(Invalid, match="no verdict says anything"):
        learn(served(), of)


def usable() -> Choice:
    return replace(served(), mean=np.zeros(4, dtype=np.float32), directions=np.zeros((0, 4), dtype=np.float32))


def test_the_price_of_a_candidate_leaves_out_no_more_than_what_serves_by_what_was_learned() -> None:
    policy, log = Fused(usable(), "toy@1", 1.0), Log(tuple(crowd(300, "good", "new")), {})
    candidate, weights = grown(policy, log, version="grown@1")

    def covered(of: Fused) -> float:
        decision = of.decide(state())
        return weights.choice.covers(state(), {hit.passage.id for hit in (*decision.passages, *decision.keep)})

    assert p_of(candidate.choice, "new") > p_of(policy.choice, "new") + 0.1
    assert covered(candidate) >= covered(policy)


def test_a_candidate_is_written_and_opens_as_it_was_learned(tmp_path: Path) -> None:
    log = Log(tuple(crowd(100, "good", "old")), {})
    policy = Fused(usable(), "toy@1", 0.3)
    artifact = write_candidate(policy, log, tmp_path / "made", encoder="e")
    opened = Fused.open(tmp_path / "made", encoder="e", confidence=0.7, enough=0.4, ask_from=1.0, dial=1.0)
    candidate, _ = grown(policy, log, version="grown@1")
    assert opened.price == pytest.approx(candidate.price)
    assert artifact.info["learned_from"] == "toy@1"
    assert (artifact.info["votes"], artifact.info["accounts"]) == ("100", "100")
    assert p_of(opened.choice, "old") == pytest.approx(p_of(candidate.choice, "old"), abs=1e-4)
