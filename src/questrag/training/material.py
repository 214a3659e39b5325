"""What the retriever learns from: entries with their ways to ask and their answers, questions, and conversations."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from random import Random

from questrag.chat.errors import Invalid
from questrag.evaluation.labelled import LabelledConversation, Query, read_any
from questrag.hinglish.lexicon import lexicon
from questrag.hinglish.noise import spelling_noise
from questrag.knowledge.base import read_knowledge
from questrag.knowledge.entry import Entry
from questrag.knowledge.report import plain
from questrag.retrieval.context import readings
from questrag.retrieval.text import FUNCTION_WORDS, entry_text, passage_text, query_text

_LEAST_KNOWN = 0.5
_LEANING = ("followup_covered", "followup_new", "clarify")
"""Turns that mean nothing without those before them, and something with the last ones."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One entry, as training sees it; or a topic of training questions that no entry answers."""

    id: str
    phrasings: tuple[str, ...]
    """At least two different ones, the entry's question first, in any of the three languages: pairs align them."""
    answer: str = ""
    """Empty: pairs with the whole entry are not drawn."""
    followups: tuple[str, ...] = ()
    """Questions together with those before them, as the search reads them."""


@dataclass(frozen=True, slots=True)
class Material:
    topics: tuple[Topic, ...]

    @property
    def version(self) -> str:
        """Content hash."""
        text = "\0".join(
            "\1".join((topic.id, *topic.phrasings, topic.answer, *topic.followups)) for topic in self.topics
        )
        return sha256(text.encode()).hexdigest()[:12]

    def pair(self, row: int, rng: Random, *, noise: float, answers: float, followups: float) -> tuple[str, str]:
        """Draw a question and what it has to come near to: another phrasing, or the whole entry.

        Args:
            noise: share of questions that are misspelt, in [0, 1]; each such has a quarter of its words changed.
            answers: share of pairs with the whole entry, in [0, 1], where there is one.
            followups: share of questions that come with those before them, in [0, 1], where there are some.
        """
        topic = self.topics[row]
        whole = rng.random() < answers and bool(topic.answer)
        leaning = rng.random() < followups and bool(topic.followups)
        question = rng.choice(topic.followups if leaning else topic.phrasings[1:])
        other = rng.choice([phrasing for phrasing in topic.phrasings if phrasing != question])
        if rng.random() < noise:
            question = spelling_noise(question, rng, share=0.25)
        key = entry_text(topic.phrasings[0], topic.answer) if whole else passage_text(other)
        return query_text(question), key


def read_material(kb: Path, held_out: frozenset[str], more: Iterable[Path] = ()) -> Material:
    """Read the entries that may be learned from, and what else there is to learn from.

    Args:
        held_out: ids of entries that are measured on.
        more: files of labelled questions, of conversations, or of further entries. What asks for an entry goes to it;
            questions that ask for ids that are not there make topics of their own. Their order does not matter.

    Raises:
        Invalid: there is too little to learn from, or it is not in a language that the reading knows; a line of a file
            cannot be read; a further entry has the id of another one.
    """
    knowledge, problems = read_knowledge(kb, None)
    if problems:
        raise Invalid(f"{problems[0]}; {len(problems)} problems in all, `questrag knowledge check` lists them")
    topics = {entry.id: _topic(entry) for entry in knowledge.entries}
    files = {path: read_any(path) for path in more}
    for path, file in files.items():
        for entry in file.entries:
            if entry.id in topics:
                raise Invalid(f"{path}: the id {entry.id} is taken by another entry: change one of them")
            topics[entry.id] = _topic(entry)
    _add_questions(topics, [query for file in files.values() for query in file.queries])
    _add_followups(topics, [each for file in files.values() for each in file.conversations])
    usable = tuple(topic for topic in topics.values() if len(topic.phrasings) > 1 and topic.id not in held_out)
    if len(usable) < 2:
        raise Invalid(
            f"{kb}: {len(usable)} of {len(topics)} entries are left to learn from after {len(held_out)} were held "
            "out; at least 2 with two different phrasings each are needed"
        )
    _require_known_language(kb, usable)
    return Material(usable)


def held_out(files: Iterable[Path]) -> frozenset[str]:
    """Return every entry that a file of labelled questions or conversations asks for, or that it holds.

    Raises:
        Invalid: a line of a file cannot be read.
    """
    ids: set[str] = set()
    for path in files:
        file = read_any(path)
        ids.update(entry.id for entry in file.entries)
        ids.update(id_ for query in file.queries for id_ in query.relevant)
        ids.update(id_ for each in file.conversations for turn in each.turns for id_ in turn.needs)
    return frozenset(ids)


def _topic(entry: Entry) -> Topic:
    return Topic(entry.id, _different(text for _, _, text in entry.phrasings()), entry.answer)


def _different(texts: Iterable[str]) -> tuple[str, ...]:
    """Leave out what differs from an earlier one in case and punctuation alone."""
    first: dict[str, str] = {}
    for text in texts:
        first.setdefault(plain(text), text)
    return tuple(first.values())


def _add_questions(topics: dict[str, Topic], queries: Sequence[Query]) -> None:
    """Let each question with one right entry go to it."""
    for id_, texts in _by_id((query.relevant, query.query) for query in queries).items():
        topic = topics.get(id_, Topic(id_, ()))
        topics[id_] = replace(topic, phrasings=_different([*topic.phrasings, *texts]))


def _add_followups(topics: dict[str, Topic], conversations: Sequence[LabelledConversation]) -> None:
    """Let each leaning turn go to the entry that it needs, in the readings that take in earlier questions."""
    leaning = []
    for conversation in conversations:
        asked = [turn.user for turn in conversation.turns]
        for place, turn in enumerate(conversation.turns):
            if turn.kind in _LEANING and place:
                leaning += [(turn.needs, text) for text in readings(turn.user, asked[:place])[1:]]
    for id_, texts in _by_id(leaning).items():
        if id_ in topics:
            topics[id_] = replace(topics[id_], followups=_different(texts))


def _by_id(asked: Iterable[tuple[frozenset[str], str]]) -> Mapping[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for ids, text in asked:
        if len(ids) == 1:  # of several entries, nobody knows which one the text is most like
            texts.setdefault(min(ids), []).append(text)
    return texts


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
