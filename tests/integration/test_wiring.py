"""What the settings choose, with real parts."""

import os
import shutil
from pathlib import Path

import pytest

from questrag.artifacts import MANIFEST
from questrag.chat.errors import ArtifactError, Misconfigured
from questrag.generation.extractive import Extractive
from questrag.generation.fallback import FirstThatAnswers
from questrag.library import open_library
from questrag.settings import PROJECT, Settings
from questrag.storage.sqlite import SqliteStore
from questrag.wiring import assemble, open_assistant

SMALL = PROJECT / "data" / "knowledge" / "atm.jsonl"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "var", kb_path=SMALL)


def with_(settings: Settings, **changes: object) -> Settings:
    return Settings(**{"data_dir": settings.data_dir, "kb_path": settings.kb_path, **changes})  # type: ignore[arg-type]


async def test_without_keys_answers_are_extractive_and_sqlite_remembers(settings: Settings) -> None:
    parts = await assemble(settings)
    try:
        assert parts.providers == ("extractive",)
        assert isinstance(parts.assistant.generator, Extractive)
        assert isinstance(parts.store, SqliteStore)
        assert (settings.data_dir / "questrag.db").exists()
        assert len(parts.knowledge) >= 40
    finally:
        await parts.store.close()


async def test_providers_are_asked_in_order_and_the_approved_answer_is_last(settings: Settings) -> None:
    chosen = with_(settings, groq_api_key_2="k", hf_token_1="t", llm_base_url="http://127.0.0.1:9/v1", llm_model="m")
    parts = await assemble(chosen)
    await parts.store.close()
    assert parts.providers == ("custom", "groq", "huggingface", "extractive")
    assert isinstance(parts.assistant.generator, FirstThatAnswers)


def test_the_policy_is_the_one_that_was_asked_for(settings: Settings) -> None:
    library = open_library(settings)
    names = ("always", "never", "smalltalk", "threshold", "rules")
    versions = [open_assistant(with_(settings, policy=name), library).policy.version for name in names]
    assert versions == [
        "always@1",
        "never@1",
        "smalltalk+always@1",
        "threshold@0.45",
        "smalltalk+live@0.45+regulated@0.45+unclear@0.35+threshold@0.45",
    ]


@pytest.mark.parametrize("name", ["default", "bert", "logistic"])
def test_a_trained_policy_that_is_missing_is_not_replaced_in_silence(settings: Settings, name: str) -> None:
    library = open_library(settings)
    nowhere = settings.data_dir / "no policy"
    chosen = with_(
        settings, policy=name, policy_model_path=nowhere, policy_bert_path=nowhere, policy_logistic_path=nowhere
    )
    with pytest.raises(ArtifactError, match=r"no policy/manifest\.json is missing"):
        open_assistant(chosen, library)


@pytest.mark.parametrize("name", ["default", "bert", "logistic"])
def test_a_trained_policy_is_refused_without_the_probabilities_that_it_reads(settings: Settings, name: str) -> None:
    library = open_library(settings)
    with pytest.raises(Misconfigured, match=f"POLICY={name} reads .* set POLICY=rules"):
        open_assistant(with_(settings, policy=name, retriever="dense"), library)


def test_the_index_is_made_once_and_found_by_content(settings: Settings) -> None:
    calls: list[int] = []
    first = open_library(settings, progress=lambda done, _: calls.append(done))
    assert calls
    calls.clear()
    again = open_library(settings, progress=lambda done, _: calls.append(done))
    assert calls == []
    assert again.index.version == first.index.version


def test_an_index_that_is_used_is_not_among_the_oldest(settings: Settings) -> None:
    open_library(settings)
    (folder,) = _indexes(settings)
    os.utime(folder, (1, 1))
    open_library(settings)
    assert folder.stat().st_mtime > 1


def test_placeholders_are_filled_from_the_bank_profile(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "kb.jsonl").write_text(
        '{"id": "a", "question": "Helpline?", "answer": "Call {{helpline}}."}\n', encoding="utf-8"
    )
    (tmp_path / "bank.json").write_text('{"helpline": "the number on our website"}', encoding="utf-8")
    chosen = with_(settings, kb_path=tmp_path / "kb.jsonl", bank_profile=tmp_path / "bank.json")
    assert open_library(chosen).knowledge.passage("a").answer == "Call the number on our website."
    (tmp_path / "bank.json").write_text('{"helpline": 7}', encoding="utf-8")
    with pytest.raises(ArtifactError, match=r"bank\.json"):
        open_library(chosen)


def test_an_index_of_another_encoder_is_never_used(settings: Settings, tmp_path: Path) -> None:
    library = open_library(settings)
    (made,) = _indexes(settings)
    shutil.copytree(PROJECT / "models" / "retriever", tmp_path / "encoder")
    tokenizer = tmp_path / "encoder" / "tokenizer.json"
    tokenizer.write_text(tokenizer.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(ArtifactError, match=r"tokenizer\.json"):
        open_library(with_(settings, retriever_model_path=tmp_path / "encoder"))

    from questrag.artifacts import seal  # a maker of encoders, who knows what they do

    seal(tmp_path / "encoder", "encoder", {**library_info(tmp_path / "encoder")})
    other = open_library(with_(settings, retriever_model_path=tmp_path / "encoder"))
    assert other.encoder.version != library.encoder.version
    assert len(_indexes(settings)) == 2
    # The index of the one put where that of the other is looked for:
    (second,) = [folder for folder in _indexes(settings) if folder != made]
    shutil.rmtree(second)
    shutil.copytree(made, second)
    with pytest.raises(ArtifactError, match="made for encoder"):
        open_library(with_(settings, retriever_model_path=tmp_path / "encoder"))


def test_a_model_that_is_nowhere_is_named(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=MANIFEST):
        open_library(with_(settings, retriever_model_path=tmp_path / "nothing"))


def library_info(folder: Path) -> dict[str, str]:
    import json

    info: dict[str, str] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["info"]
    return info


def _indexes(settings: Settings) -> list[Path]:
    return [path.parent for path in settings.index_dir.glob(f"*/{MANIFEST}")]
