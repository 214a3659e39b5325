"""How much of what a text says stands in other texts, word by word and across English, Hinglish and Hindi."""

import re
from collections.abc import Iterable
from functools import lru_cache

from questrag.chat.language import language_of
from questrag.chat.types import Lang
from questrag.chat.words import content_words
from questrag.generation.replies import NO_ANSWER, SMALL_TALK, TALK_TO_A_PERSON
from questrag.hinglish.lexicon import lexicon
from questrag.hinglish.transliteration import roman

_WORD = re.compile(r"[a-z]{2,}|[\u0900-\u0963\u0971-\u097F]+")
_POLITE = """
    sure yes certainly okay ok note remember moment wait patient happy glad hope feel free further assist anything else
    information available mention contain source
    sources mentions contains says shall connect person here according based simply step follow following
    bye done now first then next finally also however important usually example every each happens
    maaf paas vyakti jodun jodoon milaun milaoon kaise
    zaroor ji haan dhyan rakhiye rakhen krupya kripya madad kya sakte sakti iske liye pehle phir baad agar
    क्षमा पास जोड़ूँ जोड़ूं मिलाऊँ ज़रूर जी हाँ ध्यान रखें रखिए कृपया मदद पहले फिर बाद अगर
"""


@lru_cache(maxsize=32768)
def senses(word: str) -> frozenset[str]:
    """Return the stem of a word, with the normal form and the English meanings of a Hindi one; of a stop word, none."""
    stem = content_words(word)
    if not stem:
        return stem
    spelt = roman(word)
    found = lexicon().listed(word) or lexicon().find(spelt)
    return stem | {spelt} | (content_words(f"{found.normal} {' '.join(found.meanings)}") if found else frozenset())


_language = lru_cache(maxsize=8192)(language_of)


@lru_cache(maxsize=8192)
def _vocabulary(text: str) -> frozenset[str]:
    return frozenset().union(*map(senses, _WORD.findall(text.lower())))


_OF_NOTHING = frozenset(_POLITE.split()) | frozenset(
    word
    for said in (*SMALL_TALK.values(), NO_ANSWER, TALK_TO_A_PERSON)
    for word in _WORD.findall(" ".join(said.values()).lower())
)
"""Said in any answer, whatever its subject; these count only where the sources have them."""


_FEW = 3
"""Fewer words about something than this say nothing of where they come from."""
_FEW_TRANSLATED = 6
"""The same where no source is in the customer's language: a word may be translated in many ways."""
_OF_A_SENTENCE = 0.4
_TRANSLATED = 0.15
_OF_AN_ANSWER = 0.4
"""Shares of the words that the sources have to have. Fitted with one half of the entries, see `benchmarks.obedient`."""


class Wording:
    """Follows an answer, and tells when it is no longer about what its sources are about.

    The customer's own words count for nothing: who wants a model to say something says it first.
    """

    def __init__(self, sources: Iterable[str], asked: Lang = "en") -> None:
        """
        Args:
            asked: the customer's language; who answers in another one has none of its latitude.
        """
        self._asked = asked
        self._sources = tuple(sources)
        self._known = frozenset().union(*map(_vocabulary, self._sources))
        self._langs = frozenset(map(_language, self._sources))
        self._said = self._borne_out = 0

    def anew(self) -> "Wording":
        """Return it for another answer from the same sources."""
        return Wording(self._sources, self._asked)

    def told(self, text: str) -> tuple[int, int]:
        """Return how many words of a text are about something, and how many of these the sources have.

        >>> Wording(["Block the card in the app"]).told("App mein card block karo"), Wording(["Pay"]).told("I hate tea")
        ((3, 3), (2, 0))
        """
        said = borne_out = 0
        for word in set(_WORD.findall(text.lower())):
            if meant := senses(word):
                known = not meant.isdisjoint(self._known)
                said += known or word not in _OF_NOTHING
                borne_out += known
        return said, borne_out

    def waits(self, text: str) -> bool:
        """Return whether an answer that begins so has not said enough yet to be judged."""
        said, borne_out = self.told(text)
        return not self._borne_out and not borne_out and self._said + said < _FEW

    def strays(self, sentences: Iterable[str], *, last: bool) -> bool:
        """Take the next sentences; return whether they, or the answer with them, are about something else.

        Args:
            last: the answer ends here.
        """
        stray = False
        for sentence in sentences:
            said, borne_out = self.told(sentence)
            self._said, self._borne_out = self._said + said, self._borne_out + borne_out
            least = _TRANSLATED if self._translates(sentence) else _OF_A_SENTENCE
            few = _FEW if self._asked in self._langs else _FEW_TRANSLATED
            stray = stray or (said >= few and borne_out < least * said)
        too_few = self._said >= _FEW and self._borne_out < _OF_AN_ANSWER * self._said
        return stray or too_few or (last and self._said > 0 and not self._borne_out)

    def _translates(self, sentence: str) -> bool:
        lang = _language(sentence)
        return lang == self._asked and lang not in self._langs
