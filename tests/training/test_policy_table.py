"""The reward table is made once and is of what it says; the policy fitted to it learns and is served as fitted."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from questrag.artifacts import MANIFEST, seal
from questrag.chat.errors import ArtifactError, Invalid
from questrag.chat.turn import Assistant
from questrag.chat.types import Decision, Found, Hit, Kept, Passage, TurnState
from questrag.evaluation.labelled import LabelledConversation, LabelledTurn
from questrag.policy.learned import MOST, Fused
from questrag.policy.rules import AlwaysFetch, NeverFetch
from questrag.policy.state import (
    PASSAGE_FEATURES,
    candidates,
    cost_of,
    passage_features,
    protected,
    state_features,
)
from questrag.training.table import WIDEST, Table, play_table
from tests.fakes import TinyBase, WordOverlap, an_assistant, spread
from tests.training.tables import a_table as an_empty_table
from tests.training.toys import THINGS, WISHES

pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")

PASSAGES = tuple(
    Passage(
        id=f"{wish}-{thing}",
        question=f"How do I {wish} a {thing}?",
        answer=f"To {wish} a {thing}, come to us. " * (1 + i % 4),
        category=thing,
        intent=wish,
        regulated=wish == "close" and i == 0,
    )
    for i, thing in enumerate(THINGS)
    for wish in WISHES
)
ENCODER = "toy@1"


def a_conversation(n: int) -> LabelledConversation:
    thing, other = THINGS[n % len(THINGS)], THINGS[(n + 3) % len(THINGS)]
    return LabelledConversation(
        f"talk-{n}",
        "en",
        (
            LabelledTurn(f"How do I open a {thing}", frozenset({f"open-{thing}"}), "new"),
            LabelledTurn(f"and close a {thing}", frozenset({f"close-{thing}"}), "followup_new"),
            LabelledTurn("thank you", frozenset(), "smalltalk"),
            LabelledTurn(f"open a {other} in the moonlight", frozenset({"nowhere"}), "unanswerable"),
        ),
    )


CONVERSATIONS = [a_conversation(n) for n in range(4)]


N_DIM = 6


@dataclass(frozen=True, slots=True)
class WithVectors(WordOverlap):
    """Says of each question a direction of its own."""

    def search_and_score(self, question: str, k: int, earlier: Sequence[str], also: Collection[str]) -> Found:
        found = WordOverlap.search_and_score(self, question, k, earlier, also)
        return replace(found, vector=tuple(map(float, spread([question])[0, :N_DIM])))


def toy(passages: tuple[Passage, ...] = PASSAGES) -> Assistant:
    return replace(an_assistant(passages=passages), retriever=WithVectors(passages))


@dataclass(slots=True)
class Watched:
    """Fetches always, remembers what it was shown, and may stop in the middle."""

    stops_after: int = 10**9
    seen: list[TurnState] = field(default_factory=list)
    version: str = "watched@1"

    def decide(self, state: TurnState) -> Decision:
        if len(self.seen) >= self.stops_after:
            raise KeyboardInterrupt
        self.seen.append(state)
        return replace(AlwaysFetch().decide(state), policy=self.version)


def same(one: Table, other: Table) -> bool:
    return all(np.array_equal(getattr(one, each.name), getattr(other, each.name)) for each in fields(Table))


# The table ------------------------------------------------------------------------------------


def test_a_row_says_what_was_there_what_it_costs_and_what_is_right(tmp_path: Path) -> None:
    assistant, watched = toy(), Watched()
    table = play_table(assistant, CONVERSATIONS[:1], watched, tmp_path / "work")
    assert len(table) == len(watched.seen) == 4
    assert table.conversation.tolist() == ["talk-0"] * 4
    assert table.kind.tolist() == ["new", "followup_new", "smalltalk", "unanswerable"]
    assert table.needs.tolist() == [True, True, False, True]
    for i, state in enumerate(watched.seen):
        pool = candidates(state)
        assert table.there[i].sum() == len(pool) <= WIDEST
        assert np.flatnonzero(table.live[i]).tolist() == [n for n, each in enumerate(pool) if each.kept]
        assert table.bare[i] == assistant.tokens_of(state, ())
        for n, each in enumerate(pool):
            shown = assistant.tokens_of(state, (Hit(each.passage, each.score),))
            assert table.tokens[i, n] == shown - table.bare[i] > 0
            assert table.cost[i, n] == pytest.approx(cost_of(each.passage, state.lang))
        assert table.always_tokens[i] == assistant.tokens_of(state, state.hits)
        assert not table.passage[i, len(pool) :].any() and not table.cost[i, len(pool) :].any()
        assert table.vector[i] == pytest.approx(state.vector)
        assert table.text[i].startswith(state.question)
    right = [[candidates(s)[n].passage.id for n in np.flatnonzero(table.right[i])] for i, s in enumerate(watched.seen)]
    assert right == [["open-card"], ["close-card"], [], []]
    assert table.always_right.tolist() == [True, True, True, False]
    close = [each.passage.id for each in candidates(watched.seen[1])].index("close-card")
    assert table.must[1] == (close if watched.seen[1].hits[0].passage.id == "close-card" else -1)


def test_an_interrupted_run_goes_on_after_its_finished_parts_and_ends_like_one_that_was_not(tmp_path: Path) -> None:
    conversations = [replace(a_conversation(n), turns=a_conversation(n).turns[:1]) for n in range(53)]
    done: list[tuple[int, int]] = []
    with pytest.raises(KeyboardInterrupt):
        play_table(toy(), conversations, Watched(51), tmp_path / "one", progress=lambda n, of: done.append((n, of)))
    assert done == [(50, 53)]
    rest = Watched()
    resumed = play_table(toy(), conversations, rest, tmp_path / "one")
    assert [state.question for state in rest.seen] == [each.turns[0].user for each in conversations[50:]]
    assert same(resumed, play_table(toy(), conversations, Watched(), tmp_path / "other"))
    again = Watched()
    assert same(resumed, play_table(toy(), conversations, again, tmp_path / "one"))
    assert not again.seen


OTHER_BASE = replace(toy(), knowledge=TinyBase(PASSAGES, "tiny@2"))
OTHER_ENCODER = replace(toy(), retriever=WithVectors(PASSAGES, encoder_version="other"))
OTHER_INDEX = replace(toy(), retriever=WithVectors(PASSAGES, index_version="words@2"))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"assistant": OTHER_BASE}, r"knowledge tiny@1 instead of tiny@2"),
        ({"assistant": OTHER_ENCODER}, r"encoder none instead of other"),
        ({"assistant": OTHER_INDEX}, r"index words@1 instead of words@2"),
        ({"behaviour": NeverFetch()}, r"behaviour always@1 instead of never@1"),
        ({"conversations": CONVERSATIONS[:1]}, r"conversations \w+ instead of \w+"),
    ],
    ids=["knowledge", "encoder", "index", "behaviour", "conversations"],
)
def test_the_table_of_another_run_is_refused_with_what_differs(
    changes: Mapping[str, Any], named: str, tmp_path: Path
) -> None:
    given: dict[str, Any] = {"assistant": toy(), "conversations": CONVERSATIONS[:2], "behaviour": AlwaysFetch()}
    play_table(**given, work=tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(Invalid, match=f"another run \\({named}\\).*--work"):
        play_table(**{**given, **changes}, work=tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: b"no table at all",
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:200] + bytes(100) + whole[300:],
    ],
    ids=["empty", "other bytes", "cut off", "overwritten"],
)
def test_a_damaged_part_is_named_and_made_again_once_it_is_removed(
    damage: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    whole = play_table(toy(), CONVERSATIONS, AlwaysFetch(), tmp_path)
    (part,) = tmp_path.glob("*.npz")
    part.write_bytes(damage(part.read_bytes()))
    with pytest.raises(Invalid, match=part.name):
        play_table(toy(), CONVERSATIONS, AlwaysFetch(), tmp_path)
    part.unlink()
    assert same(whole, play_table(toy(), CONVERSATIONS, AlwaysFetch(), tmp_path))


def test_a_note_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    play_table(toy(), CONVERSATIONS[:1], AlwaysFetch(), tmp_path)
    (tmp_path / "table.json").write_text("{", encoding="utf-8")
    with pytest.raises(Invalid, match=r"table\.json"):
        play_table(toy(), CONVERSATIONS[:1], AlwaysFetch(), tmp_path)


# The fit --------------------------------------------------------------------------------------


def drawn_states(n: int, seed: int) -> list[TurnState]:
    """Return turns at which the search found some passages, and others can be shown again, at random."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(n):
        order = [PASSAGES[i] for i in rng.permutation(len(PASSAGES))[:10]]
        scores = sorted(map(float, rng.dirichlet(np.full(9, 0.3))[:8]), reverse=True)
        hits = tuple(Hit(passage, score) for passage, score in zip(order, scores, strict=False))
        live = tuple(
            Kept(passage, float(rng.uniform(0, scores[0])), int(rng.integers(1, 4)), None) for passage in order[8:]
        )
        vector = tuple(map(float, rng.standard_normal(N_DIM)))
        made.append(TurnState("what about the branch", "en", (), hits[:5], live, (), hits[5:], vector))
    return made


