"""Policies with two actions: everything that was found, or nothing new. As in arXiv 2401.06800, and a simpler one."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
from tokenizers import Tokenizer

from questrag.artifacts import Artifact, open_artifact
from questrag.chat.errors import ArtifactError
from questrag.chat.types import Action, Decision, Hit, Reason, TurnState
from questrag.policy.state import STATE_FEATURES, state_features, state_text

LABELS = (Action.FETCH, Action.NO_FETCH)
"""Order of a model's outputs; a model that was made with another one is refused."""

FEW_FEATURES = ("p1", "lead", "kept p1", "kept is best", "cited last", "nothing else", "n past", "small talk", "one")
"""What the logistic regression reads of `policy.state.STATE_FEATURES`."""


@dataclass(frozen=True, slots=True)
class TwoWay:
    """Fetches all hits, or nothing and keeps what the last answer drew on."""

    p_fetch: Callable[[TurnState], float]
    """Probability that passages have to be fetched."""
    version: str
    confidence: float = 0.7
    """A model less sure of a skip than this fetches."""

    def decide(self, state: TurnState) -> Decision:
        fetch = 1 - self.p_fetch(state) < self.confidence
        if fetch:
            return Decision(Action.FETCH, 1.0, Reason.POLICY, self.version, state.hits)
        kept = tuple(Hit(kept.passage, kept.score) for kept in state.live if kept.cited == 1)
        return Decision(Action.NO_FETCH, 0.0, Reason.POLICY, self.version, keep=kept)


def open_logistic(folder: Path, *, encoder: str, confidence: float) -> TwoWay:
    """Open a logistic regression on few features. Raises: ArtifactError."""
    artifact = _open(folder, encoder)
    try:
        read = json.loads(artifact.path("logistic.json").read_text(encoding="utf-8"))
        weights = np.array([read[name] for name in FEW_FEATURES], dtype=np.float32)
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise ArtifactError(f"{folder} holds no logistic policy ({error}): run `questrag train two-way`") from error
    columns = [STATE_FEATURES.index(name) for name in FEW_FEATURES]

    def p_fetch(state: TurnState) -> float:
        return float(1 / (1 + np.exp(-float(state_features(state)[columns] @ weights))))

    return TwoWay(p_fetch, f"logistic@{artifact.fingerprint}", confidence)


def open_bert(folder: Path, *, encoder: str, confidence: float) -> TwoWay:
    """Open a BERT that reads `policy.state.state_text`. Raises what `open_reader` raises."""
    read, version = open_reader(folder, encoder)
    return TwoWay(lambda state: read(state_text(state)), version, confidence)


def open_reader(folder: Path, encoder: str) -> tuple[Callable[[str], float], str]:
    """Return what gives the probability to fetch of a text, and its version.

    Raises:
        ArtifactError: the folder is not intact, was made for another encoder's probabilities, or has its outputs in
            another order.
    """
    artifact = _open(folder, encoder)
    if artifact.info.get("labels") != ",".join(LABELS):
        raise ArtifactError(
            f"{folder} has its outputs in the order {artifact.info.get('labels')}, not {','.join(LABELS)}: "
            "run `questrag train two-way`"
        )
    try:
        tokenizer = Tokenizer.from_file(str(artifact.path("tokenizer.json")))
        tokenizer.no_padding()  # the mask below says that every token is one
        tokenizer.enable_truncation(artifact.number("max_tokens"))
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        session = ort.InferenceSession(str(artifact.path("model.onnx")), options, providers=["CPUExecutionProvider"])
    except ArtifactError:
        raise
    except Exception as error:
        raise ArtifactError(f"{folder} cannot be run: {error}") from error

    def p_fetch(text: str) -> float:
        encoded = tokenizer.encode(text)
        ids = np.array([encoded.ids], dtype=np.int64)
        (p,) = session.run(["p"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        return float(p[0, LABELS.index(Action.FETCH)])

    return p_fetch, f"{artifact.info.get('name', 'bert')}@{artifact.fingerprint}"


def _open(folder: Path, encoder: str) -> Artifact:
    artifact = open_artifact(folder, "policy")
    artifact.require_encoder(encoder, again="questrag train two-way")
    return artifact
