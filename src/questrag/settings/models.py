"""Which models serve: those that come with the project, or those of a repository of the Hub."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from questrag.hub.layout import home_of, is_commit, is_repository
from questrag.settings.serving import PROJECT


def hub_home(data_dir: Path, repository: str, revision: str) -> Path | None:
    """Return the folder of the models of a repository at a commit; None where none is named."""
    return home_of(data_dir, repository, revision) if repository and revision else None


def model_folder(name: str) -> Callable[[dict[str, Any]], Path]:
    """Return the default of a setting that names the folder of a model, made from the settings before it."""

    def chosen(before: dict[str, Any]) -> Path:
        home = hub_home(
            before.get("data_dir", PROJECT / "var"),
            before.get("hf_model_repo", ""),
            before.get("hf_model_revision", ""),
        )
        return (home or PROJECT / "models") / name

    return chosen


def model_problem(repository: str, revision: str) -> str:
    """Say what is wrong with HF_MODEL_REPO and HF_MODEL_REVISION; empty: nothing."""
    if not repository:
        return "HF_MODEL_REPO is missing: HF_MODEL_REVISION is a commit of it" if revision else ""
    if not is_repository(repository):
        return "HF_MODEL_REPO is not the name of a repository, such as bank/questrag-models"
    if not is_commit(revision):
        return (
            "HF_MODEL_REVISION is not a whole commit id of 40 hexadecimal digits: `questrag pull` with --revision main "
            "--unpinned prints the one that a branch is at"
            if revision
            else "HF_MODEL_REVISION is missing: name the commit of HF_MODEL_REPO, so that what serves does not change"
        )
    return ""
