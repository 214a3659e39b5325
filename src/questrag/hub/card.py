"""The card of a repository of models: what the folders are, under which terms, and what was measured of them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from questrag.artifacts import Artifact
from questrag.chat.errors import ArtifactError
from questrag.hub.layout import CARD

_WHAT = {
    "retriever": "encoder of questions and phrasings, int8 ONNX, with its tokenizer",
    "ranking": "weights of the hybrid search, fitted to that encoder",
    "policy": "chooses at each turn which passages stand in the prompt",
    "policy-bert": "decides by a small BERT whether to fetch, for comparison",
    "policy-logistic": "decides by logistic regression whether to fetch, for comparison",
}
_OURS, _BACKBONE = "cc-by-4.0", "apache-2.0"
_LICENCE_NAMES = {_OURS: "Creative Commons Attribution 4.0", _BACKBONE: "Apache License 2.0", "mit": "MIT License"}

_SETS = (("retrieval", "our test questions"), ("unseen", "a knowledge base it has never seen"))
_TALKS = (("policy", "our test conversations"), ("policy_unseen", "a knowledge base it has never seen"))
_SYSTEMS = (("bm25", "BM25"), ("base_encoder", "untrained encoder"), ("encoder_alone", "this encoder alone"))


def licence_of(name: str, card: Path) -> str:
    """Return the licence that the card in a folder names; without one, that of the data or of the first weights."""
    if card.is_file():
        for line in card.read_text(encoding="utf-8").split("---")[1:2]:
            for field in line.splitlines():
                if field.startswith("license:"):
                    return field.partition(":")[2].strip()
    return _BACKBONE if name in ("retriever", "policy-bert") else _OURS


def write_card(models: Mapping[str, Artifact], results: Path | None) -> str:
    """Return the text of the card.

    Args:
        results: folder of result files. What was measured with another encoder or policy is left out.

    Raises:
        ArtifactError: a result file cannot be read.
    """
    sections = [_front(models), _about(models)]
    figures = [*_search_figures(models, results), *_policy_figures(models, results)] if results else []
    sections.append(
        "\n".join(
            [
                "## Measured",
                "",
                "Each with its 95 % interval. A result file names its encoder or policy, and not the ranking.",
                "",
                *figures,
            ]
        )
        if figures
        else "## Measured\n\nNo result file was made with these models."
    )
    return "\n\n".join(sections) + "\n"


def licence_text(models: Mapping[str, Artifact]) -> str:
    """Return the file that says which folder is under which terms."""
    rows = [
        f"- `{name}/`: {_LICENCE_NAMES.get(licence, licence)} ({licence})"
        for name, licence in _licences(models).items()
    ]
    return "\n".join(["The folders of this repository are under these terms:", "", *rows, ""])


def _licences(models: Mapping[str, Artifact]) -> dict[str, str]:
    return {name: licence_of(name, model.folder / CARD) for name, model in models.items()}


def _front(models: Mapping[str, Artifact]) -> str:
    licences = sorted(set(_licences(models).values()))
    lines = ["---"]
    if len(licences) == 1:
        lines += [f"license: {licences[0]}"]
    else:
        lines += ["license: other", f"license_name: {'-and-'.join(licences)}", "license_link: LICENSE.md"]
    lines += ["language:", "- en", "- hi", "library_name: onnx"]
    base = models["retriever"].info.get("backbone", "") if "retriever" in models else ""
    if base:
        lines += ["pipeline_tag: sentence-similarity"]
        lines += [f"base_model: {base if '/' in base else f'sentence-transformers/{base}'}"]
    tags = ["questrag", "onnx", "banking", "retrieval-augmented-generation", "hinglish"]
    return "\n".join([*lines, "tags:", *(f"- {tag}" for tag in tags), "---"])


def _about(models: Mapping[str, Artifact]) -> str:
    rows = [
        f"| `{name}/` | {_WHAT[name]} | `{model.info.get('name', name)}@{model.fingerprint}` | {licence} |"
        for (name, model), licence in zip(models.items(), _licences(models).values(), strict=True)
    ]
    return "\n".join(
        [
            "# Models of QUESTRAG",
            "",
            "QUESTRAG answers retail-banking questions in English, Hinglish and Hindi from a bank's own approved",
            "entries. These are the models that it searches and decides with, made for one another.",
            "",
            "| folder | what | version | licence |",
            "|---|---|---|---|",
            *rows,
            "",
            "Each folder has a `manifest.json` with the SHA-256 of every file and with what it was made of; a file",
            "that differs is refused. No file here can run code when it is opened.",
            "",
            "## Use",
            "",
            "`questrag pull` with the name of this repository and `--revision` with a whole commit id, or the same as",
            "`HF_MODEL_REPO` and `HF_MODEL_REVISION` of the server.",
            "",
            "**Meant for**: a bank's own approved entries. **Not for**: judging people, or other languages.",
        ]
    )


def _search_figures(models: Mapping[str, Artifact], results: Path | None) -> list[str]:
    if "retriever" not in models:
        return []
    encoder = f"{models['retriever'].info.get('name', 'encoder')}@{models['retriever'].fingerprint}"
    lines: list[str] = []
    for file, said in _SETS:
        read = _result(results, file)
        if read is None or read.get("provenance", {}).get("encoder") != encoder:
            continue
        rows = [(name, read["baselines"][key]) for key, name in _SYSTEMS if key in read["baselines"]]
        rows += [("hybrid search, the default", read)] if "ranking" in models else []
        lines += [f"### Right entry first: {said}", "", f"| search | n = {read['n']} questions |", "|---|---|"]
        lines += [f"| {name} | {_percent(each, 'recall@1')} |" for name, each in rows]
        lines += [""]
    return lines


def _policy_figures(models: Mapping[str, Artifact], results: Path | None) -> list[str]:
    if "policy" not in models:
        return []
    version = f"{models['policy'].info.get('name', 'policy')}@{models['policy'].fingerprint}"
    lines: list[str] = []
    for file, said in _TALKS:
        read = _result(results, file)
        ours = read["policies"].get("default") if read else None
        if read is None or ours is None or not str(ours["version"]).endswith(version):
            continue
        lines += [f"### Policy: {said}", ""]
        lines += [f"| n = {read['n_turns']} turns | what is needed is in the prompt | prompt tokens saved |"]
        lines += ["|---|---|---|"]
        for key, name in (("always", "top 5 at every turn"), ("default", "this policy")):
            each = read["policies"][key]
            saved = "what others are held against" if key == "always" else _percent(each, "saving")
            lines += [f"| {name} | {_percent(each, 'evidence_accuracy')} | {saved} |"]
        lines += [""]
    return lines


def _percent(each: Mapping[str, Any], name: str) -> str:
    low, high = each["ci95"][name]
    return f"{100 * each[name]:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"


def _result(results: Path | None, name: str) -> dict[str, Any] | None:
    """Return a result file, None where there is none."""
    if results is None or not (path := results / f"{name}.json").exists():
        return None
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        missing: Sequence[str] = [key for key in ("n" if "policy" not in name else "n_turns",) if key not in read]
    except (OSError, ValueError, TypeError) as error:
        raise ArtifactError(f"{path} cannot be read as a result ({error})") from None
    if missing:
        raise ArtifactError(f"{path} cannot be read as a result: it has no {missing[0]}")
    return dict(read)
