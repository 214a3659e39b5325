"""What an operator starts: the image, the composition, the Space, and the versions that belong together."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from questrag.settings import PROJECT, Settings

DOCKERFILE = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = cast(dict[str, Any], yaml.safe_load((PROJECT / "compose.yaml").read_text(encoding="utf-8")))
SPACE = (PROJECT / "deploy" / "space" / "README.md").read_text(encoding="utf-8")
DEPENDENCIES = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LAST_STAGE = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]


def test_the_dockerfile_passes_its_linter() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([linter, PROJECT / "Dockerfile"], check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_runs_as_nobody_special_and_says_how_it_is() -> None:
    (user,) = re.findall(r"^USER (\S+)$", LAST_STAGE, re.MULTILINE)
    assert user.isdecimal() and int(user) > 0
    assert "HEALTHCHECK" in LAST_STAGE and "/health/ready" in LAST_STAGE
    assert "ENVIRONMENT=production" in LAST_STAGE


def test_the_image_has_what_serving_needs_and_nothing_for_training() -> None:
    (installed,) = re.findall(r"install .*--editable (\S+)", DOCKERFILE)
    assert installed == "."  # no extras
    assert not {"torch", "transformers"} & {name.partition("==")[0] for name in DEPENDENCIES["dependencies"]}


def test_every_base_is_named_to_the_last_digit() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 3
    assert [base for base in bases if not re.search(r":\d+\.\d+\.\d+-", base)] == []


def test_what_the_image_copies_is_there_and_reaches_the_build() -> None:
    let_in = {line[1:] for line in _lines(PROJECT / ".dockerignore") if line.startswith("!")}
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert "src" in copied
    assert [source for source in copied if not (PROJECT / source).exists()] == []
    assert [source for source in copied if not any(_is_in(source, place) for place in let_in)] == []


@pytest.mark.parametrize("secret", [".env", "var", ".git", "questrag.env"])
def test_nothing_secret_reaches_the_build(secret: str) -> None:
    lines = _lines(PROJECT / ".dockerignore")
    assert lines[0] == "*"
    assert f"!{secret}" not in lines


def test_the_composition_asks_for_its_secrets_and_shows_no_port_to_others() -> None:
    app = COMPOSE["services"]["app"]
    assert ":?" in app["environment"]["SECRET_KEY"] and ":?" in app["environment"]["MONGODB_URI"]
    assert all(port.startswith("127.0.0.1:") for port in app["ports"])
    assert "ports" not in COMPOSE["services"]["mongo"]
    assert (app["read_only"], app["cap_drop"]) == (True, ["ALL"])
    assert int(app["stop_grace_period"].removesuffix("s")) >= 30  # open answers get 25 seconds


def test_the_composition_sets_what_there_is_to_set() -> None:
    flags_of_the_image = {"PORT", "WORKERS"}
    known = {name.upper() for name in Settings.model_fields} | flags_of_the_image
    assert set(COMPOSE["services"]["app"]["environment"]) <= known


def test_the_password_of_the_database_reaches_the_database_alone() -> None:
    assert [each["path"] for each in COMPOSE["services"]["app"]["env_file"]] == ["questrag.env"]


def test_the_space_listens_where_the_image_does() -> None:
    front = yaml.safe_load(SPACE.split("---")[1])
    (exposed,) = re.findall(r"^EXPOSE (\d+)$", LAST_STAGE, re.MULTILINE)
    assert (front["sdk"], front["app_port"]) == ("docker", int(exposed))
    assert f"PORT={exposed}" in LAST_STAGE
    assert front["license"] == DEPENDENCIES["license"].lower()
    assert len(front["short_description"]) <= 60


def test_every_package_is_of_one_exact_version() -> None:
    extras = [name for names in DEPENDENCIES["optional-dependencies"].values() for name in names]
    loose = [
        name for name in [*DEPENDENCIES["dependencies"], *extras] if not re.fullmatch(r"[\w\[\],.-]+==[\w.]+", name)
    ]
    assert loose == []


def _lines(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _is_in(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")


DASHBOARD = (PROJECT / "deploy" / "grafana" / "questrag.json").read_text(encoding="utf-8")
ALERTS = (PROJECT / "deploy" / "prometheus" / "alerts.yaml").read_text(encoding="utf-8")
METRICS = dict(
    re.findall(
        r"^\| `(questrag_\w+)` \| ([\w, ]*?) ?\|",
        (PROJECT / "docs" / "observability.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
)
"""Labels of each, by name; a test of its own holds that page to the code."""


def _expressions() -> list[str]:
    panels = json.loads(DASHBOARD)["panels"]
    shown = [target["expr"] for panel in panels for target in panel.get("targets", [])]
    rules = [rule["expr"] for group in yaml.safe_load(ALERTS)["groups"] for rule in group["rules"]]
    return [*shown, *rules]


@pytest.mark.parametrize("expression", _expressions())
def test_dashboard_and_alerts_ask_for_metrics_and_labels_that_there_are(expression: str) -> None:
    names = {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in re.findall(r"questrag_\w+", expression)}
    assert names and names <= METRICS.keys()
    known = {label for name in names for label in METRICS[name].split(", ")} | {"le"}
    asked = set(re.findall(r"(\w+)=~?\"", expression))
    for by in re.findall(r"by \(([^)]*)\)", expression):
        asked |= set(by.split(", "))
    assert asked <= known


def test_each_panel_is_explained_and_none_covers_another() -> None:
    panels = json.loads(DASHBOARD)["panels"]
    assert [panel["title"] for panel in panels if panel["type"] != "row" and not panel["description"]] == []
    covered = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(covered) == len(set(covered))
    assert max(x for x, _ in covered) < 24
