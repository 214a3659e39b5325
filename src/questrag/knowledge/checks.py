"""What is wrong, or could be better, with an entry that can be read: the rules of `questrag knowledge check`."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from questrag.chat.injection import Reason, inspect
from questrag.chat.language import language_of
from questrag.chat.secrets import asks_for_a_secret
from questrag.chat.types import Lang
from questrag.hinglish.lexicon import lexicon
from questrag.knowledge.entry import Entry
from questrag.knowledge.report import numbers

Severity = Literal["error", "remark"]

PARAPHRASES: Final[Mapping[Lang, int]] = {"en": 4, "hinglish": 2, "hi": 1}
"""How many other phrasings of each language make an entry easy to find."""
ANSWER_WORDS: Final = (60, 120)
"""Of an English answer: enough to act on, short enough to be read on a phone."""
SENTENCE_WORDS: Final = 40
"""Nobody reads longer ones to the end."""

_ALLOWED_NUMBERS: Final = frozenset({"1930", "14448", "112"})
"""Public helplines, the same for every bank."""
_TELEPHONE = re.compile(r"(?<![\d₹,.])(?!20\d\d-\d\d\b)\+?\d(?:[ -]?\d){5,}(?![\d,.]*\d)")  # no financial years
_LINK = re.compile(r"(?:https?://|www\.)\S+|\b[\w.-]+@[\w-]+\.\w+")
_PUBLIC_LINKS: Final = ("rbi.org.in", "gov.in", "npci.org.in", "bharatconnect.com")
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[a-z]+")
_SENTENCE_END = re.compile(r"(?<=[.!?।])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at, in one field of one entry."""

    entry_id: str
    field: str
    rule: str
    severity: Severity
    message: str


_Rule: TypeAlias = Callable[[Entry], Iterator[tuple[str, str]]]


def check_entry(entry: Entry) -> Iterator[Finding]:
    """Yield what the rules below say of one entry by itself."""
    for name, severity, rule in _RULES:
        for where, message in rule(entry):
            yield Finding(entry.id, where, name, severity, message)


def _origin(entry: Entry) -> Iterator[tuple[str, str]]:
    for field in ("category", "intent", "source", "as_of"):
        if not getattr(entry, field):
            yield field, "is empty: a curator needs it to keep the entry up to date"


def _enough_paraphrases(entry: Entry) -> Iterator[tuple[str, str]]:
    written = Counter(paraphrase.lang for paraphrase in entry.paraphrases)
    for lang, wanted in PARAPHRASES.items():
        if written[lang] < wanted:
            yield "paraphrases", f"{written[lang]} in language {lang}: write {wanted}, each in another style"


def _language(entry: Entry) -> Iterator[tuple[str, str]]:
    for field, lang, text in (*entry.phrasings(), *entry.answer_texts()):
        # One Hindi word among many English sentences ("the karta of an HUF") does not make an answer Hinglish.
        found, _ = Counter(language_of(part) for part in _SENTENCE_END.split(text)).most_common(1)[0]
        if found != lang and _LETTER.search(text) and not (lang == "hinglish" and _has_hindi_word(text)):
            yield field, f"is marked {lang} and reads as {found}: correct the mark, or the text"


def _has_hindi_word(text: str) -> bool:
    found = (lexicon().find(word) for word in _WORD.findall(text.lower()))
    return any(word and word.gloss != word.normal for word in found)


def _repeated_phrasing(entry: Entry) -> Iterator[tuple[str, str]]:
    seen: dict[str, str] = {}
    for field, _, text in entry.phrasings():
        key = " ".join(text.casefold().split())
        if key in seen:
            yield field, f"repeats {seen[key]}: remove it, or put it another way"
        seen.setdefault(key, field)


def _same_numbers(entry: Entry) -> Iterator[tuple[str, str]]:
    original = set(numbers(entry.answer))
    for lang, text in entry.answers.items():
        differing = original ^ set(numbers(text))
        if differing:
            yield (
                f"answers.{lang}",
                f"differs from the answer in {', '.join(sorted(differing))}: make both say the same",
            )


def _contacts(entry: Entry) -> Iterator[tuple[str, str]]:
    for field, _, text in entry.answer_texts():
        for match in _TELEPHONE.finditer(text):
            if re.sub(r"\D", "", match[0]) not in _ALLOWED_NUMBERS:
                yield field, f"holds the number {match[0]}: put it into the bank profile and a placeholder here"
        for match in _LINK.finditer(text):
            if not _is_public(match[0]):
                yield field, f"holds {match[0]}: put it into the bank profile and a placeholder here"


def _secrets(entry: Entry) -> Iterator[tuple[str, str]]:
    for field, _, text in entry.answer_texts():
        for sentence in _SENTENCE_END.split(text):
            if asks_for_a_secret(sentence):
                yield (
                    field,
                    f"seems to ask for a secret: {sentence.strip()[:80]!r}; no bank needs an OTP, PIN, CVV or password",
                )


def _orders(entry: Entry) -> Iterator[tuple[str, str]]:
    for field, _, text in (*entry.phrasings(), *entry.answer_texts()):
        if reasons := [reason for reason in inspect(text).reasons if reason is not Reason.FLOOD]:
            yield (
                field,
                f"reads like an order to a language model ({', '.join(reasons)}): no model would be shown the entry; "
                "say it in other words",
            )


def _is_public(link: str) -> bool:
    host = re.sub(r"^(?:https?://)?(?:.*@)?", "", link.lower()).partition("/")[0].rstrip(".,;:)")
    return any(host == public or host.endswith(f".{public}") for public in _PUBLIC_LINKS)


def _readability(entry: Entry) -> Iterator[tuple[str, str]]:
    if entry.lang == "en":
        words, (least, most) = len(entry.answer.split()), ANSWER_WORDS
        if not least <= words <= most:
            yield "answer", f"has {words} words: {least} to {most} are read to the end and still help"
    for field, _, text in entry.answer_texts():
        longest = max((len(sentence.split()) for sentence in _SENTENCE_END.split(text)), default=0)
        if longest > SENTENCE_WORDS:
            yield field, f"has a sentence of {longest} words: cut it, at most {SENTENCE_WORDS}"


_RULES: Final[tuple[tuple[str, Severity, _Rule], ...]] = (
    ("origin", "remark", _origin),
    ("paraphrases", "remark", _enough_paraphrases),
    ("language", "error", _language),
    ("duplicate", "error", _repeated_phrasing),
    ("numbers", "error", _same_numbers),
    ("contacts", "remark", _contacts),
    ("secrets", "error", _secrets),
    ("orders", "remark", _orders),
    ("readability", "remark", _readability),
)