def a_table(states: list[TurnState]) -> Table:
    """Return the table of turns of which the likeliest passage is right, where it is likelier than not."""
    vectors = np.array([each.vector for each in states], np.float32)
    table = replace(an_empty_table(len(states)), vector=vectors, conversation=np.full(len(states), "c"))
    for i, state in enumerate(states):
        pool = candidates(state)
        table.state[i] = state_features(state)
        table.passage[i, : len(pool)] = passage_features(state, pool, table.state[i])
        table.there[i, : len(pool)] = True
        table.live[i, : len(pool)] = [each.kept is not None for each in pool]
        table.right[i, : len(pool)] = [each.score == state.hits[0].score > 0.5 for each in pool]
        table.cost[i, : len(pool)] = [cost_of(each.passage, "en") for each in pool]
        table.tokens[i] = 1000 * table.cost[i]
        table.always_tokens[i] = table.bare[i] + table.tokens[i, : len(state.hits)].sum()
        table.always_right[i] = table.right[i, : len(state.hits)].any()
        table.must[i] = 0 if protected(state) else -1
    return table


@pytest.fixture(scope="module")
def states() -> list[TurnState]:
    return drawn_states(300, seed=0)


@pytest.fixture(scope="module")
def table(states: list[TurnState]) -> Table:
    return a_table(states)


