"""PDF, section by section: what was printed becomes headings, paragraphs and pieces of a readable length."""

import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from pypdf import PdfReader
from pypdf.errors import DependencyError, DeprecationError, PyPdfError

from questrag.knowledge.chunks import Chunk, chunks
from questrag.knowledge.documents import question_of, title_of, without_title
from questrag.knowledge.headings import Line, sections
from questrag.knowledge.sources import Bad, Found, Note, Reading, Source

# What a damaged file can raise inside the parser.
_DAMAGE = (
    PyPdfError,
    DependencyError,
    DeprecationError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RecursionError,
    NotImplementedError,
)


def read_pdf(source: Source) -> Reading:
    """Read each numbered or titled section; running heads, page numbers and unreadable lines are left out."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what its warnings mean for the reader is said below
    pages: list[list[str]] = []
    damaged = False
    for item in _pages(source):
        if isinstance(item, Bad):
            damaged = True
            yield item
        else:
            pages.append(item)
    if not any(pages):
        if not damaged:
            yield Bad("holds no text, only images or nothing: run it through text recognition (OCR) first")
        return
    if empty := [str(number) for number, page in enumerate(pages, start=1) if not page]:
        yield Note(f"no text on page{'s' if len(empty) > 1 else ''} {', '.join(empty)}")
    lines, left_out = _body(pages)
    for why, times in left_out.items():
        yield Note(f"{times} line{'s' if times > 1 else ''} left out: {why}")
    yield from _entries(source, lines)


def _entries(source: Source, lines: Sequence[Line]) -> Iterator[Found]:
    found = sections(lines, title_of(source.path))
    named = without_title([section.headings for section in found])
    for section, headings in zip(found, named, strict=True):
        parts = chunks(section.paragraphs)
        for number, part in enumerate(parts, start=1):
            yield Found(
                {
                    "question": question_of(headings, number, len(parts)),
                    "answer": part.text,
                    "source": f"{source.name}, {_pages_of(part)}",
                },
                within=f"page {part.first}",
            )


def _pages_of(part: Chunk) -> str:
    return f"page {part.first}" if part.first == part.last else f"pages {part.first}-{part.last}"


def _pages(source: Source) -> Iterator[list[str] | Bad]:
    """Yield the lines of each page; an empty list is a page without text."""
    with source.path.open("rb") as file:
        try:
            reader = PdfReader(file)
            if reader.is_encrypted and not reader.decrypt(""):
                yield Bad("is encrypted: save a copy that opens without a password")
                return
            total = len(reader.pages)
        except DependencyError:
            yield Bad("is encrypted: save a copy that opens without a password")
            return
        except _DAMAGE as error:
            what = "is cut off" if _is_cut_off(source.path) else "is damaged, or not a PDF"
            yield Bad(f"{what} ({_brief(error)}): download or export it again")
            return
        if _is_cut_off(source.path):
            yield Bad(f"is cut off: only {total} page{'s' if total != 1 else ''} could be found, export it again")
        for number in range(total):
            try:
                yield _clean(reader.pages[number].extract_text())
            except _DAMAGE as error:
                yield Bad(f"page {number + 1} is damaged ({_brief(error)}): export the file again")
                yield []
            source.progress(number + 1, total)


def _brief(error: BaseException) -> str:
    return " ".join(str(error).split())[:100] or type(error).__name__


def _is_cut_off(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 2048))
        return b"%%EOF" not in file.read()


_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "\u00ad": "", "\uf0b7": "•"})


def _clean(text: str) -> list[str]:
    """Return the lines with single spaces; none at all when nothing is on the page."""
    text = re.sub(r"[^\S\n]+|[\x00-\x09\x0b-\x1f\x7f]+", " ", text.translate(_LIGATURES))
    text = re.sub(r"(?<=[^\W\d_]) -(?=[^\W\d_])", "-", text)  # "real -time" is an artefact of justified text
    lines = [line.strip() for line in text.split("\n")]
    return lines if any(lines) else []


_EDGE_LINES = 3
_PAGE_NUMBER = re.compile(
    r"(?:page\s*)?[-–(\[]?\s*(?:\d{1,4}|[ivxl]{1,6})\s*(?:(?:of|/)\s*\d{1,4})?\s*[-–)\]]?", re.IGNORECASE
)
_CONTENTS = re.compile(r".*\.{4,}\s*\d+|.*(?:\. ){4,}\s*\d+|(?:table of )?contents", re.IGNORECASE)


def _body(pages: Sequence[Sequence[str]]) -> tuple[list[Line], Counter[str]]:
    """Return the lines that are text, and how many are not, by what they are."""
    left_out: Counter[str] = Counter()
    body: list[Line] = []
    for number, (page, frame) in enumerate(zip(pages, _frames(pages), strict=True), start=1):
        gap = False
        for index, text in enumerate(page):
            why = "running head or page number" if index in frame else _why_not(text)
            if why:
                left_out[why] += 1
            elif text:
                body.append(Line(text, number, gap))
            gap = not text or bool(why)
    return body, left_out


def _why_not(text: str) -> str:
    if "\ufffd" in text and text.count("\ufffd") * 33 > len(text):
        return "characters that the PDF does not define"
    return "table of contents" if len(text) < 300 and _CONTENTS.fullmatch(text) else ""


def _frames(pages: Sequence[Sequence[str]]) -> list[set[int]]:
    """Return for each page which lines at its top and bottom do not belong to the text.

    Those are page numbers, what stands there on at least half of the pages, and a head with a number that
    the page before or after has too, with another number.
    """
    edges = [_edges(page) for page in pages]
    texts = [{page[index] for index in edge} for page, edge in zip(pages, edges, strict=True)]
    shapes = [{_shape(text): text for text in found} for found in texts]
    common = Counter(shape for found in shapes for shape in found)
    least = max(2, (len(pages) + 1) // 2)

    def in_frame(page: int, text: str) -> bool:
        shape = _shape(text)
        beside = [shapes[other].get(shape, text) for other in (page - 1, page + 1) if 0 <= other < len(pages)]
        numbered = any(other != text for other in beside)
        return common[shape] >= least or numbered or _PAGE_NUMBER.fullmatch(text) is not None

    return [{index for index in edge if in_frame(page, pages[page][index])} for page, edge in enumerate(edges)]


def _edges(page: Sequence[str]) -> list[int]:
    filled = [index for index, text in enumerate(page) if text]
    return [*filled[:_EDGE_LINES], *filled[-_EDGE_LINES:]]


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", text.lower())
