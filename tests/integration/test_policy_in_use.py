"""A policy learns from its use, is watched while it serves, and is taken back when it does harm."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from starlette.testclient import TestClient

from questrag.chat.errors import ArtifactError
from questrag.policy.versions import PolicyVersions
from questrag.settings import PROJECT
from questrag.storage.sqlite import SqliteStore
from questrag.web.app import create_app
from questrag.web.watching import LEAST_CHECKED
from tests.candidates import candidate
from tests.integration.api import CHEAP_KIB, Headers, ask, settings, sign_up, staff

ENTRIES = (
    {"id": "block", "question": "How do I block my debit card?", "answer": "Open the app and tap Block."},
    {"id": "deposit", "question": "How do I open a fixed deposit?", "answer": "Open the app and tap Deposits."},
    {"id": "branch", "question": "Where is the nearest branch?", "answer": "Open the app and tap Branches."},
)
QUESTIONS = ("how do i block my debit card", "how do i open a fixed deposit", "where is the nearest branch")


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    (tmp_path / "kb.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in ENTRIES), encoding="utf-8")
    return tmp_path / "var"


def app(data_dir: Path, **changes: Any) -> TestClient:
    chosen = settings(kb_path=data_dir.parent / "kb.jsonl", data_dir=data_dir, **changes)
    return TestClient(create_app(chosen, password_memory_kib=CHEAP_KIB))


def promoted(data_dir: Path, *, never: bool) -> str:
    """Let such a version serve."""
    version = candidate(data_dir, never=never)
    PolicyVersions(data_dir / "policies").promote(version, "a test")
    return version


def policy_of(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/health").json()["policy"]
    return found


def wait_until(holds: Callable[[], object]) -> None:
    until = monotonic() + 30
    while not holds():
        assert monotonic() < until, "waited in vain"
        sleep(0.05)


def test_a_running_server_takes_up_the_version_that_serves(data_dir: Path) -> None:
    with app(data_dir, kb_reload_s=0.05) as client:
        before = policy_of(client)["version"]
        version = promoted(data_dir, never=False)
        wait_until(lambda: version in policy_of(client)["version"])
        assert ask(client, sign_up(client), QUESTIONS[0])["metadata"]["versions"]["policy"].endswith(version)
        PolicyVersions(data_dir / "policies").roll_back("a test")
        wait_until(lambda: policy_of(client)["version"] == before)


def test_a_version_that_leaves_out_what_answers_is_found_by_the_audit_and_taken_back(
    data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    version = promoted(data_dir, never=True)
    watched = {"kb_reload_s": 0, "policy_audit_s": 0.1, "policy_audit_share": 1.0, "policy_harm_limit": 0.3}
    with caplog.at_level(logging.ERROR), app(data_dir, **watched) as client:
        assert version in policy_of(client)["version"]
        for number in range(LEAST_CHECKED):
            customer = sign_up(client, f"customer{number}")
            assert ask(client, customer, QUESTIONS[number % 3])["metadata"]["policy_action"] == "NO_FETCH"
        wait_until(lambda: version not in policy_of(client)["version"])
        again = ask(client, customer, QUESTIONS[0])
        assert again["response"] == "Open the app and tap Block."
        assert not policy_of(client)["harmful"], "what was found of another policy says nothing of this one"
    last = PolicyVersions(data_dir / "policies").history()[-1]
    assert (last.by, last.version) == ("rolled back", "shipped")
    assert "the audit found that" in last.why
    assert "does harm" in caplog.text


def test_a_policy_without_one_before_it_goes_on_and_health_says_that_it_does_harm(data_dir: Path) -> None:
    with app(data_dir, policy="never", policy_audit_s=0.1, policy_audit_share=1.0) as client:
        for number in range(LEAST_CHECKED):
            ask(client, sign_up(client, f"customer{number}"), QUESTIONS[number % 3])
        wait_until(lambda: policy_of(client)["skips_checked"] == LEAST_CHECKED)
        health = client.get("/health").json()
    assert health["status"] == "degraded"
    assert health["policy"]["harmful"]
    assert health["policy"]["would_have_changed"] == LEAST_CHECKED
    assert health["policy"]["harm_ci95"][0] > 0.3


def test_a_few_accounts_are_no_ground_to_take_a_policy_back(data_dir: Path) -> None:
    version = promoted(data_dir, never=True)
    with app(data_dir, policy_audit_s=0.1, policy_audit_share=1.0) as client:
        customer = sign_up(client)
        for question in QUESTIONS * 3:
            ask(client, customer, question)
        wait_until(lambda: policy_of(client)["skips_checked"])
        sleep(0.3)
        found = policy_of(client)
    assert version in found["version"]
    assert (found["skips_checked"], found["harmful"]) == (1, False), "one skip of each account"


def test_a_policy_that_does_no_harm_is_left_alone(data_dir: Path) -> None:
    with app(data_dir, policy_audit_s=0.1, policy_audit_share=1.0) as client:
        customer = sign_up(client)
        first = ask(client, customer, QUESTIONS[0])
        ask(client, customer, "block my debit card, how", conversation_id=first["conversation_id"])
        sleep(0.5)
        found = policy_of(client)
        assert client.get("/health").json()["status"] == "ok"
    assert (found["would_have_changed"], found["harmful"]) == (0, False)


@pytest.mark.parametrize("broken", ["weights", "log"])
def test_a_promoted_policy_that_cannot_be_read_stops_the_start_and_is_not_replaced_by_another(
    data_dir: Path, broken: str
) -> None:
    version = promoted(data_dir, never=False)
    folder = data_dir / "policies"
    file = folder / version / "weights.json" if broken == "weights" else folder / "served.jsonl"
    file.write_text("{\n", encoding="utf-8")
    with pytest.raises(ArtifactError, match=file.name), app(data_dir):
        pass


def test_an_administrator_lets_a_version_serve_and_takes_it_back_and_both_are_taken_up_at_once(data_dir: Path) -> None:
    version = candidate(data_dir, never=False)
    path = "/api/v1/insights/policies"
    with app(data_dir, kb_reload_s=0) as client:
        meera = an_administrator(client, data_dir)
        before = policy_of(client)["version"]
        listed = client.get(path, headers=meera).json()
        assert [(each["version"], each["serves"], each["may_promote"]) for each in listed["versions"]] == [
            ("shipped", True, False),
            (version, False, True),
        ]
        assert (listed["in_use"], listed["may_roll_back"], listed["audit"]["version"]) == ("default", False, before)

        promotion = {"version": version, "why": "better on cards"}
        promoted = client.post(f"{path}/promote", json=promotion, headers=meera)
        assert promoted.status_code == 200, promoted.text
        assert [each["serves"] for each in promoted.json()["versions"]] == [False, True]
        assert promoted.json()["may_roll_back"]
        wait_until(lambda: policy_of(client)["version"].endswith(version))
        again = client.post(f"{path}/promote", json=promotion, headers=meera)
        assert (again.status_code, again.json()["detail"]) == (409, f"Version {version} serves already.")

        back = client.post(f"{path}/roll-back", json={"why": "a trial"}, headers=meera)
        assert [(each["by"], each["why"]) for each in back.json()["history"]] == [
            ("promoted", "by meera: better on cards"),
            ("rolled back", "by meera: a trial"),
        ]
        wait_until(lambda: policy_of(client)["version"] == before)
        assert client.post(f"{path}/roll-back", json={"why": ""}, headers=meera).status_code == 409
        unknown = client.post(f"{path}/promote", json={"version": "abcdef"}, headers=meera)
        assert unknown.status_code == 404
        assert client.post(f"{path}/promote", json={"version": "../x"}, headers=meera).status_code == 422


def test_where_another_policy_was_chosen_the_list_says_so_and_nothing_is_promoted(data_dir: Path) -> None:
    version = candidate(data_dir, never=False)
    with app(data_dir, policy="rules") as client:
        meera = an_administrator(client, data_dir)
        listed = client.get("/api/v1/insights/policies", headers=meera).json()
        refused = client.post("/api/v1/insights/policies/promote", json={"version": version}, headers=meera)
    assert (listed["in_use"], [each["serves"] for each in listed["versions"]]) == ("rules", [False, False])
    assert refused.status_code == 409
    assert "set POLICY=default" in refused.json()["detail"]


def an_administrator(client: TestClient, data_dir: Path) -> Headers:
    assert client.portal
    store = client.portal.call(SqliteStore.open, data_dir / "questrag.db")
    meera = staff(client, store, "admin", "meera")
    client.portal.call(store.close)
    return meera


# The command line -----------------------------------------------------------------------------


@pytest.fixture
def questrag(data_dir: Path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    def call(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-c", "from questrag.cli import main; main()", "policy", *arguments]
        known = {"DATA_DIR": str(data_dir), "KB_PATH": str(data_dir.parent / "kb.jsonl")}
        return subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=300, cwd=data_dir.parent,
            env={**os.environ, "PYTHONPATH": str(PROJECT / "src"), **known, **environment},
        )  # fmt: skip

    return call


Questrag = Callable[..., "subprocess.CompletedProcess[str]"]


def used(data_dir: Path, n_accounts: int = 14) -> None:
    """Let some customers ask, and rate what they are told."""
    with app(data_dir, policy_exploration=0.5) as client:
        for number in range(n_accounts):
            customer = sign_up(client, f"customer{number}")
            conversation: dict[str, str] = {}
            for question in (*QUESTIONS, QUESTIONS[0]):
                answer = ask(client, customer, question, **conversation)
                conversation = {"conversation_id": answer["conversation_id"]}
                rated = client.put(
                    f"/api/v1/chat/messages/{answer['message_id']}/feedback", json={"rating": "up"}, headers=customer
                )
                assert rated.status_code in (200, 204), rated.text


def gate_file(data_dir: Path) -> Path:
    turns = [{"user": QUESTIONS[0], "needs": ["block"], "kind": "new"}]
    turns += [{"user": QUESTIONS[1], "needs": ["deposit"], "kind": "new"}]
    path = data_dir.parent / "gate.jsonl"
    lines = [json.dumps({"id": f"g{n}", "lang": "en", "turns": turns}) for n in range(3)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_an_update_from_few_votes_is_refused_with_the_reason_and_kept(
    data_dir: Path, questrag: Questrag, tmp_path: Path
) -> None:
    pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")
    used(data_dir)
    done = questrag("update", "--conversations", str(gate_file(data_dir)), "--out", str(tmp_path / "report.json"))
    assert done.returncode == 1, done.stderr
    assert "refused" in done.stdout
    assert "judged turns of the log count; 200 are needed" in done.stdout
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert 0 < report["log"]["n_judged"] < 4 * 14, "the other half was learned from"
    assert report["conversations"]["n_turns"] == 6

    listed = questrag("versions")
    assert f"{report['version']} refused: Only " in listed.stdout
    assert "shipped serves." in listed.stdout
    refused = questrag("promote", report["version"])
    assert refused.returncode == 3
    assert "the gate refused version" in refused.stderr


def test_without_a_log_nothing_is_learned(data_dir: Path, questrag: Questrag) -> None:
    pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")
    done = questrag("update", "--conversations", str(gate_file(data_dir)))
    assert done.returncode == 3
    assert "no verdict says anything about a passage" in done.stderr


def test_rolling_back_is_one_command_and_says_when_there_is_nothing_before(data_dir: Path, questrag: Questrag) -> None:
    version = promoted(data_dir, never=False)
    assert f"{version} serves." in questrag("versions").stdout
    assert questrag("rollback", "--why", "complaints").stdout == "shipped serves now.\n"
    again = questrag("rollback")
    assert (again.returncode, "none before it" in again.stderr) == (3, True)
    again = questrag("promote", version)
    assert (again.returncode, "was rolled back" in again.stderr) == (3, True)


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        (("update", "--judge", "me"), {}, "--judge me: choose feedback or model"),
        (("update", "--judge", "model"), {}, "no model can judge: set GROQ_API_KEY_1"),
        (("update",), {"POLICY": "rules"}, "POLICY=rules does not learn from use"),
        (("promote", "nosuch"), {}, "no gate report of a version nosuch"),
    ],
)
def test_what_is_not_possible_is_said_in_one_sentence(
    data_dir: Path, questrag: Questrag, arguments: tuple[str, ...], environment: dict[str, str], says: str
) -> None:
    pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")
    more = ("--conversations", str(gate_file(data_dir))) if arguments[0] == "update" else ()
    done = questrag(*arguments, *more, **environment)
    assert (done.returncode, done.stderr.count("\n")) == (3, 1), done.stderr
    assert says in done.stderr