@pytest.fixture(scope="module")
def unseen() -> Table:
    return a_table(drawn_states(300, seed=1))


def likelihood(table: Table, p: npt.NDArray[np.float64]) -> float:
    """Return the mean logarithm of what is right, or of none of them where none is."""
    none = 1 - p.sum(axis=1)
    right = np.where(table.right.any(axis=1), (p * table.right).sum(axis=1), none)
    return float(np.log(np.maximum(right, 1e-12)).mean())


def test_the_fit_learns_that_the_passage_with_the_higher_probability_is_right(table: Table, unseen: Table) -> None:
    from questrag.training.policy import fit_choice

    p = fit_choice(table, np.ones(len(table))).probabilities(unseen)
    assert (p >= 0).all() and (p.sum(axis=1) <= 1 + 1e-9).all()
    assert not p[~unseen.there].any()
    some = unseen.right.any(axis=1)
    assert 0.2 < some.mean() < 0.9
    assert (p[some].argmax(axis=1) == unseen.right[some].argmax(axis=1)).mean() >= 0.98
    assert ((p.sum(axis=1) > 0.5) == some).mean() >= 0.9
    uniform = unseen.there / (unseen.there.sum(axis=1, keepdims=True) + 1)
    assert likelihood(unseen, p) > likelihood(unseen, uniform) + 1


