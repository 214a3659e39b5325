"""Labelled conversations, played through the pipeline."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

import pytest

from questrag.chat.errors import ArtifactError
from questrag.chat.ports import Policy
from questrag.chat.types import Action, Decision, Found, Hit, Reason, TurnState
from questrag.evaluation.labelled import LabelledConversation, LabelledTurn
from questrag.evaluation.play import Played, Recording, Remembering, play
from questrag.policy.rules import AlwaysFetch, LiveFirst, NeverFetch, Threshold
from tests.fakes import BLOCK_CARD, OPEN_DEPOSIT, WordOverlap, an_assistant

BLOCK = LabelledTurn("How do I block my debit card?", frozenset({"card-block"}), "new")
AGAIN = LabelledTurn("block my debit card", frozenset({"card-block"}), "repeat")
DEPOSIT = LabelledTurn("How do I open a fixed deposit?", frozenset({"deposit-open"}), "new")
THANKS = LabelledTurn("thank you", frozenset(), "smalltalk")
TALK = LabelledConversation("talk", "en", (BLOCK, AGAIN, THANKS, DEPOSIT))


@dataclass(frozen=True, slots=True)
class Oracle:
    """Shows what the turn needs: again where an earlier prompt had it, fetched where none had."""

    turn: LabelledTurn
    version: str = "oracle@1"

    def decide(self, state: TurnState) -> Decision:
        keep = tuple(Hit(kept.passage, kept.score) for kept in state.live if kept.passage.id in self.turn.needs)
        new = () if keep else tuple(hit for hit in state.hits if hit.passage.id in self.turn.needs)
        action = Action.FETCH if new else Action.NO_FETCH
        return Decision(action, float(bool(new)), Reason.POLICY, self.version, new, keep)


@dataclass(frozen=True, slots=True)
class Counting:
    """Searches by words, and remembers what for."""

    inner: WordOverlap = field(default_factory=WordOverlap)
    encoder_version: str = "counting-encoder"
    index_version: str = "counting-index"
    asked: list[tuple[str, int, tuple[str, ...], frozenset[str]]] = field(default_factory=list)

    def search(self, question: str, k: int, earlier: Sequence[str] = ()) -> list[Hit]:
        return list(self.search_and_score(question, k, earlier, ()).hits)

    def search_and_score(self, question: str, k: int, earlier: Sequence[str], also: Collection[str]) -> Found:
        self.asked.append((question, k, tuple(earlier), frozenset(also)))
        return self.inner.search_and_score(question, k, earlier, also)


def played_by(policy: Policy, answers: Sequence[str] = ()) -> list[Played]:
    return play(an_assistant(), TALK, lambda turn: policy, answers)


def test_an_oracle_is_shown_the_labels_of_each_turn() -> None:
    played = play(an_assistant(), TALK, Oracle)
    assert [turn.shown for turn in played] == [turn.needs for turn in TALK.turns]
    assert [turn.receipt.fetched for turn in played] == [("card-block",), (), (), ("deposit-open",)]
    assert [turn.receipt.live for turn in played] == [(), ("card-block",), (), ()]


def test_every_turn_is_played_in_order_with_its_labels_and_those_before_it_as_history() -> None:
    played = played_by(AlwaysFetch())
    assert [each.turn for each in played] == list(TALK.turns)
    assert {(each.conversation, each.lang) for each in played} == {("talk", "en")}
    assert [each.state.question for each in played] == [turn.user for turn in TALK.turns]
    for number, each in enumerate(played):
        assert [past.question for past in each.state.past] == [turn.user for turn in TALK.turns[:number]]


def test_what_was_shown_is_what_was_fetched_and_what_was_kept() -> None:
    played = played_by(LiveFirst(Threshold(0.3), 0.3))
    assert all(each.shown == {*each.receipt.fetched, *each.receipt.live} for each in played)
    assert played[0].receipt.fetched and played[1].receipt.live == ("card-block",)
    last = played[3]
    assert "deposit-open" in last.receipt.fetched
    assert [each.shown for each in played_by(NeverFetch())] == [frozenset()] * 4


def test_what_is_recorded_is_what_the_policy_saw_and_said() -> None:
    for each in played_by(AlwaysFetch()):
        assert each.decision == AlwaysFetch().decide(each.state)
        assert each.receipt.policy_action is each.decision.action
        assert each.receipt.versions.policy == "always@1"


def test_given_answers_stand_in_the_history_whatever_was_answered() -> None:
    played = played_by(AlwaysFetch(), ["first", "second", "third", "fourth"])
    said = [[message.content for message in each.state.history if message.role == "assistant"] for each in played]
    assert said == [[], ["first"], ["first", "second"], ["first", "second", "third"]]
    assert (played[0].answer, played[3].answer) == (BLOCK_CARD.answer, OPEN_DEPOSIT.answer)


def test_without_given_answers_the_history_holds_those_of_this_play() -> None:
    played = played_by(AlwaysFetch())
    assert [message.content for message in played[1].state.history] == [BLOCK.user, BLOCK_CARD.answer]


def test_given_answers_make_the_usual_design_cost_the_same_whatever_the_policy() -> None:
    answers = ["a", "b", "c", "d"]
    for one, other in zip(played_by(AlwaysFetch(), answers), played_by(NeverFetch(), answers), strict=True):
        assert one.receipt.tokens.always_fetch_prompt == other.receipt.tokens.always_fetch_prompt


def test_a_conversation_leaves_nothing_behind_for_the_next() -> None:
    assistant = an_assistant(policy=NeverFetch())
    first, second = (play(assistant, TALK, lambda turn: AlwaysFetch()) for _ in range(2))
    assert [each.state for each in first] == [each.state for each in second]
    assert assistant.policy == NeverFetch()


def test_nothing_is_searched_for_twice() -> None:
    counting = Counting()
    assistant = replace(an_assistant(), retriever=Remembering(counting))
    first, second = (play(assistant, TALK, lambda turn: AlwaysFetch()) for _ in range(2))
    assert len(counting.asked) == len(set(counting.asked)) == len(TALK.turns)
    assert [each.shown for each in first] == [each.shown for each in second]


def test_a_search_is_another_one_when_anything_it_depends_on_differs() -> None:
    counting = Counting()
    remembering = Remembering(counting)
    asked: list[tuple[str, int, list[str], Collection[str]]] = [
        ("block card", 1, [], ()),
        ("block card", 2, [], ()),
        ("block card", 1, ["How do I open a fixed deposit?"], ()),
        ("block card", 1, [], {"pin-reset"}),
    ]
    found = [remembering.search_and_score(*each) for each in asked]
    assert len(counting.asked) == 4
    assert found == [WordOverlap().search_and_score(*each) for each in asked]
    assert remembering.search_and_score("block card", 1, [], ["pin-reset", "pin-reset"]) == found[3]
    assert remembering.search("block card", 1) == list(found[0].hits)
    assert len(counting.asked) == 4


def test_what_remembers_searches_has_the_versions_of_what_it_searches_with() -> None:
    remembering = Remembering(Counting())
    assert (remembering.encoder_version, remembering.index_version) == ("counting-encoder", "counting-index")


def test_a_recording_says_what_the_policy_inside_says() -> None:
    recording = Recording(AlwaysFetch())
    state = TurnState("block card", "en", (), (Hit(BLOCK_CARD, 0.9),))
    assert recording.version == "always@1"
    assert recording.decide(state) == AlwaysFetch().decide(state) == recording.decision
    assert recording.state is state


def test_a_search_that_fails_is_not_remembered_as_finding_nothing() -> None:
    class Broken(WordOverlap):
        def search_and_score(self, question: str, k: int, earlier: Sequence[str], also: Collection[str]) -> Found:
            raise ArtifactError("keys.faiss is damaged")

    assistant = replace(an_assistant(), retriever=Remembering(Broken()))
    for _ in range(2):
        with pytest.raises(ArtifactError):
            play(assistant, TALK, lambda turn: AlwaysFetch())
