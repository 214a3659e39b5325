"""What the encoder and the lexical index see: the same code when training, indexing and serving."""

import itertools
import re
import unicodedata
from collections.abc import Sequence

from questrag.chat.language import HINGLISH_FUNCTION_WORDS, language_of
from questrag.hinglish.lexicon import lexicon
from questrag.hinglish.transliteration import roman

VERSION = "4"
"""Part of an index's fingerprint: change it with anything below, or in `questrag.hinglish` but its lexicon."""

_ANSWER_WORDS = 40
_PLACEHOLDER = re.compile(r"\{\{.*?\}\}")
_SPACE = re.compile(r"\s+")
# Vowel signs of Devanagari are not word characters to `re`; without the range a word would fall apart.
_TERM = re.compile(r"[\w\u0900-\u0963\u0966-\u097F]+")

_ENGLISH_FUNCTION_WORDS = frozenset(
    """
    a about after all am an and any are as at be because been before being but by can cannot could did do does
    doing don for from get getting had has have having he her here him his how i if in into is it its just let
    like me my need no not now of off on once only or other our out over own please same she should so some
    such tell than that the their them then there these they this those through to too under until up us very
    want was we were what when where which while who whom why will with would you your
    """.split()
)
_HINDI_FUNCTION_WORDS = frozenset(
    """
    है हैं हूँ हूं था थी थे का की के को से में पर और या भी तो ही ने नहीं मत कि क्या कैसे कैसा कैसी कब कहाँ
    कहां क्यों कौन कितना कितनी कितने मेरा मेरी मेरे मुझे मैं हम आप आपका आपकी आपके अपना अपनी अपने यह ये वह वो
    इस उस करें करना करने करूँ करूं कर किया हो होगा होती होता रहा रही रहे गया गई गए चाहिए सकता सकती सकते लिए
    """.split()
)
# Opposites hang on these small words, so they stay: "can not", "without", "nahi".
_KEPT = frozenset({"not", "no", "cannot", "nahi", "nahin", "mat", "नहीं", "मत", "off", "before", "after"})
FUNCTION_WORDS = (_ENGLISH_FUNCTION_WORDS | HINGLISH_FUNCTION_WORDS | _HINDI_FUNCTION_WORDS) - _KEPT


def query_text(question: str) -> str:
    """Return what the encoder reads of a question: plain English, word by word where it is Hinglish or Hindi."""
    return _in_english(_plain(question))


def passage_text(phrasing: str) -> str:
    """Return what the encoder reads of one phrasing of an entry."""
    return _in_english(_plain(phrasing))


def entry_text(question: str, answer: str) -> str:
    """Return what the encoder reads of a whole entry: its question and the start of its answer."""
    start = " ".join(_PLACEHOLDER.sub("", answer).split()[:_ANSWER_WORDS])
    return passage_text(f"{question} {start}")


def terms(text: str) -> list[str]:
    """Return the content words of a text, lower case, plural ``s`` removed, Hindi words as their meaning.

    So that a Hinglish or Hindi question meets the English words of an entry, and every spelling of a word meets the
    others. A word that English has too stays as it is.

    >>> terms("How do I block my Debit Cards?")
    ['block', 'debit', 'card']
    >>> terms("khata band kese karu?"), terms("खाता बंद कैसे करूँ")
    (['account', 'closed', 'stopped'], ['account', 'closed', 'stopped'])
    """
    words = _TERM.findall(_plain(text).lower())
    return [term for word in words if word not in FUNCTION_WORDS for term in _meaning(word)]


def words(text: str) -> list[str]:
    """Return every word of a text in the order of what the encoder reads, lower case, plural ``s`` removed.

    >>> words("Cards without a PIN?"), words("card unblock karna hai")[:2]
    (['card', 'without', 'a', 'pin'], ['card', 'unblock'])
    """
    return [_singular(word) for word in _TERM.findall(query_text(text).lower())]


def couples(read: Sequence[str]) -> set[str]:
    """Return every two words that follow each other.

    >>> sorted(couples(words("block my card")))
    ['block my', 'my card']
    """
    return {f"{a} {b}" for a, b in itertools.pairwise(read)}


def grams(content: Sequence[str]) -> list[str]:
    """Return the runs of 3 and 4 letters of content words, ends marked: a misspelt word keeps most of its own.

    >>> grams(["loan"])
    ['^lo', 'loa', 'oan', 'an$', '^loa', 'loan', 'oan$']
    """
    marked = [f"^{term}$" for term in content]
    return [term[i : i + n] for term in marked for n in (3, 4) for i in range(len(term) - n + 1)]


def _meaning(word: str) -> list[str]:
    known = lexicon().listed(word)
    if known is None or (known.also_english and word.isascii()):
        return [_singular(roman(word))]
    if known.normal in FUNCTION_WORDS:
        return []
    meaning = [part for part in _TERM.findall(" ".join(known.meanings).lower()) if part not in FUNCTION_WORDS]
    return [_singular(part) for part in meaning or [known.normal]]


def _in_english(text: str) -> str:
    return text if language_of(text) == "en" else lexicon().gloss(text)


def _singular(word: str) -> str:
    """Source: the S stemmer of Harman 1991, "How effective is suffixing?", without its -es rule."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us")) and len(word) > 3:
        return word[:-1]
    return word


def _plain(text: str) -> str:
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip()
