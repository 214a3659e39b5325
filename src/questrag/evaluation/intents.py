"""`questrag evaluate intents`: how well the encoder's vectors tell intents apart, on the usual public sets.

Needs scikit-learn, which comes with the train extra.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from questrag.chat.errors import Invalid
from questrag.evaluation.intervals import bootstrap95
from questrag.evaluation.runs import provenance
from questrag.evaluation.separation import auroc, fpr_at_95_recall
from questrag.progress import Progress
from questrag.retrieval.encoder import OnnxEncoder, Vectors
from questrag.retrieval.text import query_text

Labels = npt.NDArray[np.str_]

OUT_OF_SCOPE = "oos"
_SHOTS, _DRAWS, _NEIGHBOURS = 8, 5, 10
_C = 10.0
"""Inverse strength of the probe's penalty; vectors have length 1, so it is far from none."""


@dataclass(frozen=True, slots=True)
class Labelled:
    texts: tuple[str, ...]
    labels: tuple[str, ...]


def read_labelled(path: Path, part: str) -> Labelled:
    """Read texts with labels: CSV with the columns text and category (or label), or the JSON of CLINC150.

    Args:
        part: which part of a JSON file, ``train`` or ``val`` (``test`` where there is one); out-of-scope texts of the
            part come along, except in training, which must not see any.

    Raises:
        Invalid: the file is neither, or a line has no label.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} cannot be read: {error}") from None
    pairs = _from_json(path, text, part) if path.suffix == ".json" else _from_csv(path, text)
    if not pairs:
        raise Invalid(f"{path} holds no labelled text")
    return Labelled(tuple(each for each, _ in pairs), tuple(label for _, label in pairs))


def _from_json(path: Path, text: str, part: str) -> list[tuple[str, str]]:
    try:
        read = json.loads(text)
        names = [part] if part == "train" else [part, f"oos_{part}"]
        return [(str(each), str(label)) for name in names for each, label in read.get(name, [])]
    except (json.JSONDecodeError, AttributeError, TypeError, ValueError) as error:
        raise Invalid(f"{path} is not of the form {{part: [[text, label], ...]}}: {error}") from None


def _from_csv(path: Path, text: str) -> list[tuple[str, str]]:
    rows = csv.DictReader(text.splitlines())
    label = next((name for name in ("category", "label", "intent") if name in (rows.fieldnames or ())), None)
    if label is None or "text" not in (rows.fieldnames or ()):
        raise Invalid(f"{path}: line 1 names {rows.fieldnames}, but text and category are needed")
    pairs = []
    for row in rows:
        if not row["text"] or not row[label]:
            raise Invalid(f"{path}:{rows.line_num}: text or {label} is empty")
        pairs.append((row["text"], row[label]))
    return pairs


def evaluate_intents(
    encoder: OnnxEncoder,
    train: Labelled,
    test: Labelled | None,
    *,
    folds: int = 5,
    seed: int = 0,
    progress: Progress | None = None,
) -> dict[str, object]:
    """Return accuracies of nearest neighbours, of a linear probe, and of one on 8 examples an intent.

    The encoder stays as it is. Where the test part has out-of-scope texts, none of which is learned from, how well
    the probe's best logit tells them from the others is added.

    Args:
        test: None cross-validates ``train``.
        folds: of the cross-validation.

    Raises:
        Invalid: there are fewer than two intents, or fewer texts of one than folds.
    """
    n_train = len(train.texts)
    texts = [query_text(text) for text in (*train.texts, *(test.texts if test else ()))]
    vectors = encoder.encode_many([encoder.query_prefix + text for text in texts], progress=progress)
    known = np.array(train.labels)
    if len(set(train.labels)) < 2:
        raise Invalid("there is one intent in the training file: nothing can be told apart")
    if test is None:
        parts = list(_folds(known, folds, seed))
        scored = [_scores(vectors[a], known[a], vectors[b], known[b], seed) for a, b in parts]
    else:
        asked = np.array(test.labels)
        inside = asked != OUT_OF_SCOPE
        outside = vectors[n_train:][~inside]
        scored = [_scores(vectors[:n_train], known, vectors[n_train:][inside], asked[inside], seed, outside)]
    return {
        "n": int(sum(len(each["linear_probe"]) for each in scored)),
        "n_train": n_train,
        "intents": len(set(train.labels)),
        "protocol": f"{folds}-fold cross-validation" if test is None else "train and test file",
        **{name: _summary([each[name] for each in scored]) for name in ("nearest", "linear_probe", "eight_shot")},
        **({"out_of_scope": scored[0]["out_of_scope"]} if "out_of_scope" in scored[0] else {}),
        "provenance": provenance(encoder=encoder.version),
    }


def _summary(right: list[npt.NDArray[np.float64]]) -> dict[str, object]:
    every = np.concatenate(right)
    return {
        "accuracy": float(every.mean()),
        "ci95": bootstrap95(every.tolist(), [str(i) for i in range(len(every))]),
        "by_fold": [float(each.mean()) for each in right],
    }


def _folds(labels: Labels, n: int, seed: int) -> Any:
    from sklearn.model_selection import StratifiedKFold

    try:
        return list(StratifiedKFold(n, shuffle=True, random_state=seed).split(np.zeros(len(labels)), labels))
    except ValueError as error:
        raise Invalid(f"{n} folds cannot be made: {error}") from None


def _scores(
    seen: Vectors, labels: Labels, asked: Vectors, truth: Labels, seed: int, outside: Vectors | None = None
) -> dict[str, Any]:
    probe = _probe(seen, labels)
    few = [_probe(*_drawn(seen, labels, seed + draw)) for draw in range(_DRAWS)]
    scored: dict[str, Any] = {
        "nearest": (_nearest(seen, labels, asked) == truth).astype(np.float64),
        "linear_probe": (probe.predict(asked) == truth).astype(np.float64),
        "eight_shot": np.mean([each.predict(asked) == truth for each in few], axis=0),
    }
    if outside is not None and len(outside):
        score = np.concatenate([_belonging(probe, seen, part) for part in (asked, outside)])
        inside = np.arange(len(score)) < len(asked)
        scored["out_of_scope"] = {
            "n": len(outside),
            "auroc": auroc(score.tolist(), inside.tolist()),
            "fpr95": fpr_at_95_recall(score.tolist(), inside.tolist()),
        }
    return scored


def _belonging(probe: Any, seen: Vectors, asked: Vectors) -> npt.NDArray[np.float64]:
    """Return ``(n,)``: how much each text looks like one of the known intents: best logit and nearest neighbours."""
    cosines = np.sort(asked @ seen.T, axis=1)[:, -_NEIGHBOURS:].mean(axis=1)
    logits = probe.decision_function(asked).max(axis=1)
    spread = probe.decision_function(seen).max(axis=1)
    belonging: npt.NDArray[np.float64] = cosines + 0.1 * (logits - spread.mean()) / spread.std()
    return belonging


def _probe(vectors: Vectors, labels: Labels) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=_C, max_iter=300).fit(vectors, labels)


def _drawn(vectors: Vectors, labels: Labels, seed: int) -> tuple[Vectors, Labels]:
    rng = np.random.default_rng(seed)
    rows = np.concatenate([rng.permutation(np.flatnonzero(labels == label))[:_SHOTS] for label in np.unique(labels)])
    return vectors[rows], labels[rows]


def _nearest(seen: Vectors, labels: Labels, asked: Vectors) -> Labels:
    """Vote of the nearest texts, each with its cosine."""
    names, column = np.unique(labels, return_inverse=True)
    cosines = asked @ seen.T
    nearest = np.argpartition(-cosines, _NEIGHBOURS - 1, axis=1)[:, :_NEIGHBOURS]
    votes = np.zeros((len(asked), len(names)))
    for rank in range(_NEIGHBOURS):
        rows = nearest[:, rank]
        votes[np.arange(len(asked)), column[rows]] += np.exp(10 * cosines[np.arange(len(asked)), rows])
    found: Labels = names[votes.argmax(axis=1)]
    return found