def test_turns_count_as_much_as_their_weight_says(table: Table) -> None:
    from questrag.training.policy import fit_choice

    turned = replace(table, right=~table.right & table.there)
    both = Table.joined([table, turned])
    heavy = np.concatenate([np.ones(len(table)), np.full(len(table), 1e-6)])
    p = fit_choice(both, heavy).probabilities(table)
    assert likelihood(table, p) > likelihood(turned, p)


@pytest.mark.parametrize("right", [True, False])
def test_turns_that_teach_nothing_are_refused(table: Table, right: bool) -> None:
    from questrag.training.policy import fit_choice

    with pytest.raises(Invalid, match="turns that none answers"):
        fit_choice(replace(table, right=table.there & right), np.ones(len(table)))


def test_at_most_five_are_shown_and_what_is_protected_besides(table: Table) -> None:
    from questrag.training.policy import worth

    p = np.where(table.there, np.random.default_rng(0).uniform(size=table.there.shape), 0)
    must = table.there.sum(axis=1) - 1  # the last of each
    p[np.arange(len(table)), must] = 0
    protecting = replace(table, must=must)
    table = replace(table, must=np.full(len(table), -1))
    assert set(worth(table, p, 0.0).sum(axis=1)) == {MOST}
    for price in (0.0, 1.0, 20.0, 1e9):
        shown = worth(protecting, p, price)
        assert shown[np.arange(len(table)), must].all()
        assert (shown.sum(axis=1) <= MOST + 1).all()
        assert not shown[~table.there].any()
    assert (worth(protecting, p, 1e9).sum(axis=1) == 1).all()
    assert not worth(table, p + 1e-3, 1e9).any()


def test_what_is_shown_is_worth_its_tokens(table: Table) -> None:
    from questrag.training.policy import worth

    one = Table.joined([replace(table, **{f.name: getattr(table, f.name)[:1] for f in fields(Table)})])
    one.tokens[:] = 10_000  # what counts is what the policy takes them for
    one.cost[0, :3] = (0.1, 0.2, 0.3)
    p = np.zeros((1, WIDEST))
    p[0, :3] = (0.25, 0.35, 0.75)
    one.there[:] = False
    one.there[0, :3] = True
    one.must[:] = -1
    assert [np.flatnonzero(worth(one, p, price)[0]).tolist() for price in (1.7, 2.0, 2.5, 2.6)] == [
        [0, 1, 2],
        [0, 2],
        [0, 2],
        [],
    ]


def test_an_outcome_is_that_of_a_hand_computation(table: Table) -> None:
    from questrag.training.policy import outcome

    two = Table(**{f.name: getattr(table, f.name)[:3].copy() for f in fields(Table)})
    two.right[:] = False
    two.right[:2, 1] = True
    two.needs[:] = (True, True, False)
    two.tokens[:, :2] = (10, 20)
    two.bare[:] = 100
    two.always_tokens[:] = 200
    shown = np.zeros((3, WIDEST), np.bool_)
    shown[0, :2] = True
    shown[1, 0] = True
    found = outcome(two, shown)
    assert found.right.tolist() == [True, False, True]
    assert found.tokens.tolist() == [130, 110, 100]
    assert found.saving(two) == pytest.approx(1 - 340 / 600)


