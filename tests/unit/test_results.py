"""Result files are shown as they are; what cannot be read is said, and nothing outside the folders is shown."""

import json
import logging
from pathlib import Path

import pytest

from questrag.evaluation.results import read_results
from questrag.settings import PROJECT


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder, name in (("docs/results", "policy"), ("docs/results", "b"), ("benchmarks/results", "scale")):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / f"{name}.json").write_text(json.dumps({"n": 5, "is": name}), encoding="utf-8")
    return tmp_path


def test_evaluations_come_first_by_name_and_then_benchmarks(project: Path) -> None:
    (project / "docs/results/plot.svg").write_text("<svg/>", encoding="utf-8")
    found = read_results(project)
    assert [(file.kind, file.name, file.content["is"]) for file in found.files] == [
        ("evaluation", "b", "b"),
        ("evaluation", "policy", "policy"),
        ("benchmark", "scale", "scale"),
    ]
    assert found.left_out == ()


@pytest.mark.parametrize(
    "broken", ["{", "[1]", '{"n": NaN}', "\ufeff{}", "[" * 100_000, '{"x": "' + "a" * 5_000_000 + '"}']
)
def test_a_file_that_cannot_be_read_is_left_out_and_named(
    project: Path, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    (project / "docs/results/b.json").write_text(broken, encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        found = read_results(project)
    assert [file.name for file in found.files] == ["policy", "scale"]
    assert found.left_out == ("docs/results/b.json",)
    assert "b.json is left out" in caplog.text


def test_a_link_out_of_the_folder_and_a_folder_with_the_name_of_a_file_are_not_followed(project: Path) -> None:
    secret = project / "secret.json"
    secret.write_text('{"key": "value"}', encoding="utf-8")
    (project / "docs/results/linked.json").symlink_to(secret)
    (project / "docs/results/away.json").symlink_to(project / "nowhere.json")
    (project / "docs/results/folder.json").mkdir()
    (project / "docs/results/within.json").symlink_to(project / "docs/results/policy.json")
    found = read_results(project)
    assert [file.name for file in found.files] == ["b", "policy", "within", "scale"]
    assert set(found.left_out) == {f"docs/results/{name}.json" for name in ("away", "folder", "linked")}


def test_where_there_is_no_checkout_there_are_no_results(tmp_path: Path) -> None:
    assert read_results(tmp_path).files == ()


def test_every_result_file_of_this_project_can_be_read() -> None:
    found = read_results(PROJECT)
    assert found.files
    assert found.left_out == ()
