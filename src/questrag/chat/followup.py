"""Questions that mean nothing without the ones before: what to search for instead."""

import re
from collections.abc import Sequence

from questrag.chat.language import HINGLISH_FUNCTION_WORDS

_WORD = re.compile(r"[\w\u0900-\u0963\u0966-\u097F]+")

# What one asks about a product without naming it, and the small words around it. A question of nothing but these
# is about what was said before.
_ASPECTS = frozenset(
    """
    a about again all also am an and any are as at be but by can could do does document documents done else
    explain fee fees for form from get give go had happen happens has have how i if in interest is it its kind
    last least limit long longer many max maximum me mean min minimum more most much my need needed next now of
    offline on one online only or other paper papers penalty please process proof rate rates reason required
    rule rules same say should show so some step steps submit take takes tell than that the their them then
    there these they this those time times to too type until us want was we what when where which who why will
    with work working would yes you your amount apply charge charges cost costs day days eligible eligibility
    free hours months years simple words detail details example dastavej kagaz kagaj samay waqt din ghante
    mahine saal jurmana byaj kharcha tarika niyam seema kitna kitne kitni lagega lagenge lagegi lagta lagti
    milega milegi jaldi zyada jyada kam aage isme isse usme iske uske samjhao batao और कितना कितनी कितने समय दिन
    घंटे महीने साल लगेगा लगेगी लगेंगे लगता लगती दस्तावेज़ दस्तावेज काग़ज़ कागज शुल्क चार्ज फीस फ़ीस जुर्माना
    पेनल्टी ब्याज क्या कैसे कब कहाँ कहां क्यों कौन सा से में का की के को है हैं होगा होगी इसमें इसके लिए फिर भी
    मिलेगा मिलेगी चाहिए करना होता तो यह वह अगर मुझे मैं बताइए बताओ समझाइए ज़रूरी जरूरी
    """.split()
)
_MOST_WORDS = 12

_OPENS = re.compile(
    r"\W*(?:and|but|or|also|then|so|what about|how about|what if|ok|okay|aur|lekin|par|phir|fir|to|toh|agar|accha|acha|"
    r"waise|matlab|और|लेकिन|पर|फिर|तो|अगर|अच्छा|वैसे|मतलब)\b",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"(?<!\w)(?:it|its|that|this|those|these|they|them|he|she|his|her|there|same|other|iska|iski|iske|isme|isko|uska|uski|uske|"
    r"usme|usko|ye|yeh|wo|woh|vo|wahi|dusra|dusri|doosra|doosri|इसका|इसकी|इसके|इसमें|इसको|उसका|उसकी|उसके|उसमें|उसको|"
    r"यह|ये|वह|वो|वही|दूसरा|दूसरी)(?!\w)",
    re.IGNORECASE,
)


def needs_context(question: str) -> bool:
    """Return whether a question names nothing that it could be about.

    >>> needs_context("aur kitna time lagega?"), needs_context("what documents do I need?"), needs_context("why?")
    (True, True, True)
    >>> needs_context("atm charges"), needs_context("home loan documents"), needs_context("what is the weather today?")
    (False, False, False)
    """
    share, n_words = aspects(question)
    return n_words <= _MOST_WORDS and share == (1.0 if n_words else 0.0)


def aspects(question: str) -> tuple[float, int]:
    """Return the share of a question's words that name an aspect and no thing, in [0, 1], and how many words it has.

    >>> aspects("aur kitna time lagega?"), aspects("home loan documents")
    ((1.0, 4), (0.3333333333333333, 3))
    """
    words = _WORD.findall(question.lower())
    return sum(w in _ASPECTS or w in HINGLISH_FUNCTION_WORDS for w in words) / max(len(words), 1), len(words)


def search_text(question: str, earlier: Sequence[str]) -> str:
    """Return what to search for: the question, with the last one that stands alone before it where it needs one.

    Args:
        earlier: the customer's questions before this one, oldest first.

    >>> search_text("kitna penalty lagega?", ["FD todni hai", "aur kab?"])
    'FD todni hai kitna penalty lagega?'
    """
    if not needs_context(question):
        return question
    alone = next((text for text in reversed(earlier) if not needs_context(text)), None)
    return f"{alone} {question}" if alone else question


def opens(question: str) -> bool:
    """Return whether a question begins as if it went on: "and", "aur", "what about".

    >>> opens("aur kitna lagega"), opens("how much")
    (True, False)
    """
    return bool(_OPENS.match(question))


def points(question: str) -> bool:
    """Return whether a question points back with a pronoun.

    >>> points("uska charge kya hai"), points("what is the charge")
    (True, False)
    """
    return bool(_POINTS.search(question))