@pytest.mark.parametrize("margin", [0.0, 0.01, 0.1])
def test_the_price_keeps_what_is_right_within_the_margin_and_saves_more_than_showing_everything(
    table: Table, unseen: Table, margin: float
) -> None:
    from questrag.training.policy import fit_choice, fit_price, outcome, worth

    p = fit_choice(table, np.ones(len(table))).probabilities(unseen)

    def right(price: float) -> float:
        return float(outcome(unseen, worth(unseen, p, price)).right.mean())

    price = fit_price(right, float(unseen.always_right.mean()) - margin)
    paid, free = (outcome(unseen, worth(unseen, p, each)) for each in (price, 0.0))
    assert price > 0
    assert paid.right.mean() >= unseen.always_right.mean() - margin
    assert paid.saving(unseen) > free.saving(unseen) + 0.1
    assert right(price * 1.3) <= right(price)


@pytest.mark.parametrize("limit", [0.1, 0.2, 0.5, 1.0])
def test_the_price_comes_close_to_the_highest_that_is_right_often_enough_and_never_beyond(limit: float) -> None:
    from questrag.training.policy import fit_price

    asked: list[float] = []

    def right(price: float) -> float:
        asked.append(price)
        return 0.9 if price <= limit else 0.8

    price = fit_price(right, 0.85)
    assert limit * 0.9 <= price <= limit
    assert price in asked


def test_where_nothing_is_right_often_enough_the_price_is_nothing() -> None:
    from questrag.training.policy import fit_price

    assert fit_price(lambda price: 0.8, 0.85) == 0


# The hand-over --------------------------------------------------------------------------------


def opened(folder: Path, *, encoder: str = ENCODER, dial: float = 1.0) -> Fused:
    return Fused.open(folder, encoder=encoder, confidence=0.0, enough=0.45, ask_from=1.01, dial=dial)


def written(table: Table, folder: Path, price: float = 3.0) -> npt.NDArray[np.float64]:
    """Fit and write a policy, and return its probabilities on the table."""
    from questrag.training.policy import fit_choice, write_policy

    weights = fit_choice(table, np.ones(len(table)))
    write_policy(weights, price, folder, {"seed": "0"}, encoder=ENCODER, name="toy-policy")
    return weights.probabilities(table)


@pytest.mark.parametrize("price", [0.0, 0.01, 3.0])
def test_the_policy_that_is_served_decides_as_the_table_says(
    price: float, table: Table, states: list[TurnState], tmp_path: Path
) -> None:
    from questrag.training.policy import worth

    p = written(table, tmp_path / "out", price=price)
    fused = opened(tmp_path / "out")
    shown = worth(table, p, fused.price)
    assert (0.2 < shown.sum(axis=1).mean() < MOST) if price else (shown.sum(axis=1) == MOST).all()
    for i, state in enumerate(states):
        pool, decision = candidates(state), fused.decide(state)
        assert fused.choice.probabilities(state, pool)[0] == pytest.approx(p[i, : len(pool)], abs=1e-5)
        score = {hit.passage.id: hit.score for hit in (*decision.passages, *decision.keep)}
        place = {each.passage.id: n for n, each in enumerate(pool)}
        assert {place[entry] for entry in score} == set(np.flatnonzero(shown[i]))
        assert all(score[entry] == pytest.approx(p[i, place[entry]], abs=1e-5) for entry in score)
        assert {hit.passage.id for hit in decision.keep} <= {kept.passage.id for kept in state.live}


def test_turns_that_were_played_are_served_as_the_table_says(tmp_path: Path) -> None:
    from questrag.training.policy import worth

    watched = Watched()
    played = play_table(toy(), [a_conversation(n) for n in range(10)], watched, tmp_path / "work")
    p = written(played, tmp_path / "out", price=0.0)
    fused, shown = opened(tmp_path / "out"), worth(played, p, 0.0)
    for i, state in enumerate(watched.seen):
        pool, decision = candidates(state), fused.decide(state)
        ids = {hit.passage.id for hit in (*decision.passages, *decision.keep)}
        assert ids == {pool[n].passage.id for n in np.flatnonzero(shown[i])}
        if pool:
            assert fused.choice.probabilities(state, pool)[0] == pytest.approx(p[i, : len(pool)], abs=1e-5)


