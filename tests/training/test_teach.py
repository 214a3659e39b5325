"""From conversations to a policy that is served: repeatable, resumable, and within its margin."""

from pathlib import Path

import pytest

from questrag.artifacts import Artifact
from questrag.evaluation.labelled import LabelledConversation, LabelledTurn
from questrag.policy.learned import Fused
from questrag.policy.rules import SmallTalkFirst
from tests.fakes import an_assistant
from tests.training.toys import THINGS

pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")

from tests.training.test_policy_table import PASSAGES


def talk(n: int) -> LabelledConversation:
    thing, other = THINGS[n % len(THINGS)], THINGS[(n + 3) % len(THINGS)]
    return LabelledConversation(
        f"talk-{n}",
        "en",
        (
            LabelledTurn(f"How do I open a {thing}", frozenset({f"open-{thing}"}), "new"),
            LabelledTurn(f"how do I close a {other}", frozenset({f"close-{other}"}), "new"),
            LabelledTurn("thank you", frozenset(), "smalltalk"),
            LabelledTurn(f"open a {thing} again", frozenset({f"open-{thing}"}), "repeat"),
            LabelledTurn("is it raining", frozenset(), "off_topic"),
        ),
    )


def taught(work: Path, out: Path) -> Artifact:
    from questrag.training.policy import Lessons, teach

    assistant = an_assistant(passages=PASSAGES)
    lessons = [Lessons("talks", assistant, [talk(n) for n in range(12)], 1.0)]
    dev = Lessons("dev", assistant, [talk(n) for n in range(12, 18)], 1.0)
    return teach(
        lessons, dev, work, out, margin=0.01, name="toy", seed=0,
        serving=lambda choice, price: SmallTalkFirst(Fused(choice, "toy@1", price)),
    )  # fmt: skip


def test_the_same_lessons_give_the_same_policy_and_the_same_figures(tmp_path: Path) -> None:
    first, again = (taught(tmp_path / f"work{n}", tmp_path / f"out{n}") for n in range(2))
    assert first.files == again.files, "the weights are equal to the last byte"
    measured = [{key: value for key, value in each.info.items() if key.startswith("dev_")} for each in (first, again)]
    assert measured[0] == measured[1]
    assert len(measured[0]) == 4


def test_an_interrupted_run_ends_like_one_that_was_not(tmp_path: Path) -> None:
    whole = taught(tmp_path / "work", tmp_path / "out")
    assert taught(tmp_path / "work", tmp_path / "again").files == whole.files, "the played turns are read back"


def test_what_was_learned_saves_tokens_within_the_margin(tmp_path: Path) -> None:
    info = taught(tmp_path / "work", tmp_path / "out").info
    assert float(info["dev_right"]) >= float(info["dev_right_always"]) - 0.01
    assert float(info["dev_saving"]) > 0.2
