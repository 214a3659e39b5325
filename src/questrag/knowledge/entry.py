"""One question with its approved answer: how it is written down, checked and shown."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Final, NoReturn

from pydantic import AfterValidator, BaseModel, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from questrag.chat.errors import Invalid
from questrag.chat.types import Lang, Passage
from questrag.knowledge.placeholders import Profile, fill, fill_question

ID_CHARS: Final = 200
QUESTION_CHARS: Final = 2_000
ANSWER_CHARS: Final = 20_000


def _iso_date(text: str) -> str:
    if not text:
        return text
    try:
        if len(text) != len("2026-11-01"):
            raise ValueError
        date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"is {_short(text)}: give a date such as 2026-11-01") from None
    return text


_Id = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=ID_CHARS)]
_Question = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=QUESTION_CHARS)]
_Answer = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=ANSWER_CHARS)]
_Remark = Annotated[str, StringConstraints(strip_whitespace=True, max_length=QUESTION_CHARS)]


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """Another way to ask the question."""

    text: _Question
    lang: Lang = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One FAQ of the knowledge base, as in docs/formats.md: checked by `check` or `parse_line` on its way in."""

    id: str
    question: str
    answer: str
    category: str = ""
    intent: str = ""
    paraphrases: tuple[Paraphrase, ...] = ()
    answers: Mapping[Lang, str] = field(default_factory=dict)
    """The same answer in other languages."""
    lang: Lang = "en"
    source: str = ""
    as_of: str = ""
    """ISO date on which the facts were true; empty when nobody said."""
    regulated: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Fields this program does not know, kept for whoever does."""

    def to_json(self) -> str:
        """Return one line of JSON, without the line end. Equal entries give equal lines."""
        known = {
            "id": self.id,
            "question": self.question,
            "answer": self.answer,
            "category": self.category,
            "intent": self.intent,
            "paraphrases": [{"text": p.text, "lang": p.lang} for p in self.paraphrases],
            "answers": dict(sorted(self.answers.items())),
            "lang": self.lang,
            "source": self.source,
            "as_of": self.as_of,
            "regulated": self.regulated,
        }
        return json.dumps({**known, **dict(sorted(self.extra.items()))}, ensure_ascii=False)

    def phrasings(self) -> Iterator[tuple[str, Lang, str]]:
        """Yield field, language and text of every way to ask, the question first."""
        yield "question", self.lang, self.question
        for index, paraphrase in enumerate(self.paraphrases):
            yield f"paraphrases[{index}]", paraphrase.lang, paraphrase.text

    def answer_texts(self) -> Iterator[tuple[str, Lang, str]]:
        """Yield field, language and text of every answer, the original first."""
        yield "answer", self.lang, self.answer
        for lang, text in self.answers.items():
            yield f"answers.{lang}", lang, text

    def passage(self, profile: Profile) -> Passage:
        """Return what may be shown, with each ``{{placeholder}}`` filled by `fill`."""
        return Passage(
            id=self.id,
            question=fill_question(self.question, self.lang, profile),
            answer=fill(self.answer, self.lang, profile),
            lang=self.lang,
            answers={lang: fill(text, lang, profile) for lang, text in self.answers.items()},
            questions={
                each.lang: fill_question(each.text, each.lang, profile)
                for each in reversed(self.paraphrases)
                if each.lang != self.lang
            },
            category=self.category,
            intent=self.intent,
            source=self.source,
            as_of=self.as_of,
            regulated=self.regulated,
        )


FIELDS: Final = frozenset(Entry.__dataclass_fields__) - {"extra"}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that cannot be used, and what to do about it."""

    file: str
    line: int | None
    """From 1; None where the file has no lines, or all of it is meant."""
    field: str
    """Empty where no single field is to blame."""
    message: str

    def __str__(self) -> str:
        """
        >>> str(Problem("faq.jsonl", 12, "answer", "is empty"))
        'faq.jsonl:12: answer: is empty'
        """
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        text = ": ".join(part for part in (where, self.field, self.message) if part)
        return text.encode("utf-8", "replace").decode()  # what is wrong may be the very characters


class _Record(BaseModel, extra="allow"):
    """The edge: what a line of a file has to look like."""

    id: _Id
    question: _Question
    answer: _Answer
    category: _Remark = ""
    intent: _Remark = ""
    paraphrases: tuple[Paraphrase, ...] = ()
    answers: dict[Lang, _Answer] = {}
    lang: Lang = "en"
    source: _Remark = ""
    as_of: Annotated[_Remark, AfterValidator(_iso_date)] = ""
    regulated: bool = False

    def entry(self) -> Entry:
        extra = self.__pydantic_extra__ or {}
        if extra:
            _must_be_writable(extra)
        return Entry(**self.__dict__, extra=extra)


