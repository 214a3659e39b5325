"""What each policy saves and what it costs, on conversations that can be counted by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from questrag.chat.errors import Invalid, NotFound
from questrag.chat.ports import Policy
from questrag.chat.prompt import SYSTEM, Prompt
from questrag.chat.types import Message, Passage
from questrag.evaluation.labelled import LabelledConversation, LabelledTurn, TurnKind
from questrag.evaluation.play import billed_tokens
from questrag.evaluation.policy import MIXES, evaluate_policies
from questrag.policy.rules import AlwaysFetch, LiveFirst, NeverFetch, SmallTalkFirst, Threshold
from tests.fakes import BLOCK_CARD, PASSAGES, WordCounter, an_assistant


def turn(user: str, *needs: str, kind: TurnKind = "new") -> LabelledTurn:
    return LabelledTurn(user, frozenset(needs), kind)


BLOCK = turn("How do I block my debit card?", "card-block")
AGAIN = turn("block my debit card", "card-block", kind="repeat")
THANKS = turn("thank you", kind="smalltalk")
DEPOSIT = turn("How do I open a fixed deposit?", "deposit-open")
UNFINDABLE = turn("Zahlungsverkehr Ausland", "pin-reset")
STOLEN = turn("someone stole my debit card", "card-block", kind="sensitive")

TALK = LabelledConversation("talk", "en", (BLOCK, AGAIN, THANKS, DEPOSIT))
SHORT = LabelledConversation("short", "en", (BLOCK,))
LOST = LabelledConversation("lost", "hi", (UNFINDABLE,))
GRAVE = LabelledConversation("grave", "en", (STOLEN,))
POLICIES: Mapping[str, Policy] = {
    "never": NeverFetch(),
    "threshold": Threshold(0.5),
    "smalltalk": SmallTalkFirst(AlwaysFetch()),
    "live": LiveFirst(Threshold(0.3), 0.3),
    "one": AlwaysFetch(1),
}


def evaluated(
    *conversations: LabelledConversation,
    policies: Mapping[str, Policy] = POLICIES,
    passages: Sequence[Passage] = PASSAGES,
) -> dict[str, Any]:
    return evaluate_policies(an_assistant(passages=passages), conversations, policies)


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    return evaluated(TALK, SHORT, LOST, GRAVE)


def test_the_usual_design_is_what_all_are_measured_by_and_saves_nothing(result: dict[str, Any]) -> None:
    always = result["policies"]["always"]
    assert (always["saving"], always["less_right_than_always"], always["unsafe_skips"]) == (0, 0, 0)
    assert always["ci95"]["saving"] == always["less_right_ci95"] == (0, 0)
    assert always["non_inferior"]
    assert all(each["saving"] == 0 for by in ("by_kind", "by_lang") for each in always[by].values())
    assert all(mix["always"]["saving"] == 0 for mix in result["mixes"].values())


def test_a_policy_that_does_what_the_usual_design_does_has_its_figures() -> None:
    read = evaluated(TALK, LOST, policies={"same": AlwaysFetch()})["policies"]
    assert read["same"] == read["always"]


def test_every_turn_of_every_conversation_is_counted_once(result: dict[str, Any]) -> None:
    assert (result["n_turns"], result["n_conversations"]) == (7, 4)
    assert set(result["policies"]) == {*POLICIES, "always", "oracle"}
    for each in result["policies"].values():
        assert (each["n"], each["n_needing"], each["n_protected"]) == (7, 6, 1)
        for by in ("by_kind", "by_lang"):
            assert sum(some["n"] for some in each[by].values()) == each["n"]
            assert sum(some["prompt_tokens"] for some in each[by].values()) == each["prompt_tokens"]
            assert sum(some["unsafe_skips"] for some in each[by].values()) == each["unsafe_skips"]
    assert result["policies"]["never"]["by_lang"]["hi"]["n"] == 1


def test_a_skip_is_unsafe_where_a_fetch_would_have_brought_what_is_needed_and_only_there(
    result: dict[str, Any],
) -> None:
    never = result["policies"]["never"]
    assert never["by_kind"]["new"]["n"] == 4
    assert never["by_kind"]["new"]["unsafe_skips"] == 3, "nothing would have found the entry of one of them"
    assert never["by_kind"]["smalltalk"]["unsafe_skips"] == 0, "nothing is needed"
    assert never["unsafe_skips"] == 5
    assert never["unsafe_skip_rate"] == pytest.approx(5 / 6)
    assert never["unsafe_skips_protected"] == 1
    assert evaluated(LOST)["policies"]["never"]["unsafe_skips"] == 0
    assert evaluated(LOST)["policies"]["never"]["n_needing"] == 1


def test_a_skip_that_keeps_what_is_needed_is_safe() -> None:
    live = evaluated(TALK)["policies"]["live"]
    assert live["by_kind"]["repeat"] == {**live["by_kind"]["repeat"], "fetch_rate": 0, "evidence_accuracy": 1}
    assert live["by_kind"]["repeat"]["unsafe_skips"] == 0


def test_what_fetches_is_never_an_unsafe_skip_though_it_may_be_wrong() -> None:
    first = Passage(id="first", question="block debit card now", answer="First.")
    read = evaluated(SHORT, passages=(first, BLOCK_CARD), policies={"one": AlwaysFetch(1)})["policies"]
    assert read["one"]["fetch_rate"] == 1
    assert read["one"]["unsafe_skips"] == 0


def test_a_turn_that_needs_nothing_is_always_right() -> None:
    thanks = LabelledConversation("thanks", "en", (THANKS, THANKS))
    for each in evaluated(thanks)["policies"].values():
        assert each["evidence_accuracy"] == 1
        assert (each["n_needing"], each["unsafe_skips"], each["unsafe_skip_rate"]) == (0, 0, 0)
        assert each["unsafe_skip_rate_ci95"] == (0, 1), "nothing is known of turns that there were none of"


def test_an_oracle_is_as_right_as_the_usual_design_or_more_and_cheaper(result: dict[str, Any]) -> None:
    oracle, always = result["policies"]["oracle"], result["policies"]["always"]
    for one, other in ((oracle, always), *zip(oracle["by_kind"].values(), always["by_kind"].values(), strict=True)):
        assert one["evidence_accuracy"] >= other["evidence_accuracy"]
        assert one["prompt_tokens"] <= other["prompt_tokens"]
    assert oracle["unsafe_skips"] == 0
    assert oracle["saving"] > 0.1
    assert oracle["passages"] == pytest.approx(5 / 7), "one for each turn that needs one that can be found"
    assert oracle["saving"] >= max(
        each["saving"] for each in result["policies"].values() if each["evidence_accuracy"] >= 6 / 7
    )


def test_an_oracle_chooses_the_cheapest_of_what_answers() -> None:
    long = Passage(id="long", question="block my debit card", answer="word " * 100)
    short = Passage(id="short", question="card matters", answer="Block it.")
    either = LabelledConversation("either", "en", (turn("block my debit card", "long", "short"),))
    read = evaluated(either, passages=(long, short))["policies"]
    assert read["oracle"]["passages"] == 1
    assert read["oracle"]["prompt_tokens"] == read["never"]["prompt_tokens"] + len("Sources: [1]".split()) + 4


def test_an_oracle_has_all_of_its_saving_and_the_usual_design_none(result: dict[str, Any]) -> None:
    shares = result["oracle_share"]
    assert (shares["oracle"], shares["always"]) == (1, 0)
    saving = {name: each["saving"] for name, each in result["policies"].items()}
    assert shares["threshold"] == pytest.approx(saving["threshold"] / saving["oracle"])


def test_a_saving_is_that_of_a_hand_computation() -> None:
    read = evaluated(SHORT, passages=(BLOCK_CARD,))["policies"]
    bare = len(SYSTEM.split()) + 4 + 7  # "Question (answer in English):" and the question
    passage = 1 + 1 + 7 + 17  # "Sources:", "[1]", the question of the passage and its answer
    assert read["never"]["prompt_tokens"] == bare
    assert read["always"]["prompt_tokens"] == read["oracle"]["prompt_tokens"] == bare + passage
    assert read["never"]["saving"] == pytest.approx(passage / (bare + passage))
    assert read["never"]["ci95"]["saving"] == pytest.approx([passage / (bare + passage)] * 2)
    assert (read["never"]["passages"], read["always"]["passages"]) == (0, 1)


def test_a_saving_is_of_all_tokens_not_the_mean_of_the_turns(result: dict[str, Any]) -> None:
    for each in result["policies"].values():
        usual = result["policies"]["always"]["prompt_tokens"]
        assert each["saving"] == pytest.approx(1 - each["prompt_tokens"] / usual)


def test_what_is_billed_is_what_does_not_stand_at_the_start_of_the_prompt_before() -> None:
    """Hand-counted: a prompt is system text, history, and then sources and question in one message."""
    talk = LabelledConversation("talk", "en", (BLOCK, AGAIN, AGAIN))
    read = evaluated(talk, passages=(BLOCK_CARD,), policies={"never": NeverFetch()})["policies"]
    system, heading, passage = len(SYSTEM.split()), 4, 1 + 1 + 7 + 17  # as in the hand computation of a saving
    first, again, answer = 7, 4, 17  # the questions, and the answer that the history gives to each
    before = [0, first + answer, first + answer + again + answer]
    asked = [first, again, again]
    # Of the first prompt nothing is known, of the second the system text, of the third the first turn as well.
    known = [0, system, system + first + answer]
    for name, shown in (("never", 0), ("always", passage)):
        prompts = [system + past + shown + heading + words for past, words in zip(before, asked, strict=True)]
        assert read[name]["prompt_tokens"] == sum(prompts)
        assert read[name]["billed_tokens"] == sum(prompts) - sum(known)
    never, always = read["never"], read["always"]
    assert never["billed_saving"] == pytest.approx(3 * passage / always["billed_tokens"])
    assert never["billed_saving"] > never["saving"], "the same tokens are saved, of fewer"


def test_what_is_billed_adds_up_and_is_no_more_than_the_prompts(result: dict[str, Any]) -> None:
    usual = result["policies"]["always"]
    assert (usual["billed_saving"], usual["ci95"]["billed_saving"]) == (0, (0, 0))
    for each in result["policies"].values():
        assert each["n_needing"] < each["billed_tokens"] < each["prompt_tokens"]
        assert each["billed_saving"] == pytest.approx(1 - each["billed_tokens"] / usual["billed_tokens"])
        for by in ("by_kind", "by_lang"):
            assert sum(some["billed_tokens"] for some in each[by].values()) == each["billed_tokens"]


def test_nothing_is_known_of_the_prompts_of_another_conversation() -> None:
    other = LabelledConversation("other", "en", SHORT.turns)
    one, both = (evaluated(*talks)["policies"]["always"] for talks in ((SHORT,), (SHORT, other)))
    assert one["billed_tokens"] == one["prompt_tokens"]
    assert both["billed_tokens"] == both["prompt_tokens"] == 2 * one["billed_tokens"]
    empty = LabelledConversation("empty", "en", ())
    assert evaluated(SHORT, empty)["policies"]["always"]["billed_tokens"] == one["billed_tokens"]


HELLO, HI = Message("user", "hello there"), Message("assistant", "good day to you")


@pytest.mark.parametrize(
    ("before", "prompt", "billed"),
    [
        (Prompt("one two", "en"), Prompt("one three", "en"), 1),
        (Prompt("one two", "en"), Prompt("onetwo", "en"), 1),
        (Prompt("one two", "en"), Prompt("one two three", "en"), 1),
        (Prompt("one two", "en"), Prompt("one two", "en"), 1),  # the last token is read afresh at all events
        (Prompt("hello", "hi", (HELLO, HI)), Prompt("hello", "hi", (HELLO, HI)), 1),
        (Prompt("x y", "en", (HELLO, HI)), Prompt("x z", "en", (HELLO, HI)), 1),
        (Prompt("x y", "en", (HELLO, HI)), Prompt("x y", "en", (HI,)), 4 + 4 + 2),  # the roles differ
        (Prompt("x", "en", (HELLO, HI)), Prompt("x", "en"), 4 + 1),
    ],
)
def test_whole_messages_and_then_whole_words_are_known_from_the_prompt_before(
    before: Prompt, prompt: Prompt, billed: int
) -> None:
    assert billed_tokens([before, prompt], WordCounter()) == [before.tokens(WordCounter()), billed]


def test_no_policy_gains_by_the_answers_that_it_gave() -> None:
    question = "How do I open a fixed deposit?"
    twice = LabelledConversation("twice", "en", (turn(question, "deposit-open"), turn(question, "deposit-open")))
    read = evaluated(twice, policies={"never": NeverFetch()})["policies"]
    usual = evaluated(LabelledConversation("once", "en", twice.turns[:1]))["policies"]["never"]["prompt_tokens"]
    answered = "Choose Deposits in the app, enter the amount and the term, and confirm."
    assert read["never"]["prompt_tokens"] == 2 * usual + len(question.split()) + len(answered.split())


def test_an_interval_holds_the_value_that_it_is_of(result: dict[str, Any]) -> None:
    for each in result["policies"].values():
        for name, (low, high) in each["ci95"].items():
            assert low - 1e-9 <= each[name] <= high + 1e-9
        for of in ("less_right", "unsafe_skip_rate", "unsafe_skips_protected"):
            low, high = each[f"{of}_ci95"]
            value = {"less_right": each["less_right_than_always"], "unsafe_skip_rate": each["unsafe_skip_rate"]}.get(
                of, each["unsafe_skips_protected"] / each["n_protected"]
            )
            assert low - 1e-9 <= value <= high + 1e-9


def test_a_policy_is_no_worse_only_where_the_whole_interval_is_within_the_margin(result: dict[str, Any]) -> None:
    read = result["policies"]
    assert read["never"]["less_right_than_always"] == pytest.approx(5 / 7)
    assert not read["never"]["non_inferior"]
    assert read["oracle"]["less_right_than_always"] <= 0
    assert read["oracle"]["non_inferior"]


def test_a_mix_counts_turns_by_their_kind_as_in_a_hand_computation() -> None:
    talk = LabelledConversation("talk", "en", (BLOCK, THANKS))
    result = evaluated(talk, policies={"never": NeverFetch()})
    never, always = (result["policies"][name]["by_kind"] for name in ("never", "always"))
    weights = {"mostly new questions": (3.0, 1.0), "long talks": (0.5, 1.0), "much small talk": (1.0, 3.0)}
    assert set(weights) == set(MIXES) == set(result["mixes"])
    for mix, (new, small) in weights.items():
        found = result["mixes"][mix]["never"]
        assert found["evidence_accuracy"] == pytest.approx(small / (new + small))
        ours, usual = (
            new * of["new"]["prompt_tokens"] + small * of["smalltalk"]["prompt_tokens"] for of in (never, always)
        )
        assert found["saving"] == pytest.approx(1 - ours / usual)


def test_a_policy_is_reported_by_name_and_version(result: dict[str, Any]) -> None:
    versions = {name: each["version"] for name, each in result["policies"].items()}
    assert versions == {
        **{name: policy.version for name, policy in POLICIES.items()},
        "always": "always@1",
        "oracle": "oracle@1",
    }
    assert {"knowledge", "encoder", "index", "tokens", "commit", "machine"} <= set(result["provenance"])


def test_a_turn_that_needs_an_entry_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(NotFound, match="gone"):
        evaluated(TALK, LabelledConversation("bad", "en", (turn("q", "card-block", "gone"),)))


@pytest.mark.parametrize("conversations", [(), (LabelledConversation("empty", "en", ()),)])
def test_nothing_to_play_is_an_error(conversations: tuple[LabelledConversation, ...]) -> None:
    with pytest.raises(Invalid, match="no turn"):
        evaluated(*conversations)


def test_progress_is_told_by_the_conversation() -> None:
    told: list[tuple[int, int]] = []
    evaluate_policies(an_assistant(), [SHORT, LOST], {}, progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 2), (2, 2)]
