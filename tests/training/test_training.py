"""Training learns, stops, goes on, and refuses what it cannot use."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from questrag.chat.errors import Invalid, Misconfigured
from questrag.retrieval.encoder import OnnxEncoder
from tests.training.toys import THINGS, a_knowledge_base, a_tiny_backbone, toy_args, unseen_questions

pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_tiny_backbone(tmp_path_factory.mktemp("backbone") / "tiny")


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    return a_knowledge_base(tmp_path / "kb.jsonl")


@pytest.mark.filterwarnings("ignore")
def test_recall_rises_from_chance_on_phrasings_that_were_not_learned(backbone: Path, kb: Path, tmp_path: Path) -> None:
    from questrag.training.development import read_development
    from questrag.training.material import read_material
    from questrag.training.shipping import ship

    development = read_development(kb, unseen_questions(tmp_path / "dev.jsonl", THINGS), others=None)
    lines: list[str] = []
    artifact = ship(
        toy_args(backbone),
        read_material(kb, frozenset()),
        development,
        work=tmp_path / "work",
        out=tmp_path / "out",
        name="toy",
        say=lines.append,
    )
    assert artifact
    before, after = float(artifact.info["dev_untrained"]), float(artifact.info["dev_int8"])
    assert before <= 0.6
    assert after >= 0.8
    assert abs(after - float(artifact.info["dev_full_precision"])) <= 0.1
    assert len(lines) == 5
    assert OnnxEncoder.open(tmp_path / "out").version.startswith("toy@")
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "CC BY 4.0" in card
    assert artifact.info["data"] in card


def test_an_interrupted_run_goes_on_and_ends_like_one_that_was_not(backbone: Path, kb: Path, tmp_path: Path) -> None:
    from questrag.training.development import read_development
    from questrag.training.material import read_material
    from questrag.training.retriever import Run

    development = read_development(kb, unseen_questions(tmp_path / "dev.jsonl", THINGS[:4]), others=None)
    material = read_material(kb, frozenset())
    args = toy_args(backbone, steps=20, eval_every=10)

    class Stopped(Exception):
        pass

    def stop(done: int, _: int) -> None:
        if done == 10:
            raise Stopped

    with pytest.raises(Stopped):
        Run(args, material, development, tmp_path / "a").train(progress=stop)
    with pytest.raises(Invalid, match="--resume"):
        Run(args, material, development, tmp_path / "a").train()
    resumed = Run(args, material, development, tmp_path / "a")
    resumed.train(resume=True)
    whole = Run(args, material, development, tmp_path / "b")
    whole.train()
    assert resumed.state.history[-1]["step"] == whole.state.history[-1]["step"] == 20
    assert resumed.state.history[-1]["loss"] == pytest.approx(whole.state.history[-1]["loss"], abs=1e-3)

    with pytest.raises(Invalid, match="lr"):
        Run(replace(args, lr=0.5), material, development, tmp_path / "a").train(resume=True)
    other = Run(replace(args, backbone="all-MiniLM-L6-v2"), material, development, tmp_path / "a")
    with pytest.raises(Invalid, match="backbone"):
        other.train(resume=True)
    (tmp_path / "a" / "last.pt").write_bytes(b"half")
    with pytest.raises(Invalid, match="not a checkpoint"):
        Run(args, material, development, tmp_path / "a").train(resume=True)


def test_the_ablation_measures_every_variant_with_every_seed(backbone: Path, kb: Path, tmp_path: Path) -> None:
    from questrag.training.ablation import VARIANTS, ablation
    from questrag.training.development import read_development
    from questrag.training.material import read_material

    development = read_development(kb, unseen_questions(tmp_path / "dev.jsonl", THINGS), others=None)
    args = toy_args(backbone, steps=8)
    result = ablation(args, [0, 1], read_material(kb, frozenset()), development, work=tmp_path / "w")
    variants = result["variants"]
    assert isinstance(variants, dict)
    assert list(variants) == ["base", *VARIANTS]
    assert [len(each["by_seed"]) for each in variants.values()] == [1, 2, 2, 2]
    assert result["n"] == 20


@pytest.mark.parametrize(
    ("lines", "held", "why"),
    [
        (['{"id": "a", "question": "open a card", "answer": "x"}'], (), "at least 2"),
        (
            [
                '{"id": "a", "question": "open a card", "answer": "x", "paraphrases": [{"text": "Open a CARD?"}]}',
                '{"id": "b", "question": "close a card", "answer": "y", "paraphrases": [{"text": "close a card!"}]}',
            ],
            (),
            "two different phrasings",
        ),
        (
            [
                json.dumps({"id": str(i), "question": f"कार्ड {i}", "answer": "x", "paraphrases": [{"text": f"b {i}"}]})
                for i in range(3)
            ],
            ("0", "1", "2"),
            "0 of 3",
        ),
        (
            [
                json.dumps({"id": str(i), "question": q, "answer": "x", "paraphrases": [{"text": q + " ಇಂದು"}]})
                for i, q in enumerate(("ನನ್ನ ಖಾತೆ ಮುಚ್ಚಿ", "ಕಾರ್ಡ್ ನಿರ್ಬಂಧಿಸಿ", "ಸಾಲ ಬೇಕು"))
            ],
            (),
            "no other language",
        ),
    ],
    ids=["one entry", "only copies", "all held out", "another language"],
)
def test_what_cannot_be_learned_from_is_refused(
    tmp_path: Path, lines: list[str], held: tuple[str, ...], why: str
) -> None:
    from questrag.training.material import read_material

    path = tmp_path / "kb.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(Invalid, match=why):
        read_material(path, frozenset(held))


def test_entries_that_are_measured_on_are_not_learned_from(kb: Path, tmp_path: Path) -> None:
    from questrag.training.material import held_out, read_material

    questions = unseen_questions(tmp_path / "test.jsonl", THINGS[:3])
    talks = tmp_path / "talks.jsonl"
    turns = [{"user": "close it", "needs": ["close-wallet"], "kind": "new"}]
    talks.write_text(json.dumps({"id": "c", "lang": "en", "turns": turns}), encoding="utf-8")
    measured = held_out([questions, talks])
    assert measured == {f"{wish}-{thing}" for thing in THINGS[:3] for wish in ("open", "close")} | {"close-wallet"}
    assert not measured & {topic.id for topic in read_material(kb, measured).topics}


def test_questions_and_conversations_are_learned_from_beside_the_entries(kb: Path, tmp_path: Path) -> None:
    from random import Random

    from questrag.training.material import read_material

    questions = [
        {"query": "shut the wallet", "relevant": ["close-wallet"]},
        {"query": "either of two", "relevant": ["close-wallet", "close-card"]},
        {"query": "How do I insure a cow?", "relevant": ["cow"]},
        {"query": "gaay ka bima", "relevant": ["cow"], "lang": "hinglish"},
        {"query": "held out", "relevant": ["open-card"]},
    ]
    asked = tmp_path / "asked.jsonl"
    asked.write_text("\n".join(json.dumps(line) for line in questions), encoding="utf-8")
    turns = [
        {"user": "I want to close my wallet", "needs": ["close-wallet"], "kind": "new"},
        {"user": "and how long?", "needs": ["close-wallet"], "kind": "followup_covered"},
        {"user": "thanks", "needs": [], "kind": "smalltalk"},
    ]
    talks = tmp_path / "talks.jsonl"
    talks.write_text(json.dumps({"id": "c", "lang": "en", "turns": turns}), encoding="utf-8")

    material = read_material(kb, frozenset({"open-card"}), [asked, talks])
    topics = {topic.id: topic for topic in material.topics}
    assert "shut the wallet" in topics["close-wallet"].phrasings
    assert topics["close-wallet"].followups == ("I want to close my wallet and how long?",)
    assert topics["cow"].phrasings == ("How do I insure a cow?", "gaay ka bima")
    assert "open-card" not in topics
    assert not any("either of two" in topic.phrasings for topic in material.topics)
    assert material.version != read_material(kb, frozenset({"open-card"})).version

    rows = {topic.id: row for row, topic in enumerate(material.topics)}
    leaning, _ = material.pair(rows["close-wallet"], Random(0), noise=0, answers=0, followups=1)
    assert leaning == "I want to close my wallet and how long?"
    for _ in range(5):  # a topic without an answer is never paired with one
        _, other = material.pair(rows["cow"], Random(0), noise=0, answers=1, followups=0)
        assert "insure" in other


def test_there_is_no_cuda_where_there_is_none() -> None:
    import torch

    from questrag.training.backbone import device_of

    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device here")
    with pytest.raises(Misconfigured, match="cpu"):
        device_of("cuda")


def test_e5_gets_its_prefixes_and_others_none() -> None:
    from questrag.training.backbone import prefixes

    assert prefixes("intfloat/e5-base-v2") == ("query: ", "passage: ")
    assert prefixes("all-MiniLM-L6-v2") == ("", "")
