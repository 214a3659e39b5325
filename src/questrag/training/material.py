"""What the retriever learns from: entries, each with its ways to ask and its answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random

from questrag.chat.errors import Invalid
from questrag.evaluation.labelled import read_conversations, read_queries
from questrag.hinglish.lexicon import lexicon
from questrag.hinglish.noise import spelling_noise
from questrag.knowledge.base import read_knowledge
from questrag.knowledge.entry import Entry
from questrag.knowledge.report import plain
from questrag.retrieval.text import FUNCTION_WORDS, entry_text, passage_text, query_text

_LEAST_KNOWN = 0.5


@dataclass(frozen=True, slots=True)
class Topic:
    """One entry, as training sees it."""

    id: str
    phrasings: tuple[str, ...]
    """At least two different ones, the entry's question first, in any of the three languages: pairs align them."""
    answer: str


@dataclass(frozen=True, slots=True)
class Material:
    topics: tuple[Topic, ...]

    @property
    def version(self) -> str:
        """Content hash."""
        text = "\0".join("\1".join((topic.id, *topic.phrasings, topic.answer)) for topic in self.topics)
        return sha256(text.encode()).hexdigest()[:12]

    def pair(self, row: int, rng: Random, *, noise: float, answers: float) -> tuple[str, str]:
        """Draw a question and what it has to come near to: another phrasing, or the whole entry.

        Args:
            noise: share of questions that are misspelt, in [0, 1]; each such has a quarter of its words changed.
            answers: share of pairs with the whole entry, in [0, 1].
        """
        topic = self.topics[row]
        whole = rng.random() < answers
        question = rng.choice(topic.phrasings[1:])
        other = rng.choice([phrasing for phrasing in topic.phrasings if phrasing != question])
        if rng.random() < noise:
            question = spelling_noise(question, rng, share=0.25)
        key = entry_text(topic.phrasings[0], topic.answer) if whole else passage_text(other)
        return query_text(question), key


def read_material(kb: Path, held_out: frozenset[str]) -> Material:
    """Read the entries that may be learned from.

    Args:
        held_out: ids of entries that are measured on.

    Raises:
        Invalid: there is too little to learn from, or it is not in a language that the reading knows.
    """
    knowledge, problems = read_knowledge(kb, None)
    if problems:
        raise Invalid(f"{problems[0]}; {len(problems)} problems in all, `questrag knowledge check` lists them")
    topics = [_topic(entry) for entry in knowledge.entries if entry.id not in held_out]
    usable = tuple(topic for topic in topics if len(topic.phrasings) > 1)
    if len(usable) < 2:
        raise Invalid(
            f"{kb}: {len(usable)} of {len(knowledge)} entries are left to learn from after {len(held_out)} were held "
            "out; at least 2 with two different phrasings each are needed"
        )
    _require_known_language(kb, usable)
    return Material(usable)


def held_out(files: Iterable[Path]) -> frozenset[str]:
    """Return every entry that a file of labelled queries or conversations asks for.

    Raises:
        Invalid: a line of a file cannot be read.
    """
    ids: set[str] = set()
    for path in files:
        queries, bad = read_queries(path)
        if bad:
            conversations, bad = read_conversations(path)
            ids.update(id_ for each in conversations for turn in each.turns for id_ in turn.needs)
        if bad:
            raise Invalid(f"{bad[0]}: neither a query nor a conversation")
        ids.update(id_ for query in queries for id_ in query.relevant)
    return frozenset(ids)


def _topic(entry: Entry) -> Topic:
    phrasings = {plain(text): text for _, _, text in entry.phrasings()}
    return Topic(entry.id, tuple(phrasings.values()), entry.answer)


def _require_known_language(kb: Path, topics: Sequence[Topic]) -> None:
    texts = [text for topic in topics for text in topic.phrasings]
    known = sum(_known(text) for text in texts)
    if known < _LEAST_KNOWN * len(texts):
        raise Invalid(
            f"{kb}: only {known} of {len(texts)} phrasings hold a common word of English, Hinglish or Hindi; "
            "the encoder reads no other language, so translate the questions first"
        )


def _known(text: str) -> bool:
    words = text.lower().replace("?", " ").split()
    return any(word in FUNCTION_WORDS or lexicon().listed(word) for word in words)
