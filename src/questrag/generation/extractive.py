"""Answers without a model: the approved words themselves, or an honest "I don't have this"."""

import math
import re
from collections import Counter
from collections.abc import AsyncGenerator, Sequence

from questrag.chat.ports import TokenCounter
from questrag.chat.prompt import Prompt, Shown
from questrag.chat.types import Completion, Generated, Lang, Token
from questrag.generation.replies import NO_ANSWER, SMALL_TALK

_WORD = re.compile(r"[a-z0-9]+|[\u0900-\u097F]+")
_STOP = frozenset(
    """
    a about all also am an and any are as at be been but by can could did do does for from get give had
    has have how i if in is it its just me my need no not of on or please should so some tell that the
    their them then there they this to us want was we were what when where which who why will with would
    you your
    aap aapka aapke aapki apna apne apni aur bata batao bataye ban chahiye cheez de dena do ek ga gi ha
    haan hai hain ho hoga hogi hoon hota hoti hua hum isme iska iske iski jo ka kab kaha kahan kaisa
    kaise kar karna karne karo karu karun kaun ke kese ki kitna kitne kitni ko koi kon konsa kya kyon
    kyu kyun lena liye main me mein mera mere meri mujhe nahi ne par pe raha rahe rahi sakta sakte sakti
    se tha the thi to toh us uska uske uski wala wale wali ya ye yeh
    अपना अपनी अपने आप आपका आपकी आपके इस उस एक और कब कर करना करने करूँ करें कहाँ का कि कितना कितनी कितने
    की के कैसे को कोई कौन क्या क्यों गया गई चाहिए जो तो था थी थे दे दें ने नहीं पर मुझे में मेरा मेरी
    मेरे मैं या यह ये लिए वह वाला वाली से है हैं हो होगा होता होती हूँ
    """.split()
)

_UNIT_END = re.compile(r"\s*\n\s*|(?<=[.!?।])(?<!\bRs\.)(?<!\bNo\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\d\.)\s+")
_PIECE = re.compile(r"\s*(?:\S+\s*){1,3}")
_GAP = " … "
_ELLIPTICAL_WORDS = 6
"""A question of at most so many words may leave out what it is about, since the turn before said it."""


class Extractive:
    """Gives the best source's approved text, or whole sentences of it; small talk in kind; else a hand-off.

    Needs no network and never raises, so that it can stand behind any other generator.
    """

    def __init__(self, tokens: TokenCounter, max_answer_tokens: int = 220) -> None:
        self._tokens = tokens
        self._max_answer_tokens = max_answer_tokens

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Generated, None]:
        text, completion = self._answer(prompt)
        for piece in _PIECE.findall(text):
            yield Token(piece)
        yield completion

    def _answer(self, prompt: Prompt) -> tuple[str, Completion]:
        if kind := prompt.small_talk:
            return SMALL_TALK[kind][prompt.lang], Completion(provider="extractive", model="reply")
        best = best_source(prompt)
        if best is None:
            return NO_ANSWER[prompt.lang], Completion(provider="extractive", model="reply", handed_off=True)
        text = _approved_text(best, prompt.lang)
        if not best.passage.regulated and self._tokens.count(text) > self._max_answer_tokens:
            text = self._sentences(text, prompt.question)
        return text, Completion(provider="extractive", model="verbatim", cited=(best.passage.id,), verbatim=True)

    def _sentences(self, text: str, question: str) -> str:
        """Return what answers the question best, whole and in order; at least one sentence, however long."""
        spans = _units(text)
        value = _values([text[start:end] for start, end in spans], _content_words(question))
        chosen: list[int] = []
        for index in sorted(range(len(spans)), key=lambda i: -value[i]):
            candidate = sorted([*chosen, index])
            if not chosen or self._tokens.count(_join(text, spans, candidate)) <= self._max_answer_tokens:
                chosen = candidate
        return _join(text, spans, chosen)


def best_source(prompt: Prompt) -> Shown | None:
    """Return the source to answer from without a model; None when none of them fits.

    Of newly fetched ones that is the first. Of those kept from earlier turns it is the one that shares most
    words with the question, and a short follow-up that shares none is about the most recent.
    """
    if not prompt.sources or prompt.sources[0].score is not None:
        return prompt.sources[0] if prompt.sources else None
    asked = _content_words(prompt.question)
    shared = [len(asked & _content_words(f"{s.passage.question} {s.text}")) for s in prompt.sources]
    if max(shared) == 0 and len(prompt.question.split()) > _ELLIPTICAL_WORDS:
        return None
    return prompt.sources[shared.index(max(shared))]


def _approved_text(shown: Shown, lang: Lang) -> str:
    # A passage may have been cut to fit a model's budget; here nothing is spent by giving all of it.
    whole = shown.passage.answer_in(lang)
    return whole if whole.startswith(shown.text) else shown.text


def _units(text: str) -> list[tuple[int, int]]:
    """Return where the sentences, list items and lines of a text start and end, without the space around them."""
    ends = [match.span() for match in _UNIT_END.finditer(text)]
    starts = [0, *(after for _, after in ends)]
    stops = [*(before for before, _ in ends), len(text)]
    return [(start, stop) for start, stop in zip(starts, stops, strict=True) if text[start:stop].strip()]


def _values(units: Sequence[str], asked: frozenset[str]) -> list[float]:
    """Return what each unit is worth: the question's words in it, the rarer in the text the more."""
    words = [_content_words(unit) & asked for unit in units]
    spread = Counter(word for found in words for word in found)
    return [sum(math.log(1 + len(units) / spread[word]) for word in found) for found in words]


def _join(text: str, spans: Sequence[tuple[int, int]], chosen: Sequence[int]) -> str:
    """Return the chosen units, in order, as they stand in the text; a gap where something was left out."""
    joined = ""
    for before, index in zip([None, *chosen], chosen, strict=False):
        start, end = spans[index]
        if before is not None:
            joined += text[spans[before][1] : start] if index == before + 1 else _GAP
        joined += text[start:end]
    return joined


def _content_words(text: str) -> frozenset[str]:
    return frozenset(_stem(word) for word in _WORD.findall(text.lower()) if word not in _STOP)


def _stem(word: str) -> str:
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return re.sub(r"(?:ing|ed|e)$", "", word) if len(word) > 4 else word
