"""Markdown, section by section, and question-answer pairs in the .qna format."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from questrag.chat.language import language_of
from questrag.knowledge.chunks import Paragraph, chunks
from questrag.knowledge.report import content_words
from questrag.knowledge.sources import Bad, Found, Reading, Source, encoding_of

_FRONT_MATTER = re.compile(r"\A---\n.*?\n(?:---|\.\.\.)\n", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def read_markdown(source: Source) -> Reading:
    """Read each section as an answer; its heading, with those above it, is the question.

    Long sections are cut at the ends of sentences.
    """
    encoding, note = encoding_of(source.path)
    if note:
        yield note
    text = _without_comments(_FRONT_MATTER.sub(_blank, source.text(encoding)))
    sections = [(path, parts) for path, block in _sections(text, title_of(source.path)) if (parts := chunks(block))]
    named = without_title([path for path, _ in sections])
    for (path, parts), headings in zip(sections, named, strict=True):
        for number, part in enumerate(parts, start=1):
            yield Found(
                {
                    "question": question_of(headings, number, len(parts)),
                    "answer": part.text,
                    "source": f"{source.name}, {' > '.join(path)}"[:2000],
                },
                part.first,
            )
    if not sections:
        yield Bad("holds no text below a heading")


def without_title(paths: Sequence[list[str]]) -> list[list[str]]:
    """Leave out the one heading above all others where it adds nothing to those below it.

    >>> without_title([["FAQ", "Who can apply?"], ["FAQ", "Fees"]])
    [['Who can apply?'], ['Fees']]
    >>> without_title([["Debit cards", "How do I block my debit card?"], ["Debit cards", "Fees"]])
    [['How do I block my debit card?'], ['Debit cards', 'Fees']]
    """
    if len({path[0] for path in paths}) > 1:
        return list(paths)
    return [path[1:] if len(path) > 1 and _adds_nothing(path[0], path[1:]) else path for path in paths]


def _adds_nothing(title: str, below: list[str]) -> bool:
    return content_words(title) - _WORDS_OF_TITLES <= content_words(" ".join(below))


_WORDS_OF_TITLES = content_words("FAQ frequently asked questions and answers Q&A")


def question_of(headings: list[str], part: int, parts: int) -> str:
    """
    >>> question_of(["Cards", "How do I block a card?"], 1, 1), question_of(["Cards", "Fees"], 2, 3)
    ('Cards: How do I block a card?', 'Cards: Fees (part 2 of 3)')
    >>> question_of(["Home loan", "Who can apply?", "Salaried"], 1, 1)
    'Home loan: Who can apply? Salaried'
    >>> question_of(["2. Home loan", "Q3. Who can apply?"], 1, 1)
    'Home loan: Who can apply?'
    """
    *above, own = (_NUMBERED.sub("", heading, count=1).rstrip(":") for heading in headings)
    whole = "".join(f"{heading} " if heading.endswith("?") else f"{heading}: " for heading in above) + own
    return f"{whole[:1900]} (part {part} of {parts})" if parts > 1 else whole[:1900]


_NUMBERED = re.compile(r"(?:Q(?:uestion)?\s*)?\(?\d{1,3}[.):]\s+(?=\S)", re.IGNORECASE)


def title_of(path: Path) -> str:
    return re.sub(r"[_\W]+", " ", path.stem).strip() or path.stem


@dataclass(frozen=True, slots=True)
class _Heading:
    level: int
    title: str


def _sections(text: str, title: str) -> Iterator[tuple[list[str], list[Paragraph]]]:
    path: list[_Heading] = []
    block: list[Paragraph] = []
    for part in _parts(text.split("\n")):
        if isinstance(part, Paragraph):
            block.append(part)
            continue
        yield [heading.title for heading in path] or [title], block
        path = [heading for heading in path if heading.level < part.level] + [part]
        block = []
    yield [heading.title for heading in path] or [title], block


def _parts(lines: list[str]) -> Iterator[_Heading | Paragraph]:
    """Yield headings, lines of code and tables as they are, and prose with its lines joined."""
    prose: list[str] = []
    first, above, fence = 0, "\n", ""
    for number, line in enumerate([*lines, ""], start=1):
        kind = _kind(line, fence)
        if kind == "underline" and prose:
            yield _Heading(1 if "=" in line else 2, _plain(" ".join(prose)))
            prose = []
        elif prose and kind != "prose":
            yield Paragraph(" ".join(prose), first, above)
            prose, above = [], "\n"
        if kind in ("prose", "item"):
            first = first if prose else number
            prose.append(line.strip())
        elif kind in ("code", "fence", "table"):
            yield Paragraph(line.rstrip(), number, above, verbatim=True)
            above = "\n"
        elif kind == "heading":
            mark, _, title = line.strip().partition(" ")
            yield _Heading(len(mark), _plain(title.strip().rstrip("# ")))
        elif kind == "blank":
            above = "\n\n"
        if kind == "fence":
            fence = "" if fence else line.strip()[:3]


def _kind(line: str, fence: str) -> str:
    if line.lstrip().startswith(fence or _FENCES):
        return "fence"
    if fence:
        return "code"
    for kind, pattern in _KINDS:
        if pattern.match(line):
            return kind
    return "prose"


_FENCES = ("```", "~~~")
_KINDS = (
    ("blank", re.compile(r"\s*$")),
    ("heading", re.compile(r" {0,3}#{1,6} +[^\s#]")),
    ("underline", re.compile(r" {0,3}(?:=+|-+)\s*$")),
    ("table", re.compile(r"\s*\|")),
    ("item", re.compile(r"\s*(?:[-*+]|\d{1,3}[.)]) +\S")),
)


def _plain(heading: str) -> str:
    """
    >>> _plain("**Fees** and [limits](https://bank.example/limits) of `UPI`")
    'Fees and limits of UPI'
    """
    text = heading[:1000]
    return re.sub(r"[*`]+", "", re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)).strip() or text


def _without_comments(text: str) -> str:
    end = text.rfind("-->") + 3  # past the last end no search can succeed, and each would read to the end
    return _COMMENT.sub(_blank, text[:end]) + text[end:]


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")  # so that the lines below keep their numbers


_METADATA = re.compile(r"-\s*([^=]+?)\s*=\s*(.*)")


def read_qna(source: Source) -> Reading:
    """Read ``# ? question``, ``- other wording``, and the fenced answer below them."""
    encoding, note = encoding_of(source.path)
    if note:
        yield note
    lines = source.text(encoding).split("\n")
    starts = [number for number, line in enumerate(lines) if line.startswith("# ?")]
    for start, end in pairwise([*starts, len(lines)]):
        yield Found(_qna_fields(lines[start:end]), start + 1)
    if not starts:
        yield Bad("holds no question: each starts with '# ?'")


def _qna_fields(lines: list[str]) -> dict[str, object]:
    others: list[str] = []
    answer: list[str] = []
    metadata: dict[str, str] = {}
    part = "questions"
    for line in lines[1:]:
        if line.startswith("```"):
            part = "rest" if part == "answer" else "answer"
        elif part == "answer":
            answer.append(line)
        elif line.startswith("**Filters:**"):
            part = "filters"
        elif line.startswith("**"):
            part = "rest"
        elif part == "questions" and line.startswith("- "):
            others.append(line[2:].strip())
        elif part == "filters" and (match := _METADATA.match(line)):
            metadata[match[1]] = match[2].strip()
    fields: dict[str, object] = {"question": lines[0].removeprefix("# ?").strip(), "answer": "\n".join(answer)}
    fields["paraphrases"] = [{"text": text, "lang": language_of(text)} for text in others if text]
    if metadata:
        fields["metadata"] = metadata
    return fields
