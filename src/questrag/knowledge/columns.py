"""Which column, or which key of an object, holds what, under any of the names people give them."""

import re
from collections.abc import Sequence
from typing import Final

from questrag.chat.types import LANGS
from questrag.knowledge.entry import FIELDS

# The first name that a file has wins, so the surest come first.
_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "question": tuple(
        "question questions query queries q ques faq user_query prompt instruction utterance user input rol1 title "
        "heading subject प्रश्न सवाल".split()
    ),
    "answer": tuple(
        "answer response reply a ans answers responses replies completion output solution resolution assistant bot "
        "rol2 body content description text उत्तर जवाब".split()
    ),
    "category": ("category", "class", "topic", "section", "label", "tag", "tags"),
    "intent": ("intent", "intent_name"),
    "id": ("id", "entry_id", "faq_id", "question_id", "qid"),
    "lang": ("lang", "language", "locale"),
    "source": ("source", "source_url", "url", "link"),
    "as_of": ("as_of",),
    "regulated": ("regulated",),
    "answers": ("answers",),
    "paraphrases": ("paraphrases",),
}
# A longer name with one of these words in it will do, unless another word says that it is about something else.
_WORDS: Final = {"question": {"question", "query"}, "answer": {"answer", "response", "reply"}}
_ABOUT: Final = frozenset("id no number count type lang language date length score category class source".split())

_LANGUAGE_NAMES: Final = {
    "english": "en",
    "hindi": "hi",
    "devanagari": "hi",
    "roman_hindi": "hinglish",
    "hi_latn": "hinglish",
}


def columns(headers: Sequence[str]) -> dict[str, str]:
    """Return field -> header, for those fields of an entry that are there. No header serves twice.

    >>> columns(["Sr No", "FAQ Question", "Answer Text", "Class"])
    {'question': 'FAQ Question', 'answer': 'Answer Text', 'category': 'Class'}
    """
    by_name = {_plain(header): header for header in reversed(headers)}
    found: dict[str, str] = {}
    for field, names in _NAMES.items():
        header = next((by_name[n] for n in names if n in by_name and by_name[n] not in found.values()), None)
        header = header or _by_word(field, by_name)
        if header is not None:
            found[field] = header
    return found


def missing(headers: Sequence[str]) -> str:
    """Say that a question or answer is not among these headers; empty when both are."""
    found = columns(headers)
    lacks = [field for field in ("question", "answer") if field not in found]
    if not lacks:
        return ""
    names = ", ".join(repr(header[:40]) for header in headers[:20] if header.strip()) or "none at all"
    return f"has no {' and no '.join(lacks)} column (found: {names}): head it {' and '.join(map(repr, lacks))}"


def language(name: str) -> str:
    """Return the language by its name in an entry; a name that means none of them stays as it is.

    >>> language("English"), language("hi-IN"), language("French")
    ('en', 'hi', 'French')
    """
    plain = _plain(name)
    known = _LANGUAGE_NAMES.get(plain, plain)
    short = known.split("_")[0]
    return known if known in LANGS else short if short in LANGS else name


def is_field(header: str) -> bool:
    return header in FIELDS


def _by_word(field: str, by_name: dict[str, str]) -> str | None:
    wanted = _WORDS.get(field, set())
    for name, header in by_name.items():
        words = set(name.split("_"))
        if words & wanted and not words & _ABOUT:
            return header
    return None


def _plain(header: str) -> str:
    """
    >>> _plain(" Question-Text "), _plain("questionText")
    ('question_text', 'question_text')
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", header)
    return re.sub(r"[^\w\u0900-\u097F]+|_+", "_", spaced).strip("_").casefold()
