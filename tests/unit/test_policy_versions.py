"""Which policy serves: promoted, rolled back, and never one that cannot be read."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from questrag.artifacts import seal
from questrag.chat.errors import ArtifactError, Invalid
from questrag.policy.versions import SHIPPED, PolicyVersions

PASSED: dict[str, object] = {"passed": True, "reasons": [], "base": SHIPPED}


def after(version: str) -> dict[str, object]:
    return {**PASSED, "base": version}


@pytest.fixture
def versions(tmp_path: Path) -> PolicyVersions:
    return PolicyVersions(tmp_path / "policies")


@pytest.fixture
def candidate(tmp_path: Path) -> Callable[[str], Path]:
    def make(name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "weights.json").write_text(json.dumps({"name": name}), encoding="utf-8")
        seal(folder, "policy", {"name": name})
        return folder

    return make


Make = Callable[[str], Path]


def serving(versions: PolicyVersions, candidate: Make, n: int) -> list[str]:
    """Promote one version after the other, and return them."""
    names: list[str] = []
    for number in range(n):
        names.append(versions.add(candidate(f"v{number}"), after(names[-1] if names else SHIPPED)))
        versions.promote(names[-1], "better")
    return names


def test_a_candidate_is_promoted_over_the_version_that_it_was_compared_with_and_once(
    versions: PolicyVersions, candidate: Make
) -> None:
    first, second = (versions.add(candidate(name), PASSED) for name in ("one", "two"))
    versions.promote(first, "better")
    with pytest.raises(Invalid, match=f"compared {second} with shipped, and {first} serves"):
        versions.promote(second, "better")
    with pytest.raises(Invalid, match="serves already"):
        versions.promote(first, "again")


def test_a_line_that_was_cut_off_while_it_was_written_does_not_count(versions: PolicyVersions, candidate: Make) -> None:
    (first,) = serving(versions, candidate, 1)
    with versions.log.open("a", encoding="utf-8") as file:
        file.write('{"at": "2026')
    assert versions.served() == first


def test_the_shipped_policy_serves_until_one_is_promoted(versions: PolicyVersions, candidate: Make) -> None:
    assert (versions.served(), versions.served_folder(), versions.history()) == (SHIPPED, None, [])
    first = versions.add(candidate("first"), PASSED)
    assert versions.served() == SHIPPED
    versions.promote(first, "better")
    assert versions.served() == first
    assert versions.served_folder() == versions.folder / first
    assert [(each.version, each.by, each.why) for each in versions.history()] == [(first, "promoted", "better")]


def test_rolling_back_goes_through_what_served_before_and_ends_with_the_shipped_one(
    versions: PolicyVersions, candidate: Make
) -> None:
    names = serving(versions, candidate, 2)
    assert [versions.roll_back("harm") for _ in names] == [names[0], SHIPPED]
    with pytest.raises(Invalid, match="none before it"):
        versions.roll_back("harm")
    with pytest.raises(Invalid, match="was rolled back: learn another one"):
        versions.promote(names[0], "again")
    third = versions.add(candidate("three"), PASSED)
    versions.promote(third, "better")
    assert versions.roll_back("harm") == SHIPPED, "what was rolled back is not gone back to"


def test_only_one_of_several_that_find_the_same_harm_rolls_back(versions: PolicyVersions, candidate: Make) -> None:
    names = serving(versions, candidate, 3)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: versions.roll_back("harm", only=names[2]), range(8)))
    assert found == [names[1]] * 8
    assert versions.served() == names[1]
    assert [each.by for each in versions.history()] == ["promoted"] * 3 + ["rolled back"]


def test_what_the_gate_refused_is_kept_with_its_reasons_and_not_promoted(
    versions: PolicyVersions, candidate: Make
) -> None:
    refused = versions.add(candidate("bad"), {"passed": False, "reasons": ["less right"]})
    assert versions.report(refused)["reasons"] == ["less right"]
    with pytest.raises(Invalid, match="the gate refused"):
        versions.promote(refused, "all the same")
    with pytest.raises(Invalid, match="no gate report of a version none"):
        versions.promote("none", "why not")
    assert (versions.served(), versions.candidates()) == (SHIPPED, [refused])


def test_a_candidate_whose_files_were_changed_is_not_promoted(versions: PolicyVersions, candidate: Make) -> None:
    version = versions.add(candidate("first"), PASSED)
    (versions.folder / version / "weights.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ArtifactError, match="damaged"):
        versions.promote(version, "better")


@pytest.mark.parametrize(
    "line", ["{", '{"version": "x"}', '{"at": "", "version": "x", "by": "rolled back", "why": ""}']
)
def test_a_log_that_cannot_be_read_is_said_and_not_taken_for_the_shipped_policy(
    versions: PolicyVersions, line: str
) -> None:
    versions.folder.mkdir()
    versions.log.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(ArtifactError, match=r"served\.jsonl"):
        versions.served()
