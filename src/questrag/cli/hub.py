"""`questrag push` and `questrag pull`: models to and from the Hugging Face Hub."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from questrag.cli.progress import progress_bar
from questrag.settings import PROJECT, Settings, load_settings

if TYPE_CHECKING:
    from questrag.hub.asking import Hub
    from questrag.hub.layout import RemoteFile
    from questrag.hub.pulling import Pulled

RepositoryArgument = Annotated[str, typer.Argument(help="Repository, as OWNER/NAME.", show_default=False)]


def push(
    repository: RepositoryArgument,
    folder: Annotated[Path, typer.Option(help="Folder with the folders of the models.")] = Path("models"),
    model: Annotated[
        list[str], typer.Option(help="Folder of a model; those that the default settings serve with belong together.")
    ] = ["retriever", "ranking", "policy"],  # noqa: B006 # typer copies it
    revision: Annotated[str, typer.Option(help="Branch to write to; made where there is none.")] = "main",
    private: Annotated[bool, typer.Option("--private", help="Make the repository private.")] = False,
    results: Annotated[
        Path | None, typer.Option(help="Folder of result files for the card; empty: docs/results of the checkout.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent; ask nobody.")] = False,
) -> None:
    """Send models to the Hugging Face Hub, with a model card; needs HF_TOKEN."""
    from questrag.hub import pushing
    from questrag.hub.layout import require_repository

    require_repository(repository)
    parcel = pushing.packed(folder, model, results or PROJECT / "docs" / "results")
    if dry_run:
        for line in _sizes(parcel.listed()):
            typer.echo(line)
        return
    commit = pushing.push(hub_of(load_settings()), repository, parcel, branch=revision, private=private)
    typer.echo(f"{', '.join(parcel.versions.values())} are in {repository}. To serve them:")
    typer.echo(f"HF_MODEL_REPO={repository}\nHF_MODEL_REVISION={commit}")


def pull(
    repository: RepositoryArgument,
    revision: Annotated[str, typer.Option(help="Whole commit id.", show_default=False)],
    into: Annotated[
        Path | None, typer.Option("--into", help="Folder; empty: where a server with HF_MODEL_REPO looks for it.")
    ] = None,
    unpinned: Annotated[
        bool, typer.Option("--unpinned", help="Let --revision be a branch: the commit that it is at now is taken.")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Move aside what is in the folder.")] = False,
) -> None:
    """Fetch models from the Hugging Face Hub; every file is checked before it is put in place."""
    from questrag.hub import pulling
    from questrag.hub.layout import home_of

    settings = load_settings()
    hub = hub_of(settings)
    commit = pulling.commit_of(hub, repository, revision, unpinned=unpinned)
    if commit != revision:
        typer.echo(f"{revision} is at {commit}")
    home = into or home_of(settings.data_dir, repository, commit)
    with progress_bar("Fetching models") as progress:
        pulled = pulling.pull(hub, repository, commit, home, replace=replace, progress=progress)
    for line in _told(pulled, repository, elsewhere=into is not None):
        typer.echo(line)


def hub_of(settings: Settings) -> "Hub":
    """Return the Hub that the settings name, asked with their token."""
    from questrag.hub.asking import Hub

    token = settings.hf_token.get_secret_value() if settings.hf_token else ""
    return Hub(settings.hf_endpoint, token)


def _sizes(files: "Iterable[RemoteFile]") -> list[str]:
    listed = list(files)
    lines = [f"{file.size:>13,}  {file.path}" for file in listed]
    return [*lines, f"{sum(file.size for file in listed):>13,}  bytes in {len(listed)} files; nothing was sent"]


def _told(pulled: "Pulled", repository: str, *, elsewhere: bool) -> list[str]:
    lines = [f"{repository} at {pulled.commit}: {pulled.home}{'' if pulled.fetched else ' (was there already)'}"]
    lines += [
        f"{name}: {model.info.get('name', name)}@{model.fingerprint}, {len(model.files)} files checked"
        for name, model in pulled.models.items()
    ]
    if pulled.before is not None:
        lines += [f"What was there before is in {pulled.before}"]
    lines += ["To serve them:"]
    if elsewhere:
        return [*lines, *(f"{_PATHS[name]}={pulled.home / name}" for name in pulled.models)]
    return [*lines, f"HF_MODEL_REPO={repository}", f"HF_MODEL_REVISION={pulled.commit}"]


_PATHS = {
    "retriever": "RETRIEVER_MODEL_PATH",
    "ranking": "RANKING_MODEL_PATH",
    "policy": "POLICY_MODEL_PATH",
    "policy-bert": "POLICY_BERT_PATH",
    "policy-logistic": "POLICY_LOGISTIC_PATH",
}