def test_a_policy_for_a_search_without_vectors_can_be_served(tmp_path: Path) -> None:
    played = play_table(an_assistant(passages=PASSAGES), CONVERSATIONS, watched := Watched(), tmp_path / "work")
    written(played, tmp_path / "out")
    assert opened(tmp_path / "out").decide(watched.seen[0]).passages


def test_a_policy_says_who_it_is_and_what_its_dial_makes_of_its_price(table: Table, tmp_path: Path) -> None:
    written(table, tmp_path / "out", price=2.0)
    trained, free, dear = (opened(tmp_path / "out", dial=dial) for dial in (1, 0, 1.5))
    assert trained.version.startswith("toy-policy@")
    assert len({trained.version, free.version, dear.version}) == 3
    assert (trained.price, free.price, dear.price) == (2.0, 0.0, 3.0)


def test_a_policy_for_another_encoder_is_refused(table: Table, tmp_path: Path) -> None:
    written(table, tmp_path / "out")
    with pytest.raises(ArtifactError, match=rf"encoder {ENCODER}, not other@2.*questrag train policy"):
        opened(tmp_path / "out", encoder="other@2")


def test_a_damaged_policy_is_refused_by_the_name_of_the_file(table: Table, tmp_path: Path) -> None:
    written(table, tmp_path / "out")
    weights = tmp_path / "out" / "weights.json"
    weights.write_bytes(weights.read_bytes()[:-20])
    with pytest.raises(ArtifactError, match=r"weights\.json is damaged"):
        opened(tmp_path / "out")
    weights.unlink()
    with pytest.raises(ArtifactError, match=r"weights\.json is missing"):
        opened(tmp_path / "out")


Change = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    "change",
    [
        lambda body: [],
        lambda body: {**body, "price": -1.0},
        lambda body: {**body, "price": float("nan")},
        lambda body: {**body, "price": "much"},
        lambda body: {**body, "none": {**body["none"], "one": float("nan")}},
        lambda body: {**body, "none": {**body["none"], "one": float("inf")}},
        lambda body: {**body, "passage": {**body["passage"], "p": dict.fromkeys(body["passage"]["p"], float("nan"))}},
        lambda body: {**body, "passage": {name: body["passage"][name] for name in PASSAGE_FEATURES[1:]}},
        lambda body: {**body, "none": {}},
        lambda body: {**body, "none": {**body["none"], "one": "a lot"}},
    ],
    ids=[
        "no object", "negative price", "NaN price", "price in words", "NaN weight", "infinite weight",
        "NaN of a passage", "a feature missing", "no weights", "weight in words",
    ],
)  # fmt: skip
def test_weights_that_are_none_are_refused_though_their_checksum_is_right(
    change: Change, table: Table, tmp_path: Path
) -> None:
    written(table, tmp_path / "out")
    weights = tmp_path / "out" / "weights.json"
    weights.write_text(json.dumps(change(json.loads(weights.read_text(encoding="utf-8")))), encoding="utf-8")
    info = json.loads((tmp_path / "out" / MANIFEST).read_text(encoding="utf-8"))["info"]
    seal(tmp_path / "out", "policy", info)
    with pytest.raises(ArtifactError, match="questrag train policy"):
        opened(tmp_path / "out")


def test_json_that_was_cut_off_before_it_was_sealed_and_another_kind_of_model_are_refused(tmp_path: Path) -> None:
    (tmp_path / "weights.json").write_text('{"price": 1, "passage"', encoding="utf-8")
    seal(tmp_path, "policy", {"encoder": ENCODER})
    with pytest.raises(ArtifactError, match="not a policy"):
        opened(tmp_path)
    seal(tmp_path, "encoder", {"encoder": ENCODER})
    with pytest.raises(ArtifactError, match="holds a encoder, not a policy"):
        opened(tmp_path)
