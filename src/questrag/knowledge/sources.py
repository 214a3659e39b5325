"""What all readers of files share: how they are opened, and what they yield."""

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

from questrag.progress import Progress


@dataclass(frozen=True, slots=True)
class Found:
    """A question and answer as a file has them, under the names of docs/formats.md, not yet checked."""

    fields: Mapping[str, object]
    line: int | None = None
    within: str = ""
    """Place inside a document that is no list of lines, such as ``faqs[3]``."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A part of a file that holds no usable question and answer, and what to do about it."""

    message: str
    line: int | None = None
    field: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something the reader decided by itself and a person may want to know; nothing is wrong."""

    message: str


Reading = Iterator[Found | Bad | Note]


@dataclass(frozen=True, slots=True)
class Source:
    """A file that is being imported."""

    path: Path
    progress: Progress

    @property
    def name(self) -> str:
        return self.path.name

    def lines(self, encoding: str) -> Iterator[str]:
        """Yield the lines with their ends as they are.

        A byte that is not of this encoding becomes a lone surrogate, which no entry may hold: so it is
        found, and named with its field, where entries are checked.
        """
        total = self.path.stat().st_size
        with self.path.open("rb") as raw, TextIOWrapper(raw, encoding, _on_error(encoding), newline="") as file:
            for number, line in enumerate(file):
                if number % 500 == 0:
                    self.progress(raw.tell(), total)
                yield line
        self.progress(total, total)

    def text(self, encoding: str) -> str:
        """Return all of it, with ``\\n`` at the end of each line."""
        return "".join(self.lines(encoding)).replace("\r\n", "\n").replace("\r", "\n")


def encoding_of(path: Path) -> tuple[str, Note | None]:
    """Return the encoding of a text file, and a note when it had to be guessed.

    UTF-8 unless it cannot be; a file in which most of the bytes beyond ASCII are UTF-8 is that, with errors.
    """
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16", None
    wrong, right = _beyond_ascii(path)
    if wrong <= right:
        return "utf-8-sig", None
    return "cp1252", Note("is not UTF-8 and was read as Windows-1252: check letters with accents, and currency signs")


def _beyond_ascii(path: Path) -> tuple[int, int]:
    """Count the bytes that are not UTF-8, and the characters that are and that ASCII does not have."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    wrong = right = 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            text = decoder.decode(chunk)
            if not text.isascii():
                escaped = sum("\udc80" <= char <= "\udcff" for char in text)
                wrong += escaped
                right += len(text) - len(text.encode("ascii", "ignore")) - escaped
    return wrong, right


def _on_error(encoding: str) -> str:
    return "surrogateescape" if encoding == "utf-8-sig" else "replace"
