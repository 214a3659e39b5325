"""A knowledge base that changes while it is served."""

import json
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from starlette.testclient import TestClient

from questrag.chat.errors import ArtifactError
from questrag.web.app import create_app
from tests.integration.api import CHEAP_KIB, ask, settings, sign_up

ENTRY = {"id": "block", "question": "How do I block my card?", "answer": "Open the app and tap Block."}


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    path = tmp_path / "kb"
    path.mkdir()
    write(path / "cards.jsonl", ENTRY)
    return path


@pytest.fixture
def client(kb: Path, tmp_path: Path) -> Iterator[TestClient]:
    chosen = settings(kb_path=kb, data_dir=tmp_path / "var", kb_reload_s=0.05)
    with TestClient(create_app(chosen, password_memory_kib=CHEAP_KIB)) as client:
        yield client


def write(path: Path, *entries: object) -> None:
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")


def knowledge(client: TestClient) -> dict[str, object]:
    found: dict[str, object] = client.get("/health").json()["knowledge"]
    return found


def wait_for(client: TestClient, **wanted: object) -> dict[str, object]:
    until = monotonic() + 20
    while monotonic() < until:
        found = knowledge(client)
        if wanted.items() <= found.items():
            return found
        sleep(0.05)
    raise AssertionError(f"{found} never became {wanted}")


def test_new_entries_are_answered_from_without_a_restart(client: TestClient, kb: Path) -> None:
    before = knowledge(client)
    write(kb / "branch.jsonl", {"id": "branch", "question": "Where is the branch?", "answer": "At the market."})
    after = wait_for(client, entries=2)

    assert after["version"] != before["version"]
    answer = ask(client, sign_up(client), "where is the branch")
    assert answer["response"] == "At the market."


@pytest.mark.parametrize(
    "broken",
    [
        {"id": "b", "question": "Where is the branch?", "answer": ""},
        {"id": "block", "question": "Another one with this id?", "answer": "No."},
        {"id": "b", "question": "Whom do I call?", "answer": "Call {{phnoe}}."},
    ],
    ids=["no answer", "an id twice", "an unknown placeholder"],
)
def test_a_broken_knowledge_base_is_refused_and_the_last_good_one_goes_on(
    client: TestClient, kb: Path, broken: object, caplog: pytest.LogCaptureFixture
) -> None:
    (kb / "profile.json").write_text('{"phone": "1800 000 0000"}', encoding="utf-8")
    good = wait_for(client, refused=False)
    write(kb / "further.jsonl", broken)
    refused = wait_for(client, refused=True)

    assert refused["entries"] == good["entries"] == 1
    assert "further.jsonl:1" in caplog.text
    answer = ask(client, sign_up(client), "block my card")
    assert answer["response"] == "Open the app and tap Block."
    assert client.get("/health/ready").status_code == 200

    (kb / "further.jsonl").unlink()
    assert wait_for(client, refused=False)["version"] == knowledge(client)["version"]


def test_a_bank_profile_of_a_wrong_type_is_refused_by_name(
    client: TestClient, kb: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (kb / "profile.json").write_text('{"rates_percent": {"fd_interest_rate": "seven"}}', encoding="utf-8")
    wait_for(client, refused=True)
    assert "profile.json: rates_percent.fd_interest_rate: is not a number" in caplog.text


def test_the_server_does_not_start_on_a_broken_knowledge_base(kb: Path, tmp_path: Path) -> None:
    write(kb / "cards.jsonl", ENTRY, {**ENTRY, "question": "Again?"})
    app = create_app(settings(kb_path=kb, data_dir=tmp_path / "var"), password_memory_kib=CHEAP_KIB)
    refused = pytest.raises(ArtifactError, match=r"cards\.jsonl:2: id: 'block' is already used at cards\.jsonl:1")
    with refused, TestClient(app):
        pass
