"""Which version serves, as an administrator sees and changes it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from questrag.artifacts import seal
from questrag.chat.errors import Conflict, NotFound
from questrag.policy.choosing import PolicyChoice, Version
from questrag.policy.versions import SHIPPED, PolicyVersions

Keep = Callable[..., str]


@pytest.fixture
def versions(tmp_path: Path) -> PolicyVersions:
    return PolicyVersions(tmp_path / "policies")


@pytest.fixture
def keep(versions: PolicyVersions, tmp_path: Path) -> Keep:
    """Keep a candidate with what its gate said."""

    def add(name: str, *, passed: bool = True, base: str = SHIPPED) -> str:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "weights.json").write_text(f'"{name}"', encoding="utf-8")
        seal(folder, "policy", {"name": name})
        return versions.add(folder, {"passed": passed, "reasons": [], "base": base})

    return add


@pytest.fixture
def choice(versions: PolicyVersions) -> PolicyChoice:
    return PolicyChoice(versions, "default")


def one(choice: PolicyChoice, name: str) -> Version:
    return next(version for version in choice.versions() if version.version == name)


def test_at_first_the_shipped_policy_serves_and_nothing_can_be_changed(choice: PolicyChoice) -> None:
    (shipped,) = choice.versions()
    assert (shipped.version, shipped.serves, shipped.passed, shipped.report) == (SHIPPED, True, None, None)
    assert (shipped.may_promote, shipped.why_not) == (False, "it serves already")
    assert (choice.history(), choice.may_roll_back()) == ([], False)
    with pytest.raises(Conflict, match="The shipped policy serves, and there is none before it to go back to"):
        choice.roll_back(by="meera", why="")


def test_whoever_lets_a_version_serve_and_takes_it_back_is_named_in_the_history(
    choice: PolicyChoice, keep: Keep
) -> None:
    version = keep("one")
    assert one(choice, version).may_promote
    choice.promote(version, by="meera", why="better on cards")
    assert (one(choice, version).serves, one(choice, SHIPPED).serves) == (True, False)
    assert one(choice, SHIPPED).why_not == "it comes with the program: roll back to it"
    assert choice.may_roll_back()
    choice.roll_back(by="ravi", why="")
    assert [(each.version, each.by, each.why) for each in choice.history()] == [
        (version, "promoted", "by meera: better on cards"),
        (SHIPPED, "rolled back", "by ravi"),
    ]
    assert not choice.may_roll_back()


def test_what_the_list_says_speaks_against_a_version_is_what_promoting_it_says(
    choice: PolicyChoice, versions: PolicyVersions, keep: Keep
) -> None:
    refused, stale, first, damaged = keep("bad", passed=False), keep("stale"), keep("one"), keep("damaged")
    choice.promote(first, by="meera", why="")
    weights = versions.folder / damaged / "weights.json"
    after = keep("two", base=first)
    assert one(choice, after).may_promote
    for version, why in (
        (refused, "the gate refused version"),
        (stale, f"the gate compared {stale} with shipped, and {first} serves"),
        (first, "serves already"),
    ):
        assert why in one(choice, version).why_not
        with pytest.raises(Conflict, match=why[1:]):
            choice.promote(version, by="meera", why="")
    choice.roll_back(by="meera", why="")
    assert "was rolled back: learn another one" in one(choice, first).why_not
    weights.write_text("{}", encoding="utf-8")
    assert "damaged" in one(choice, damaged).why_not


def test_a_version_that_is_not_there_is_not_found_and_a_report_that_cannot_be_read_is_said(
    choice: PolicyChoice, versions: PolicyVersions, keep: Keep
) -> None:
    with pytest.raises(NotFound):
        choice.promote("abcdef", by="meera", why="")
    version = keep("one")
    for broken in ("{", "[]"):
        (versions.folder / f"{version}.json").write_text(broken, encoding="utf-8")
        found = one(choice, version)
        assert (found.passed, found.report, found.may_promote) == (False, None, False)
        assert "no gate report" in found.why_not
        with pytest.raises(Conflict, match="There is no gate report"):
            choice.promote(version, by="meera", why="")


def test_where_another_policy_was_chosen_no_version_serves_and_none_can_be_promoted(
    versions: PolicyVersions, keep: Keep
) -> None:
    version = keep("one")
    versions.promote(version, "a test")
    choice = PolicyChoice(versions, "rules")
    assert [each.serves for each in choice.versions()] == [False, False]
    assert all(each.why_not.startswith("POLICY=rules serves") for each in choice.versions())
    assert not choice.may_roll_back()
    with pytest.raises(Conflict, match="set POLICY=default"):
        choice.promote(version, by="meera", why="")
    with pytest.raises(Conflict, match="set POLICY=default"):
        choice.roll_back(by="meera", why="")
    assert len(choice.history()) == 1
