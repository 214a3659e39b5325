"""Finds the sections of a printed text, of which nothing is left but its lines.

Rules of thumb, on the safe side: a line that only might be a heading stays text, and no text is ever dropped.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from questrag.knowledge.chunks import Paragraph


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    page: int
    gap: bool = False
    """There is an empty line above it."""


@dataclass(frozen=True, slots=True)
class Section:
    headings: list[str]
    """From the outermost to its own."""
    paragraphs: list[Paragraph] = field(default_factory=list)

    @property
    def words(self) -> int:
        return sum(len(paragraph.text.split()) for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True)
class _Heading:
    kind: str
    """Headings of one kind are siblings; which kind lies within which shows in the order of the text."""
    number: int
    title: str
    """Empty for a numbered paragraph: it ends what is nested in the one before, and has no name."""
    raw: str
    page: int
    n_lines: int = 1


_LEAST_WORDS = 8
"""A section with less, such as a salutation, belongs to the one before."""

_END = re.compile(r"[.:;?!।][\"”’)]*$")
_ITEM = re.compile(
    r"(?:[•●▪■◦‣*–—-]|\(?(?:[A-Za-z]|[ivxl]{2,5}|[IVXL]{2,5}|\d{1,2}(?:\.\d{1,2}){0,3})[.)]|\d{1,2}(?:\.\d{1,2}){1,3})\s+\S"
)
_DECIMAL = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,3})[.)]?\s+(\S.*)")
_LETTER = re.compile(r"([A-Z])[.)]\s+(\S.*)")
_UNNUMBERED = ("title", "question")
_DIVISIONS = ("chapter", "part", "section", "annex", "annexure", "appendix", "schedule", "article")
_DIVISION = re.compile("(" + "|".join(_DIVISIONS) + r")\s+[-–]?\s*([\dIVXLA-Z]{1,5})\b[.:\s–-]*(.*)", re.IGNORECASE)
_ASKED = re.compile(r"(?:Q(?:ues(?:tion)?)?\s*\.?\s*\d*\s*[.:)-]|\(?\d{1,3}[.)])\s*", re.IGNORECASE)
_ANSWERED = re.compile(r"(?:A|Ans(?:wer)?)\s*[.:)-]\s*", re.IGNORECASE)


def sections(lines: Sequence[Line], title: str) -> list[Section]:
    """Return the sections in order; text above the first heading is under ``title``."""
    path: list[_Heading] = []
    found = [Section([title])]
    for block in _without_false_headings(list(_blocks(lines))):
        if isinstance(block, _Heading):
            around = _enclosing(path, block)
            if len(around) < len(path) and path[-1].title and not found[-1].paragraphs and len(found) > 1:
                found.pop()  # nothing stood below it, so it was text
                found[-1].paragraphs.append(Paragraph(path[-1].raw, path[-1].page))
            path = [*around, block]
            names = [heading.title for heading in path if heading.title] or [title]
            if names != found[-1].headings:
                found.append(Section(names))
        else:
            found[-1].paragraphs.append(block)
    return _without_tiny(found)


def _enclosing(path: list[_Heading], new: _Heading) -> list[_Heading]:
    ended = (depth for depth, heading in enumerate(path) if _ends(heading, new))
    return path[: next(ended, len(path))]


def _ends(old: _Heading, new: _Heading) -> bool:
    """Return whether ``old`` is over where ``new`` begins."""
    if old.kind in (new.kind, "question"):
        return True
    if new.kind in _DIVISIONS:
        return old.kind not in _DIVISIONS
    return new.kind.startswith("decimal") and old.kind.startswith("decimal") and old.kind > new.kind


def _without_false_headings(blocks: list[_Heading | Paragraph]) -> Iterator[_Heading | Paragraph]:
    """Turn headings without a text of their own back into text: a list has numbers too."""
    run: list[_Heading] = []
    for block in [*blocks, None]:
        if isinstance(block, _Heading) and block.title and (not run or run[-1].kind == block.kind):
            run.append(block)
            continue
        is_list = len(run) > 1 and run[0].kind not in _UNNUMBERED
        real = [] if is_list or block is None else run[-1:]
        yield from (Paragraph(heading.raw, heading.page) for heading in run[: len(run) - len(real)])
        yield from real
        run = []
        if isinstance(block, _Heading) and block.title:
            run = [block]
        elif block is not None:
            yield block


def _without_tiny(found: list[Section]) -> list[Section]:
    kept: list[Section] = []
    for section in found:
        if kept and section.words < _LEAST_WORDS:
            if section.paragraphs:
                first = section.paragraphs[0]
                kept[-1].paragraphs.append(Paragraph(section.headings[-1], first.place))
                kept[-1].paragraphs.extend(section.paragraphs)
        elif section.paragraphs:
            kept.append(section)
    return kept


def _blocks(lines: Sequence[Line]) -> Iterator[_Heading | Paragraph]:
    width = sorted(len(line.text) for line in lines)[len(lines) * 9 // 10] if lines else 0
    known = {word for line in lines for word in re.findall(r"[^\W\d_]+", line.text.lower())}
    text, page = "", 0
    outer = 0  # number of the last numbered paragraph or heading
    asked = False
    at = 0
    while at < len(lines):
        heading = _heading(lines, at, width, outer, asked)
        line = lines[at]
        if heading or _starts_paragraph(lines, at, width):
            if text:
                yield Paragraph(text, page)
            text, page = "", line.page
        if heading:
            yield heading
            outer = heading.number if heading.kind == "decimal 1" else outer
            at += heading.n_lines
            if not heading.title:
                text = heading.raw
        else:
            said = _ANSWERED.sub("", line.text, count=1) if asked else line.text
            text = _joined(text, said, known)
            at += 1
        asked = heading is not None and heading.kind == "question"
    if text:
        yield Paragraph(text, page)


def _heading(lines: Sequence[Line], at: int, width: int, outer: int, asked: bool) -> _Heading | None:
    if asked:
        return None  # below a question stands its answer, whatever it looks like
    return _question(lines, at, width) or _numbered(lines, at, width, outer) or _titled(lines, at, width)


def _question(lines: Sequence[Line], at: int, width: int) -> _Heading | None:
    """A question that begins where a paragraph may begin, over up to three lines."""
    first = lines[at].text
    if not (_ASKED.match(first) or (first[:1].isupper() and _ends_above(lines, at, width))):
        return None
    raw = ""
    for count, line in enumerate(lines[at : at + 3], start=1):
        raw = f"{raw} {line.text}".strip()
        if line.text.endswith("?"):
            title = _ASKED.sub("", raw, count=1)
            whole = len(raw) <= 300 and not re.search(r"[.!?]\s+[A-Z]", title[:-1])
            return _Heading("question", 0, title, raw, lines[at].page, count) if whole and title else None
        if _END.search(line.text) or len(line.text) < width * 0.6:
            return None
    return None


def _numbered(lines: Sequence[Line], at: int, width: int, outer: int) -> _Heading | None:
    line = lines[at]
    if match := _DIVISION.match(line.text):
        title = match[3].strip() or line.text
        if line.text[0].isupper() and _is_short(lines, at, width) and title[0].isupper():
            return _Heading(match[1].lower(), 0, title, line.text, line.page)
    if match := _LETTER.match(line.text):
        if _is_short(lines, at, width) and match[2][0].isupper():
            return _Heading("letter", 0, match[2], line.text, line.page)
    elif (match := _DECIMAL.match(line.text)) and match[2][0].isupper():
        depth, number = match[1].count(".") + 1, int(match[1].split(".")[0])
        if _is_short(lines, at, width):
            return _Heading(f"decimal {depth}", number, match[2].rstrip(":"), line.text, line.page)
        if depth == 1 and number in ({outer + 1} if outer else {1, 2}):
            return _Heading("decimal 1", number, "", line.text, line.page)
    return None


def _titled(lines: Sequence[Line], at: int, width: int) -> _Heading | None:
    text = lines[at].text
    words = re.findall(r"[^\W\d_]{4,}", text)
    digits = sum(char.isdigit() for char in text)
    if not words or len(text.split()) < 2 or digits * 4 > len(text) or not text[0].isupper() or text.endswith(":"):
        return None
    if len(text) > width * 0.75 or not _is_short(lines, at, width) or not _ends_above(lines, at, width):
        return None
    if sum(word[0].isupper() for word in words) < 0.75 * len(words):
        return None
    return _Heading("title", 0, text, text, lines[at].page)


def _is_short(lines: Sequence[Line], at: int, width: int) -> bool:
    """Return whether a line ends before the margin and is not carried on in the next one."""
    text = lines[at].text
    below = lines[at + 1].text if at + 1 < len(lines) else ""
    if len(text) > 90 or len(text.split()) > 14 or text.endswith((".", ",", ";", "-", "–")):
        return False
    if text.endswith(":") and len(text.split()) > 7:
        return False
    if below[:1].islower() and not _ITEM.match(below):
        return False
    return len(text) < width * 0.8 or _ITEM.match(below) is not None or len(text) < 60


def _ends_above(lines: Sequence[Line], at: int, width: int) -> bool:
    """Return whether something new may begin here."""
    if at == 0 or lines[at].gap:
        return True
    above = lines[at - 1].text
    return _END.search(above) is not None or len(above) < width * 0.75


def _starts_paragraph(lines: Sequence[Line], at: int, width: int) -> bool:
    if at == 0 or _ITEM.match(lines[at].text):
        return True
    above = lines[at - 1].text
    if _END.search(above) is None:
        return lines[at].gap and len(above) < width * 0.75
    return lines[at].gap or len(above) < width * 0.8


def _joined(text: str, more: str, known: set[str]) -> str:
    """Carry a line on; a word that was divided at the margin becomes one again when it occurs whole elsewhere.

    >>> _joined("an e-", "document", {"document"}), _joined("a busi-", "ness", {"business"})
    ('an e-document', 'a business')
    """
    if not text:
        return more
    divided = re.search(r"([^\W\d_]+)-$", text)
    following = re.match(r"[^\W\d_]+", more)
    if not divided or not following or following[0] in ("and", "or", "to"):
        return f"{text} {more}"
    whole = (divided[1] + following[0]).lower() in known
    return (text[:-1] if whole else text) + more
