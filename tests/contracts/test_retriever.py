"""What every retriever promises, with the shipped encoder and a small knowledge base."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from questrag.chat.errors import ArtifactError
from questrag.chat.ports import Retriever
from questrag.chat.types import Hit, Passage
from questrag.knowledge.base import EntryBase
from questrag.knowledge.entry import Entry
from questrag.retrieval.encoder import OnnxEncoder
from questrag.retrieval.index import SearchIndex, build_index
from questrag.retrieval.ranking import Ranking
from questrag.retrieval.search import Dense, Hybrid, Lexical, distinct
from questrag.retrieval.writing import Document
from questrag.settings import PROJECT

ENTRIES = (
    Entry(id="block", question="How do I block my lost debit card?", answer="Open the app, tap Cards, then Block."),
    Entry(id="unblock", question="How do I unblock my debit card?", answer="Open the app, tap Cards, then Unblock."),
    Entry(
        id="neft", question="What are the timings of NEFT?", answer="NEFT works round the clock, every day of the year."
    ),
    Entry(id="ppf", question="How do I open a PPF account?", answer="Visit the branch with your PAN and a photograph."),
    Entry(
        id="ppf2",
        question="Opening of Public Provident Fund",
        answer="Visit the branch with your PAN and a photograph!",
    ),
    Entry(id="fd7", question="FD interest for 7 days?", answer="A deposit of 7 days earns the rate of the first slab."),
    Entry(id="fd9", question="FD interest for 9 days?", answer="A deposit of 9 days earns the rate of the first slab."),
)
Make = Callable[[], Retriever]


def documents(entries: tuple[Entry, ...]) -> list[Document]:
    return [Document(entry.id, (entry.question,), entry.answer) for entry in entries]


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    return OnnxEncoder.open(PROJECT / "models" / "retriever")


@pytest.fixture(scope="module")
def knowledge() -> EntryBase:
    return EntryBase(ENTRIES)


@pytest.fixture(scope="module")
def folder(encoder: OnnxEncoder, knowledge: EntryBase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("index") / "index"
    build_index(documents(ENTRIES), encoder, made, knowledge=knowledge.version)
    return made


@pytest.fixture(scope="module")
def ranking(encoder: OnnxEncoder) -> Ranking:
    return Ranking.open(PROJECT / "models" / "ranking", encoder=encoder.version)


@pytest.fixture(params=["dense", "lexical", "hybrid"])
def retriever(
    request: pytest.FixtureRequest, folder: Path, encoder: OnnxEncoder, knowledge: EntryBase, ranking: Ranking
) -> Retriever:
    index = SearchIndex(folder)
    made: dict[str, Make] = {
        "dense": lambda: Dense(index, encoder, knowledge),
        "lexical": lambda: Lexical(index, knowledge),
        "hybrid": lambda: Hybrid(index, encoder, knowledge, ranking),
    }
    return made[request.param]()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_an_entry_is_found_first_by_its_own_question(retriever: Retriever, entry: Entry) -> None:
    assert retriever.search(entry.question, 5)[0].passage.id == entry.id


def test_hits_come_best_first_without_duplicates(retriever: Retriever) -> None:
    hits = retriever.search("debit card", 5)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.passage.id for hit in hits}) == len(hits)


@pytest.mark.parametrize("k", [1, 2, 7, 1000])
def test_there_are_never_more_hits_than_asked_for_nor_than_entries(retriever: Retriever, k: int) -> None:
    hits = retriever.search("how do I open an account or block a debit card", k)
    assert 1 <= len(hits) <= min(k, len(ENTRIES))
    assert all(isinstance(hit.passage, Passage) and np.isfinite(hit.score) for hit in hits)


def test_a_near_copy_of_a_better_answer_is_left_out(retriever: Retriever) -> None:
    found = {hit.passage.id for hit in retriever.search("How do I open a PPF account?", 7)}
    assert "ppf" in found
    assert "ppf2" not in found


@pytest.mark.parametrize(
    ("one", "other"), [("by 7pm", "by 6pm"), ("at 2.5 %", "at 5.2 %"), ("is allowed", "is not allowed")]
)
def test_long_answers_that_differ_in_a_figure_or_a_negation_both_stay(one: str, other: str) -> None:
    words = " ".join(f"word{letter}" for letter in "abcdefghijklmnopqrstuvwxyz" * 3)
    hits = [Hit(Passage(id=what, question="q", answer=f"{words} {what}"), 0.5) for what in (one, other)]
    assert distinct(hits, 5) == hits


def test_copies_do_not_take_the_places_of_others(encoder: OnnxEncoder, ranking: Ranking, tmp_path: Path) -> None:
    copies = [Entry(id=f"c{i}", question=f"card question {i}", answer="Block the card in the app.") for i in range(60)]
    entries = (*copies, *(Entry(id=f"o{i}", question=f"card matter {i}", answer=f"Answer {i}.") for i in range(5)))
    base = EntryBase(entries)
    build_index(documents(entries), encoder, tmp_path / "index", knowledge=base.version)
    index = SearchIndex(tmp_path / "index")
    for retriever in (Dense(index, encoder, base), Lexical(index, base), Hybrid(index, encoder, base, ranking)):
        assert len(retriever.search("card question 7", 5)) == 5


def test_copies_do_not_take_the_places_of_others_where_some_are_named(
    encoder: OnnxEncoder, ranking: Ranking, tmp_path: Path
) -> None:
    copies = [Entry(id=f"c{i}", question=f"card question {i}", answer="Block the card in the app.") for i in range(60)]
    entries = (*copies, *(Entry(id=f"o{i}", question=f"card matter {i}", answer=f"Answer {i}.") for i in range(5)))
    base = EntryBase(entries)
    build_index(documents(entries), encoder, tmp_path / "index", knowledge=base.version)
    index = SearchIndex(tmp_path / "index")
    also = [f"c{i}" for i in range(20, 26)]
    for retriever in (Dense(index, encoder, base), Lexical(index, base), Hybrid(index, encoder, base, ranking)):
        alone = [hit.passage.id for hit in retriever.search("card question 7", 5)]
        found = retriever.search_and_score("card question 7", 5, (), also)
        assert [hit.passage.id for hit in found.hits] == alone, type(retriever).__name__
        assert {hit.passage.id for hit in found.named} == set(also)


def test_answers_that_differ_in_a_figure_are_no_copies(retriever: Retriever) -> None:
    found = {hit.passage.id for hit in retriever.search("FD interest for 7 days", 7)}
    assert {"fd7", "fd9"} <= found


@pytest.mark.parametrize("question", ["zzqx", "?", "🙂🙂", "क", "a" * 2000, "\u200b"])
def test_any_text_can_be_searched_for(retriever: Retriever, question: str) -> None:
    assert len(retriever.search(question, 5)) <= 5


def test_threads_share_one_retriever(retriever: Retriever) -> None:
    questions = [entry.question for entry in ENTRIES] * 5
    with ThreadPoolExecutor(4) as pool:
        firsts = [hits[0].passage.id for hits in pool.map(lambda q: retriever.search(q, 1), questions)]
    assert firsts == [entry.id for entry in ENTRIES] * 5


def test_a_knowledge_base_of_one_entry_can_be_searched(encoder: OnnxEncoder, ranking: Ranking, tmp_path: Path) -> None:
    base = EntryBase(ENTRIES[:1])
    build_index(documents(ENTRIES[:1]), encoder, tmp_path / "index", knowledge=base.version)
    hits = Hybrid(SearchIndex(tmp_path / "index"), encoder, base, ranking).search("lost card", 20)
    assert [hit.passage.id for hit in hits] == ["block"]


# Entries that are scored besides what is found ------------------------------------------------

ASKED = "What are the timings of NEFT?"


def ids(hits: Sequence[Hit]) -> list[str]:
    return [hit.passage.id for hit in hits]


def test_entries_that_are_named_come_back_scored_best_first_beside_the_hits(retriever: Retriever) -> None:
    found = retriever.search_and_score(ASKED, 1, (), ["ppf", "neft", "fd9"])
    assert ids(found.hits) == ["neft"]
    assert set(ids(found.named)) == {"ppf", "neft", "fd9"} and found.named[0] == found.hits[0]
    scores = [hit.score for hit in found.named]
    assert scores == sorted(scores, reverse=True)
    assert all(np.isfinite(score) and score <= 1 for score in scores)


def test_a_search_without_names_is_the_search(retriever: Retriever) -> None:
    for question, earlier in ((ASKED, []), ("how long does it take", [ASKED])):
        found = retriever.search_and_score(question, 3, earlier, ())
        assert (list(found.hits), found.named) == (retriever.search(question, 3, earlier), ())


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("question", [ASKED, "debit card", "how do I open an account or block a debit card"])
@pytest.mark.parametrize("also", [["ppf2"], ["block", "neft", "fd7"], [entry.id for entry in ENTRIES]])
def test_naming_entries_does_not_change_what_is_found(
    retriever: Retriever, question: str, k: int, also: list[str]
) -> None:
    found = retriever.search_and_score(question, k, (), also)
    assert ids(found.hits) == ids(retriever.search(question, k))
    assert sorted(ids(found.named)) == sorted(also)


def test_an_entry_that_is_found_and_named_has_one_score(retriever: Retriever) -> None:
    found = retriever.search_and_score("unblock my debit card", 2, (), ["unblock", "unblock"])
    assert ids(found.named) == ["unblock"]
    assert found.named[0] == found.hits[0]
    assert ids(found.hits) == ids(retriever.search("unblock my debit card", 2))


def test_names_that_no_entry_has_are_ignored(retriever: Retriever) -> None:
    found = retriever.search_and_score(ASKED, 2, (), ["gone", ""])
    assert (list(found.hits), found.named) == (retriever.search(ASKED, 2), ())
    assert ids(retriever.search_and_score(ASKED, 1, (), {"gone", "ppf"}).named) == ["ppf"]


@pytest.mark.parametrize("question", ["zzqx", "?", "🙂🙂", "क", "\u200b", "a" * 2000])
def test_named_entries_come_back_whatever_is_asked(retriever: Retriever, question: str) -> None:
    found = retriever.search_and_score(question, 1, (), ["ppf", "fd7"])
    assert set(ids(found.named)) == {"ppf", "fd7"}
    assert all(np.isfinite(hit.score) for hit in (*found.hits, *found.named))
    assert ids(found.hits) == ids(retriever.search(question, 1))


def test_a_named_near_copy_of_a_hit_comes_back_though_it_is_no_hit(retriever: Retriever) -> None:
    found = retriever.search_and_score("How do I open a PPF account?", 1, (), ["ppf2"])
    assert (ids(found.hits), ids(found.named)) == (["ppf"], ["ppf2"])


def test_named_entries_are_scored_for_the_question_as_it_is_understood(retriever: Retriever) -> None:
    alone = retriever.search_and_score("how long does it take", 1, (), ["neft"]).named
    together = retriever.search_and_score("how long does it take", 1, [ASKED], ["neft"]).named
    assert together[0].score > alone[0].score


def test_the_vector_is_of_the_question_as_it_stands(folder: Path, encoder: OnnxEncoder, ranking: Ranking) -> None:
    hybrid = Hybrid(SearchIndex(folder), encoder, EntryBase(ENTRIES), ranking)
    alone, together = (hybrid.search_and_score(ASKED, 1, earlier, ()).vector for earlier in ([], ["the debit card"]))
    assert len(alone) > 1 and alone == pytest.approx(together, abs=1e-6)
    assert np.linalg.norm(alone) == pytest.approx(1, abs=1e-3)
    assert alone != hybrid.search_and_score("debit card", 1, [], ()).vector


def test_a_search_without_an_encoder_has_no_vector(folder: Path) -> None:
    assert Lexical(SearchIndex(folder), EntryBase(ENTRIES)).search_and_score(ASKED, 1, (), ()).vector == ()


# The index as an artefact --------------------------------------------------------------------


def test_an_index_of_other_entries_or_another_encoder_is_refused(folder: Path, knowledge: EntryBase) -> None:
    index = SearchIndex(folder)
    with pytest.raises(ArtifactError, match="knowledge"):
        index.require(encoder=index.info["encoder"], knowledge="somethingelse")
    with pytest.raises(ArtifactError, match="encoder"):
        index.require(encoder="other@1", knowledge=knowledge.version)


def test_an_interrupted_build_goes_on_where_it_stopped(encoder: OnnxEncoder, tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    calls: list[int] = []

    def stop(done: int, total: int) -> None:
        calls.append(done)
        if calls == [total, total]:  # the vectors are encoded and kept, the index is not written yet
            raise Stopped

    folder = tmp_path / "index"
    with pytest.raises(Stopped):
        build_index(documents(ENTRIES), encoder, folder, knowledge="v", progress=stop)
    assert not folder.exists()

    calls.clear()
    build_index(documents(ENTRIES), encoder, folder, knowledge="v", progress=lambda done, _: calls.append(done))
    assert calls == [2 * len(ENTRIES)]  # phrasings and whole entries, found, not encoded again
    assert {path.name for path in tmp_path.iterdir()} <= {"index", "index.lock"}


def test_of_several_processes_one_makes_the_index_and_all_can_use_it(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from questrag.settings import Settings; from questrag.library import open_library\n"
        "library = open_library(Settings(data_dir=Path(sys.argv[1]), kb_path=Path(sys.argv[2])))\n"
        "print(library.retriever('hybrid').search('lost card', 1)[0].passage.id)"
    )
    command = [sys.executable, "-c", program, str(tmp_path), str(PROJECT / "data" / "knowledge" / "atm.jsonl")]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    ends = [process.communicate(timeout=120) for process in started]
    assert [errors for _, errors in ends] == ["", "", ""]
    assert len({found for found, _ in ends}) == 1


def test_a_graph_index_finds_what_the_exact_one_finds(encoder: OnnxEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    from questrag.retrieval import keys as module

    words = ["loan", "card", "fee", "branch", "locker", "cheque", "deposit", "account", "limit", "rate"]
    many = [
        Document(f"{i}", (f"{words[i % 10]} {words[i // 10 % 10]} {words[i // 100]} question {i}",), f"answer {i}")
        for i in range(300)
    ]
    queries = encoder.encode([document.phrasings[0] for document in many[::7]])
    with tempfile.TemporaryDirectory() as scratch:
        build_index(many, encoder, Path(scratch) / "flat", knowledge="v")
        monkeypatch.setattr(module, "FLAT_UP_TO", 100)
        build_index(many, encoder, Path(scratch) / "graph", knowledge="v")
        flat, graph = SearchIndex(Path(scratch) / "flat"), SearchIndex(Path(scratch) / "graph")
        overlap = [len({*flat.nearest(q, 5)} & {*graph.nearest(q, 5)}) / 5 for q in queries]
    assert np.mean(overlap) >= 0.98


@pytest.mark.parametrize("n_lists_from", [100])
def test_lists_are_searched_as_far_as_was_measured(monkeypatch: pytest.MonkeyPatch, n_lists_from: int) -> None:
    from questrag.retrieval import keys

    rng = np.random.default_rng(0)
    centres = rng.standard_normal((40, 32))
    vectors = np.repeat(centres, 50, axis=0) + 0.4 * rng.standard_normal((2000, 32))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    monkeypatch.setattr(keys, "FLAT_UP_TO", n_lists_from)
    monkeypatch.setattr(keys, "GRAPH_UP_TO", n_lists_from)
    made, effort = keys.key_index(vectors, np.repeat(np.arange(500), 4))
    keys.set_effort(made, effort)
    exact = np.argsort(-(vectors[:100] @ vectors.T), axis=1)[:, :5]
    assert keys.recall_of(made.search(vectors[:100], 5)[1], exact) >= 0.97
    assert effort in keys.EFFORTS


def test_a_follow_up_finds_what_was_talked_about(retriever: Retriever) -> None:
    alone = retriever.search("how long does it take", 1)
    together = retriever.search("how long does it take", 1, ["What are the timings of NEFT?"])
    assert together[0].passage.id == "neft"
    assert not alone or alone[0] != together[0]


def test_probabilities_of_one_search_add_up_to_one_at_most(
    folder: Path, encoder: OnnxEncoder, ranking: Ranking
) -> None:
    hybrid = Hybrid(SearchIndex(folder), encoder, EntryBase(ENTRIES), ranking)
    for question in ("lost card", "what is the weather", "unblock", "kya"):
        assert 0 <= sum(hit.score for hit in hybrid.search(question, 7, ["How do I open a PPF account?"])) <= 1.0001


def test_a_ranking_that_was_fitted_for_another_encoder_is_refused() -> None:
    with pytest.raises(ArtifactError, match="questrag train ranking"):
        Ranking.open(PROJECT / "models" / "ranking", encoder="another@1")