def check(record: object, file: str, line: int | None = None) -> Entry | list[Problem]:
    """Check a record against docs/formats.md; nulls count as absent. All its problems are named, not only the first."""
    if not isinstance(record, dict):
        return [Problem(file, line, "", "is not a JSON object: write one {...} a line")]
    problems = [
        Problem(file, line, str(name), "holds a NUL character: remove it")
        for name, value in record.items()
        if _holds_nul(value)
    ]
    try:
        entry = _Record.model_validate({k: v for k, v in record.items() if v is not None}).entry()
    except ValidationError as error:
        problems += [Problem(file, line, _field(e), _advice(e)) for e in error.errors(include_url=False)]
    except Invalid as error:
        problems.append(Problem(file, line, "", str(error)))
    return problems or entry


def parse_line(line: bytes, file: str, number: int) -> Entry | list[Problem]:
    """Read one line of JSON."""
    try:
        if _NUL not in line:
            return _Record.model_validate_json(line).entry()
    except (ValidationError, Invalid):
        pass  # once more, slower, for nulls and to say exactly what is wrong
    try:
        return check(parse_json(line.decode("utf-8", "surrogateescape")), file, number)
    except Invalid as error:
        return [Problem(file, number, "", str(error))]


_NUL = rb"\u0000"
"""The only way in which JSON can hold one."""


def _holds_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(map(_holds_nul, (*value.keys(), *value.values())))
    return isinstance(value, list | tuple) and any(map(_holds_nul, value))


def parse_json(text: str, *, no_name_twice: bool = False) -> Any:
    """Return what the JSON says.

    Args:
        no_name_twice: refuse an object with one name twice, where JSON would silently keep the last.

    Raises:
        Invalid: what is wrong, as a half-sentence whose subject is the text.
    """
    try:
        hook = _each_name_once if no_name_twice else None
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=hook)
    except json.JSONDecodeError as error:
        line = f"line {error.lineno}, " if error.lineno > 1 else ""
        raise Invalid(f"is not valid JSON: {error.msg} at {line}column {error.colno}") from None
    except ValueError:
        raise Invalid("holds a number of more than 4,300 digits: put it in quotes") from None
    except RecursionError:
        raise Invalid("is nested too deeply") from None


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Invalid(f"holds {twice!r} twice: remove one of them")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise Invalid(f"holds {name}, which JSON does not know: write a number, or null")


def _must_be_writable(extra: Mapping[str, Any]) -> None:
    try:
        json.dumps(extra, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, TypeError, RecursionError):  # a lone surrogate is a ValueError too
        raise Invalid(
            f"one of the fields {', '.join(sorted(extra))} holds what UTF-8 JSON cannot hold: correct or remove it"
        ) from None


def _field(error: ErrorDetails) -> str:
    """
    >>> _field({"loc": ("paraphrases", 0, "text"), "type": "", "msg": "", "input": ""})
    'paraphrases[0].text'
    """
    path = ""
    for part in error["loc"]:
        if part != "[key]":
            path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


_ADVICE: dict[str, str] = {
    "missing": "is missing: every entry needs one",
    "string_type": "is {kind}, not text: put it in quotes",
    "string_too_short": "is empty: fill it in, or remove the entry",
    "string_too_long": "has {length:,} characters: at most {max_length:,} are allowed, shorten or split it",
    "string_unicode": "holds bytes that are not UTF-8, or half a character: save the file as UTF-8",
    "literal_error": "is {shown}: use {expected}",
    "bool_type": "is {shown}: use true or false",
    "bool_parsing": "is {shown}: use true or false",
    "tuple_type": "is {kind}, not a list: put it in square brackets",
    "dict_type": "is {kind}, not an object: write {{language: text}}",
    "dataclass_type": 'is {kind}, not an object: write {{"text": ..., "lang": ...}}',
}
_KINDS: dict[type, str] = {str: "text", bool: "true or false", int: "a number", float: "a number", dict: "an object"}


def _advice(error: ErrorDetails) -> str:
    given = error["input"]
    context = error.get("ctx", {})
    if error["type"] == "value_error":
        return str(context["error"])
    template = _ADVICE.get(error["type"], error["msg"].replace("{", "{{").replace("}", "}}"))
    values = {
        **context,
        "kind": "empty" if given is None else _KINDS.get(type(given), "a list"),
        "shown": _short(given),
        "length": len(given) if isinstance(given, str) else 0,
    }
    return template.format(**values)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
