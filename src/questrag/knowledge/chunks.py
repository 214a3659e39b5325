"""Cuts running text into pieces that can be found and read on their own."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

LEAST_WORDS = 150
MOST_WORDS = 250


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    place: int
    """Page or line on which it starts."""
    above: str = "\n"
    """What stands between it and the text before."""
    verbatim: bool = False
    """A line of a table or a program, whose spaces mean something."""


@dataclass(frozen=True, slots=True)
class Chunk:
    text: str
    first: int
    """Place of its first paragraph, and of its last."""
    last: int


_SENTENCE_END = re.compile(r"[.!?।][\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9\u0900-\u097F])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[A-Z]|[ivx]+|[a-z]|\d{1,2}|No|Nos|Rs|Re|Dr|Mr|Mrs|Ms|Shri|Smt|St|Sr|Jr|vs|viz|cf|etc|Sec|Art|para|Ltd|"
    r"Pvt|Co|approx|(?:[A-Za-z]\.)+[A-Za-z])\.$"
)


def sentences(text: str) -> list[str]:
    """Split a paragraph into sentences; an abbreviation or a list number does not end one.

    >>> sentences("Pay Rs. 50 under G.S.R. 582(E). Ask Dr. S. Kar. Done?")
    ['Pay Rs. 50 under G.S.R. 582(E).', 'Ask Dr. S. Kar.', 'Done?']
    """
    ends = [
        m.end()
        for m in _SENTENCE_END.finditer(text)
        if not _ABBREVIATION.search(text[max(0, m.start() - 12) : m.start() + 1])
    ]
    return [part for start, end in pairwise([0, *ends, len(text)]) if (part := text[start:end].strip())]


def chunks(paragraphs: Sequence[Paragraph]) -> list[Chunk]:
    """Cut into parts of about equal size, none above `MOST_WORDS`, at the ends of sentences.

    What is not longer than that stays whole; a single sentence that is gets cut between words.
    """
    pieces = [piece for paragraph in paragraphs for piece in _pieces(paragraph)]
    total = sum(piece.words for piece in pieces)
    if not pieces:
        return []
    wanted = total / max(ceil(total / MOST_WORDS), round(2 * total / (LEAST_WORDS + MOST_WORDS)))
    groups: list[list[_Piece]] = [[]]
    words = 0
    for piece in pieces:
        if groups[-1] and (words + piece.words > MOST_WORDS or words + piece.words / 2 > wanted):
            groups.append([])
            words = 0
        groups[-1].append(piece)
        words += piece.words
    return [_chunk(group) for group in groups]


@dataclass(frozen=True, slots=True)
class _Piece:
    above: str
    text: str
    words: int
    place: int


def _pieces(paragraph: Paragraph) -> Iterator[_Piece]:
    above = paragraph.above
    for sentence in [paragraph.text] if paragraph.verbatim else sentences(paragraph.text):
        words = sentence.split(" ")
        for start in range(0, len(words), MOST_WORDS):
            text = " ".join(words[start : start + MOST_WORDS])
            yield _Piece(above, text, len(text.split()), paragraph.place)
            above = " "


def _chunk(group: Sequence[_Piece]) -> Chunk:
    text = "".join(piece.above + piece.text for piece in group)
    return Chunk(text.strip("\n "), group[0].place, group[-1].place)
