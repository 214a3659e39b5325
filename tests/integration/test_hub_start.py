"""A server that takes its models from the Hub at its first start, and the commands that bring them there and back."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from benchmarks.server import free_port, program, running

from questrag.chat.errors import ArtifactError, Misconfigured
from questrag.hub.layout import home_of
from questrag.library import open_library
from questrag.settings import PROJECT, Settings, load_settings
from questrag.wiring import open_assistant
from tests.hub_peer import TOKEN, HubPeer, answers, flips_a_bit, hub_peer

REPOSITORY = "bank/models"
SHIPPED = PROJECT / "models"
ENTRY = {"id": "block", "question": "How do I block my card?", "answer": "Open the app and tap Block."}


@pytest.fixture
def peer() -> Iterator[HubPeer]:
    with hub_peer() as peer:
        yield peer


@pytest.fixture
def commit(peer: HubPeer) -> str:
    names = ("retriever", "ranking", "policy")
    paths = [path for name in names for path in (SHIPPED / name).iterdir()]
    return peer.put(REPOSITORY, {path.relative_to(SHIPPED).as_posix(): path.read_bytes() for path in paths})


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    path = tmp_path / "kb.jsonl"
    path.write_text(json.dumps(ENTRY) + "\n", encoding="utf-8")
    return path


def settings_for(peer: HubPeer, commit: str, kb: Path, **more: object) -> Settings:
    chosen = {"hf_model_repo": REPOSITORY, "hf_model_revision": commit, "hf_endpoint": peer.url, "hf_token": None}
    return load_settings(data_dir=kb.parent / "var", kb_path=kb, **(chosen | more))


def questrag(*arguments: object, cwd: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    return subprocess.run(
        [program(), *map(str, arguments)],
        cwd=cwd,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_server_fetches_its_models_once_and_answers_with_them(
    peer: HubPeer, commit: str, kb: Path, tmp_path: Path
) -> None:
    environment = {
        "KB_PATH": str(kb),
        "DATA_DIR": str(tmp_path / "var"),
        "HF_MODEL_REPO": REPOSITORY,
        "HF_MODEL_REVISION": commit,
        "HF_ENDPOINT": peer.url,
    }
    account = {"username": "asha", "email": "asha@example.com", "password": "a long pass phrase"}
    with running(environment) as url, httpx2.Client(base_url=url, timeout=30) as client:
        assert client.post("/api/v1/auth/register", json=account).status_code == 201
        token = client.post("/api/v1/auth/login", json=account).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        answer = client.post("/api/v1/chat/", json={"query": "how to block my card"}).raise_for_status().json()
    assert answer["response"] == ENTRY["answer"]
    assert peer.asked("resolve")

    # Once they are there, nobody is asked, and what asks is not even loaded.
    program = (
        "import sys\nfrom questrag.library import open_library\nfrom questrag.settings import load_settings\n"
        "open_library(load_settings())\n"
        "print([name for name in ('huggingface_hub', 'torch', 'transformers') if name in sys.modules])"
    )
    away = {**os.environ, **environment, "HF_ENDPOINT": "http://127.0.0.1:9"}
    done = subprocess.run([sys.executable, "-c", program], env=away, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_models_of_the_hub_serve_and_not_those_beside_them(peer: HubPeer, commit: str, kb: Path) -> None:
    settings = settings_for(peer, commit, kb)
    home = home_of(settings.data_dir, REPOSITORY, commit)
    assert settings.policy_model_path == home / "policy"
    assistant = open_assistant(settings, open_library(settings))
    assert assistant.policy.version == "smalltalk+questrag-policy@" + _fingerprint(home / "policy")
    peer.requests.clear()
    open_library(settings)
    assert peer.requests == []


def _fingerprint(folder: Path) -> str:
    return str(json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["fingerprint"])


def test_a_folder_with_a_setting_of_its_own_is_taken_from_there(
    peer: HubPeer, commit: str, kb: Path, tmp_path: Path
) -> None:
    own = tmp_path / "policy"
    assert settings_for(peer, commit, kb, policy_model_path=own).policy_model_path == own


@pytest.mark.parametrize("trouble", ["overloaded", "damaged", "unknown"])
def test_a_first_start_without_the_models_is_refused_and_says_how_to_go_on(
    peer: HubPeer, commit: str, kb: Path, trouble: str
) -> None:
    settings = settings_for(peer, commit, kb)
    if trouble == "overloaded":
        peer.fails("GET", answers(429, Retry_After="3600"))
    elif trouble == "unknown":
        settings = settings_for(peer, "b" * 40, kb)
    else:
        peer.fails("GET /cdn/", flips_a_bit, times=9)
    with pytest.raises(ArtifactError) as caught:
        open_library(settings)
    for way in (f"questrag pull {REPOSITORY} --revision", "unset HF_MODEL_REPO", "Start again"):
        assert way in str(caught.value)
    assert settings.hub_home is not None and not settings.hub_home.exists()


def test_the_server_itself_ends_with_one_sentence_where_its_models_cannot_be_had(
    peer: HubPeer, kb: Path, tmp_path: Path
) -> None:
    environment = {
        "KB_PATH": str(kb),
        "DATA_DIR": str(tmp_path / "var"),
        "HF_MODEL_REPO": REPOSITORY,
        "HF_MODEL_REVISION": "b" * 40,
        "HF_ENDPOINT": peer.url,
    }
    done = questrag("serve", "--port", free_port(), cwd=tmp_path, **environment)
    assert (done.returncode, done.stdout) == (3, "")
    assert "unset HF_MODEL_REPO to serve with the models in" in done.stderr
    assert "Traceback" not in done.stderr
    offline = questrag("pull", REPOSITORY, "--revision", "b" * 40, cwd=tmp_path, HF_HUB_OFFLINE="1", **environment)
    assert (offline.returncode, "HF_HUB_OFFLINE is set" in offline.stderr) == (3, True)


def test_a_first_start_that_cannot_write_says_so(peer: HubPeer, commit: str, kb: Path) -> None:
    (kb.parent / "var").mkdir()
    (kb.parent / "var" / "models").write_text("not a folder")
    with pytest.raises(ArtifactError, match=r"could not be put there: .*models"):
        open_library(settings_for(peer, commit, kb))


def test_models_that_are_damaged_after_they_came_are_refused_and_can_be_fetched_again(
    peer: HubPeer, commit: str, kb: Path, tmp_path: Path
) -> None:
    settings = settings_for(peer, commit, kb)
    open_library(settings)
    assert settings.hub_home is not None
    (settings.hub_home / "ranking" / "weights.json").write_bytes(b"[]")
    with pytest.raises(ArtifactError, match=r"weights\.json is damaged"):
        open_library(settings).retriever("hybrid")
    here = {"DATA_DIR": str(settings.data_dir), "HF_ENDPOINT": peer.url}
    done = questrag("pull", REPOSITORY, "--revision", commit, "--replace", cwd=tmp_path, **here)
    assert done.returncode == 0, done.stderr
    open_library(settings).retriever("hybrid")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"hf_model_repo": REPOSITORY}, "HF_MODEL_REVISION is missing"),
        ({"hf_model_repo": REPOSITORY, "hf_model_revision": "main"}, "HF_MODEL_REVISION is not a whole commit id"),
        ({"hf_model_repo": "models", "hf_model_revision": "a" * 40}, "HF_MODEL_REPO is not the name"),
        ({"hf_model_revision": "a" * 40}, "HF_MODEL_REPO is missing"),
        ({"hf_endpoint": "huggingface.co"}, "HF_ENDPOINT: is not an address"),
    ],
)
def test_settings_that_do_not_name_one_set_of_models_are_refused(given: dict[str, str], says: str) -> None:
    with pytest.raises(Misconfigured, match=says):
        load_settings(**given)


def test_training_does_not_write_into_what_was_pulled(peer: HubPeer, commit: str, tmp_path: Path) -> None:
    here = {"DATA_DIR": str(tmp_path / "var"), "HF_MODEL_REPO": REPOSITORY, "HF_MODEL_REVISION": commit}
    done = questrag("train", "ranking", cwd=tmp_path, HF_ENDPOINT=peer.url, **here)
    assert (done.returncode, "--out is missing" in done.stderr) == (3, True)


def test_the_commands_push_show_and_pull(peer: HubPeer, tmp_path: Path) -> None:
    here = {"DATA_DIR": str(tmp_path / "var"), "HF_ENDPOINT": peer.url}
    shown = questrag("push", REPOSITORY, "--folder", SHIPPED, "--dry-run", cwd=tmp_path, **here)
    assert (shown.returncode, shown.stderr) == (0, "")
    size = (SHIPPED / "retriever" / "model.onnx").stat().st_size
    assert f"{size:,}  retriever/model.onnx" in shown.stdout and "README.md" in shown.stdout
    refused = questrag("push", REPOSITORY, "--folder", SHIPPED, cwd=tmp_path, **here)
    assert (refused.returncode, "HF_TOKEN is not set" in refused.stderr) == (3, True)
    assert peer.requests == []

    sent = questrag("push", REPOSITORY, "--folder", SHIPPED, cwd=tmp_path, HF_TOKEN=TOKEN, HF_DEBUG="1", **here)
    commit = peer.repositories[REPOSITORY].branches["main"]
    assert sent.returncode == 0, sent.stderr
    assert f"HF_MODEL_REPO={REPOSITORY}\nHF_MODEL_REVISION={commit}\n" in sent.stdout
    assert TOKEN not in sent.stdout + sent.stderr

    branch = questrag("pull", REPOSITORY, "--revision", "main", cwd=tmp_path, **here)
    assert (branch.returncode, "--unpinned" in branch.stderr) == (3, True)
    into = tmp_path / "models"
    done = questrag("pull", REPOSITORY, "--revision", "main", "--unpinned", "--into", into, cwd=tmp_path, **here)
    assert done.returncode == 0, done.stderr
    assert f"main is at {commit}" in done.stdout and f"RETRIEVER_MODEL_PATH={into / 'retriever'}" in done.stdout
    assert json.loads((into / "pulled.json").read_text(encoding="utf-8"))["commit"] == commit
