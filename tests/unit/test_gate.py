"""The gate lets a candidate pass that is better, and none that is worse anywhere it matters."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from random import Random

import numpy as np
import pytest
from benchmarks.gate import bad_candidates, flips, poisoned, right, use

from questrag.chat.ports import Policy
from questrag.evaluation.gate import Limits, gate
from questrag.evaluation.labelled import LabelledConversation, LabelledTurn
from questrag.evaluation.logs import Log, read_log
from questrag.policy.explore import Exploring
from questrag.policy.learned import Choice, Fused
from questrag.policy.rules import AlwaysFetch, NeverFetch, SmallTalkFirst
from questrag.policy.state import LEANINGS, PASSAGE_FEATURES, STATE_FEATURES
from tests.fakes import an_assistant

NOON = datetime(2026, 1, 1, tzinfo=UTC)
ASKED = {
    "card-block": ("block my debit card", "how do i block my debit card", "please block my card"),
    "deposit-open": ("open a fixed deposit", "how do i open a deposit", "i want to open a fixed deposit"),
    "pin-reset": ("reset my upi pin", "how can i reset my upi pin", "upi pin reset"),
}
ASSISTANT = an_assistant()


def talks(n: int, seed: int) -> list[LabelledConversation]:
    """Return conversations of four turns: three entries, then the first one again."""
    rng = Random(seed)  # nothing secret
    made = []
    for number in range(n):
        order = rng.sample(sorted(ASKED), 3)
        wanted = [*order, order[0]]
        turns = tuple(
            LabelledTurn(rng.choice(ASKED[entry]), frozenset({entry}), "new" if place < 3 else "return")
            for place, entry in enumerate(wanted)
        )
        made.append(LabelledConversation(f"{seed}-{number}", "en", turns))
    return made


def fused(price: float = 0.05, **of_passage: float) -> Fused:
    """Return a policy that trusts the search."""
    passage = np.zeros((len(PASSAGE_FEATURES), len(LEANINGS)), dtype=np.float32)
    for name, value in ({"p": 12.0, "first": 4.0} | of_passage).items():
        passage[PASSAGE_FEATURES.index(name), LEANINGS.index("one")] = value
    none = np.zeros(len(STATE_FEATURES), dtype=np.float32)
    none[STATE_FEATURES.index("one")] = 3.0
    choice = Choice(passage.ravel(), none, np.zeros(0, dtype=np.float32), np.zeros((0, 0), dtype=np.float32))
    return Fused(choice, "toy@1", price)


SERVED = fused(price=0.0)
"""Shows more than is needed: there is something to gain."""


@cache
def a_log(n: int = 60) -> Log:
    import asyncio

    exploring = Exploring(SmallTalkFirst(SERVED), 0.2, Random(0).random)  # nothing secret
    turns = use(ASSISTANT, talks(n, 1), exploring, right)
    one_each = [replace(turn, user_id=turn.conversation_id) for turn in turns]
    return asyncio.run(read_log(ASSISTANT, one_each))


def reports(candidates: Mapping[str, Policy], limits: Limits | None = None) -> dict[str, dict[str, object]]:
    return gate(
        ASSISTANT, talks(25, 2), a_log(), candidates=candidates, served=SmallTalkFirst(SERVED), belief=SERVED.choice,
        price=2.0, limits=limits or Limits(least_judged=100, least_accounts=5, least_effective=50, worse_on_log=0.1),
    )  # fmt: skip


def test_a_candidate_that_shows_less_and_is_as_right_passes() -> None:
    report = reports({"cheaper": SmallTalkFirst(fused(price=2.0))})["cheaper"]
    assert (report["passed"], report["reasons"]) == (True, [])
    assert report["worth"]["the conversations"] > 0.001  # type: ignore[index]
    assert report["conversations"]["tokens_saved"] > 0.01  # type: ignore[index]


def test_what_serves_already_is_refused_as_no_better() -> None:
    report = reports({"itself": SmallTalkFirst(SERVED)})["itself"]
    assert not report["passed"]
    assert report["reasons"] == ["It is no better than what serves, neither on the conversations nor on the log."]
    assert report["worth"] == {"the conversations": 0.0, "the log": 0.0}


def test_every_deliberately_bad_candidate_is_refused() -> None:
    base = replace(fused(price=2.0), version="base@1")
    bad = bad_candidates(base)
    assert len(bad) == 20
    found = gate(
        ASSISTANT, talks(25, 2), a_log(), candidates={**bad, "never": NeverFetch(), "always": AlwaysFetch()},
        served=SmallTalkFirst(base), belief=base.choice, price=2.0,
        limits=Limits(least_judged=100, least_accounts=5, least_effective=50, worse_on_log=0.1),
    )  # fmt: skip
    harmless = {"no answers in Hindi"}  # these customers write English
    passed = {name for name, report in found.items() if report["passed"]}
    assert passed <= harmless, {name: found[name]["worth"] for name in passed}


def test_a_candidate_that_never_fetches_is_refused_for_what_it_leaves_out() -> None:
    report = reports({"never": NeverFetch()})["never"]
    said = " ".join(report["reasons"])  # type: ignore[arg-type]
    assert "It may be right on" in said
    assert "It skips unsafely" in said


def test_a_candidate_that_shows_everything_is_refused_for_its_price() -> None:
    base = fused(price=2.0)
    found = gate(
        ASSISTANT, talks(25, 2), a_log(), candidates={"all": AlwaysFetch()}, served=base, belief=base.choice, price=2.0
    )
    report = found["all"]
    assert any("more prompt tokens" in reason for reason in report["reasons"])


def test_too_few_judged_turns_are_no_ground_to_change_anything() -> None:
    report = reports({"cheaper": fused(price=2.0)}, Limits(least_judged=10_000))["cheaper"]
    assert report["reasons"] == ["Only 240 judged turns of the log count; 10000 are needed to tell how it would do."]


def test_what_was_never_tried_is_said_to_be_unknown() -> None:
    report = reports({"never": NeverFetch()}, Limits(least_judged=100))["never"]
    assert any("does what was never tried" in reason for reason in report["reasons"])  # type: ignore[attr-defined]


def test_a_log_without_a_verdict_is_reported_and_not_estimated() -> None:
    unjudged = Log(tuple(replace(each, verdict=None) for each in a_log().turns), {})
    found = gate(
        ASSISTANT,
        talks(4, 2),
        unjudged,
        candidates={"x": fused(price=2.0)},
        served=SERVED,
        belief=SERVED.choice,
        price=2.0,
    )["x"]
    assert found["log"]["n_judged"] == 0
    assert "estimates" not in found["log"]
    assert not found["passed"]


def test_poisoned_votes_are_a_hundredth_and_come_from_ten_accounts() -> None:
    judged = a_log().judged
    added = poisoned(judged)[len(judged) :]
    assert len(added) <= max(1, round(0.01 * len(judged)))
    assert len({each.turn.user_id for each in added}) <= 10


def test_flips_count_protected_passages_that_are_no_longer_shown() -> None:
    from questrag.chat.types import Hit, Passage, TurnState

    fees = Passage(id="fees", question="Fees?", answer="As listed.", regulated=True)
    state = TurnState("what are the fees", "en", (), (Hit(fees, 0.9),))
    found = flips([state], AlwaysFetch(), NeverFetch())
    assert (found.n, found.without_evidence, found.skipped) == (1, 1, 1)
    assert flips([state], AlwaysFetch(), AlwaysFetch()).without_evidence == 0


def test_the_estimate_of_a_log_agrees_with_what_the_candidate_really_earns() -> None:
    """The log is of a policy that shows too much; what a cheaper one earns when it serves is known by playing it."""
    candidate = SmallTalkFirst(fused(price=2.0))
    report = reports({"cheaper": candidate})["cheaper"]
    log = report["log"]
    assert isinstance(log, dict)
    import asyncio

    really = asyncio.run(read_log(ASSISTANT, use(ASSISTANT, talks(60, 1), candidate, right))).judged
    share = sum(each.verdict == "good" for each in really) / len(really)
    estimate = log["estimates"]["doubly_robust"]
    assert estimate["low"] <= share <= estimate["high"]
    assert log["good"] == pytest.approx(share, abs=0.15)
