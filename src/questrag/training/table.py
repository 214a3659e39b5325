"""The reward table: every turn with every passage that could have been shown, judged once and kept."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from hashlib import sha256
from inspect import getsource
from pathlib import Path
from typing import Any, Self
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from questrag.chat import prompt
from questrag.chat.errors import Invalid
from questrag.chat.ports import Policy
from questrag.chat.turn import Assistant
from questrag.chat.types import MOST_LIVE, Hit
from questrag.evaluation.judge import by_evidence
from questrag.evaluation.labelled import LabelledConversation
from questrag.evaluation.play import Played, play
from questrag.policy import state as state_module
from questrag.policy.state import (
    Candidate,
    candidates,
    cost_of,
    passage_features,
    protected,
    state_features,
    state_text,
)
from questrag.progress import Progress

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

WIDEST = 10 + MOST_LIVE
"""Passages that a turn can choose from: ten hits, and eight of earlier prompts."""

_CHUNK = 50


@dataclass(frozen=True, slots=True)
class Table:
    """Turns as arrays; the outcome of every action can be read off, because what a passage costs and whether it is
    right does not depend on what stands beside it."""

    state: Floats
    """``(n, len(STATE_FEATURES))``."""
    passage: Floats
    """``(n, WIDEST, len(PASSAGE_FEATURES) * len(LEANINGS))``; 0 where there is none."""
    there: Bools
    """``(n, WIDEST)``: there is such a passage."""
    live: Bools
    """``(n, WIDEST)``: it was in an earlier prompt."""
    right: Bools
    """``(n, WIDEST)``: the judge holds that it answers the turn."""
    needs: Bools
    """``(n,)``: some entry answers the turn, here or not."""
    must: npt.NDArray[np.int64]
    """``(n,)``: the place of the passage that is always shown, see `policy.state.protected`; -1: none."""
    cost: Floats
    """``(n, WIDEST)``: what the policy takes each for, `policy.state.cost_of`."""
    vector: Floats
    """``(n, dim)``, of the question."""
    tokens: Floats
    """``(n, WIDEST)``: prompt tokens that each adds."""
    bare: Floats
    """``(n,)``: prompt tokens without any passage."""
    always_tokens: Floats
    """``(n,)``: prompt tokens of the usual design."""
    always_right: Bools
    """``(n,)``: what the usual design shows answers the turn, or nothing is needed."""
    text: npt.NDArray[np.str_]
    """``(n,)``: `policy.state.state_text`."""
    conversation: npt.NDArray[np.str_]
    """``(n,)``."""
    kind: npt.NDArray[np.str_]
    """``(n,)``."""

    def __len__(self) -> int:
        return len(self.needs)

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        return cls(**{each.name: np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(cls)})


def play_table(
    assistant: Assistant,
    conversations: Sequence[LabelledConversation],
    behaviour: Policy,
    work: Path,
    *,
    progress: Progress | None = None,
) -> Table:
    """Play every conversation, and judge every passage that each turn could have shown by exact evidence.

    Finished parts are kept in ``work``, and an interrupted run goes on after them.

    Args:
        behaviour: decides during the play, and so what earlier prompts showed.

    Raises:
        Invalid: ``work`` holds a table of other conversations, another knowledge base, search or behaviour.
    """
    _claim(work, _identity(assistant, conversations, behaviour))
    parts = []
    for start in range(0, len(conversations), _CHUNK):
        kept = work / f"{start:06}.npz"
        if not kept.exists():
            rows = [
                _row(assistant, played)
                for each in conversations[start : start + _CHUNK]
                for played in play(assistant, each, lambda turn: behaviour)
            ]
            _write(kept, rows)
        parts.append(_read(kept))
        if progress:
            progress(min(start + _CHUNK, len(conversations)), len(conversations))
    return Table.joined(parts)


def _row(assistant: Assistant, played: Played) -> dict[str, Any]:
    state, needs = played.state, played.turn.needs
    pool, about = candidates(state)[:WIDEST], state_features(state)
    bare = assistant.tokens_of(state, ())
    must = protected(state)
    usual = {hit.passage.id for hit in state.hits}

    def filled(values: Sequence[float] | Floats, dtype: type) -> npt.NDArray[np.generic]:
        shape = (WIDEST, *np.shape(values)[1:])
        padded = np.zeros(shape, dtype=dtype)
        padded[: len(pool)] = values
        return padded

    def cost(each: Candidate) -> int:
        return assistant.tokens_of(state, (Hit(each.passage, each.score),)) - bare

    features = passage_features(state, pool, about)
    return {
        "state": about,
        "passage": filled(features, np.float32),
        "there": np.arange(WIDEST) < len(pool),
        "live": filled([each.kept is not None for each in pool], np.bool_),
        "right": filled([each.passage.id in needs for each in pool], np.bool_),
        "needs": bool(needs),
        "must": next((i for i, each in enumerate(pool) if each.passage.id == must), -1),
        "cost": filled([cost_of(each.passage, state.lang) for each in pool], np.float32),
        "vector": np.array(state.vector, dtype=np.float32),
        "tokens": filled([cost(each) for each in pool], np.float32),
        "bare": bare,
        "always_tokens": assistant.always(state).tokens(assistant.tokens),
        "always_right": by_evidence(needs, usual) == "good",
        "text": state_text(state),
        "conversation": played.conversation,
        "kind": played.turn.kind,
    }


def _write(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    dim = max(np.size(row["vector"]) for row in rows)  # the reply to a question back has none
    for row in rows:
        row["vector"] = np.resize(row["vector"], dim) if np.size(row["vector"]) else np.zeros(dim, np.float32)
    arrays = {each.name: np.array([row[each.name] for row in rows]) for each in fields(Table)}
    partial = path.with_suffix(".partial.npz")
    np.savez_compressed(partial, **arrays)  # type: ignore[arg-type]
    partial.rename(path)


def _read(path: Path) -> Table:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return Table(**{each.name: arrays[each.name] for each in fields(Table)})
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise Invalid(f"{path} is not a part of a reward table ({error}): remove it, and it is made again") from error


def _identity(assistant: Assistant, conversations: Sequence[LabelledConversation], behaviour: Policy) -> dict[str, str]:
    said = [(each.id, [(turn.user, sorted(turn.needs), turn.kind) for turn in each.turns]) for each in conversations]
    told = sha256(json.dumps(said).encode()).hexdigest()[:12]
    return {
        "knowledge": assistant.knowledge.version,
        "encoder": assistant.retriever.encoder_version,
        "index": assistant.retriever.index_version,
        "behaviour": behaviour.version,
        "conversations": told,
        "features": sha256(getsource(state_module).encode()).hexdigest()[:12],
        "prompt": f"{prompt.VERSION}, {assistant.tokens.name}",
        "passages": f"{assistant.k}+{assistant.further}, {assistant.live_turns} turns",
    }


def _claim(work: Path, identity: dict[str, str]) -> None:
    """Mark the folder as this table's, or find that it is.

    Raises:
        Invalid: it is another table's.
    """
    work.mkdir(parents=True, exist_ok=True)
    note = work / "table.json"
    try:
        found = json.loads(note.read_text(encoding="utf-8")) if note.exists() else identity
    except ValueError as error:
        raise Invalid(f"{note} cannot be read ({error}): remove the folder, and the table is made again") from error
    differs = [name for name in identity if found.get(name) != identity[name]]
    if differs:
        what = ", ".join(f"{name} {found.get(name)} instead of {identity[name]}" for name in differs)
        raise Invalid(f"{work} holds the reward table of another run ({what}): remove it, or name another --work")
    note.write_text(json.dumps(identity, indent=2) + "\n", encoding="utf-8")
