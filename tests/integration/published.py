"""A small knowledge base in files, with what curators published over it."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from questrag.chat.desk import GoldenQuestion, Revision, Stage, revision_id
from questrag.chat.ports import Desk
from questrag.knowledge.entry import Entry

BLOCK = Entry(id="block", question="How do I block my card?", answer="Open the app and tap Block.", category="cards")
BRANCH = Entry(id="branch", question="Where is the branch?", answer="At the market.", category="branches")
LOCKER = Entry(id="locker", question="What does a locker cost?", answer="2,000 rupees a year.", category="lockers")
THIEF = Entry(
    id="thief", question="How do I block my lost card?", answer="Call 1800 000 0000 at once.", category="cards"
)
"""Asks almost what `BLOCK` asks, and so comes first for a lost card."""
LOST = "how do I block my lost card"

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass
class Clock:
    at: datetime = field(default=START)

    def __call__(self) -> datetime:
        return self.at

    def go(self, **by: float) -> None:
        self.at += timedelta(**by)


async def becomes(wanted: Callable[[], bool]) -> None:
    for _ in range(2000):
        if wanted():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never came to that")


def write(path: Path, *entries: Entry) -> None:
    path.write_text("".join(entry.to_json() + "\n" for entry in entries), encoding="utf-8")


def a_knowledge_base(folder: Path, *entries: Entry) -> Path:
    path = folder / "kb"
    path.mkdir()
    write(path / "cards.jsonl", *(entries or (BLOCK, BRANCH, LOCKER)))
    return path


def a_golden_file(folder: Path, **relevant: str) -> Path:
    path = folder / "golden.jsonl"
    lines = [{"query": query.replace("_", " "), "relevant": [entry_id]} for query, entry_id in relevant.items()]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def saying(entry: Entry, answer: str) -> Entry:
    return replace(entry, answer=answer)


async def publish(
    desk: Desk, entry: Entry, number: int = 1, *, from_: datetime = START, retires: bool = False
) -> Revision:
    revision = Revision(
        id=revision_id(entry.id, number),
        entry_id=entry.id,
        number=number,
        line=entry.to_json(),
        created_at=START,
        changed_at=START,
        author="asha",
        stage=Stage.PUBLISHED,
        approved_by="ravi",
        approved_at=START,
        effective_from=from_,
        retires=retires,
    )
    await desk.add(revision)
    return revision


async def keep(desk: Desk, question: str, entry_id: str) -> GoldenQuestion:
    golden = GoldenQuestion(
        id=f"keep-{entry_id}", created_at=START, question=question, lang="en", relevant=(entry_id,), author="asha"
    )
    await desk.add(golden)
    return golden
