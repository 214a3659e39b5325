"""What an emergency is answered with: the steps come before anything else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from questrag.chat.alarms import despairs, reports_fraud, reports_lost_card, speaks_of_loss
from questrag.chat.types import Hit, Lang, OpeningKind, Passage

LOST_CARD_INTENT = "block_lost_card"
"""Of the entry that says how to block a lost card."""

EMERGENCY_INTENT = "fraud_emergency"
"""Of an entry that says what `STEPS` says, for customers who ask what to do and report nothing."""

STEPS: dict[Lang, str] = {
    "en": (
        "If money is at risk, do this first:\n"
        "1. Block the card, UPI or account now: in your bank's official app, or through its helpline (the number is on "
        "its website, in your passbook or on your card).\n"
        "2. Call 1930, the national cybercrime helpline, or report at cybercrime.gov.in.\n"
        "3. Tell your bank in writing and keep the complaint number.\n"
        "Never share an OTP, PIN, CVV or password with anyone, also not with us."
    ),
    "hinglish": (
        "Agar paise khatre mein hain to pehle yeh karein:\n"
        "1. Card, UPI ya account turant block karein: bank ke official app se, ya uski helpline par call karke (number "
        "bank ki website, passbook ya card par hota hai).\n"
        "2. 1930 (national cybercrime helpline) par call karein ya cybercrime.gov.in par report karein.\n"
        "3. Bank ko likhit mein batayein aur complaint number sambhal kar rakhein.\n"
        "OTP, PIN, CVV ya password kisi ko na batayein, hamein bhi nahi."
    ),
    "hi": (
        "अगर पैसे ख़तरे में हैं तो पहले यह करें:\n"
        "1. कार्ड, UPI या खाता तुरंत ब्लॉक करें: बैंक के आधिकारिक ऐप से, या उसकी हेल्पलाइन पर कॉल करके (नंबर बैंक की "
        "वेबसाइट, पासबुक या कार्ड पर होता है)।\n"
        "2. 1930 (राष्ट्रीय साइबर अपराध हेल्पलाइन) पर कॉल करें या cybercrime.gov.in पर शिकायत दर्ज करें।\n"
        "3. बैंक को लिखित में बताएँ और शिकायत संख्या सँभालकर रखें।\n"
        "OTP, PIN, CVV या पासवर्ड किसी को न बताएँ, हमें भी नहीं।"
    ),
}
"""1930 and cybercrime.gov.in: Ministry of Home Affairs, Indian Cyber Crime Coordination Centre."""


CRISIS: dict[Lang, str] = {
    "en": (
        "I am sorry that things are this hard. Please talk to somebody now: Tele-MANAS, free and at any hour, is at "
        "14416; in immediate danger call 112.\nDebts and pressure from recovery agents can be sorted out, and a person "
        "at your bank can help with that: you do not have to face it alone."
    ),
    "hinglish": (
        "Mujhe afsos hai ki aap itni mushkil mein hain. Abhi kisi se baat kijiye: Tele-MANAS, free aur 24 ghante, "
        "14416 par; turant khatra ho to 112 par call kijiye.\nKarz aur recovery agent ka dabaav suljhaya ja sakta hai, "
        "aur aapke bank mein koi aapki madad karega: aap akele nahi hain."
    ),
    "hi": (
        "मुझे दुख है कि आप इतनी मुश्किल में हैं। अभी किसी से बात करें: टेली-मानस, मुफ़्त और चौबीसों घंटे, 14416 पर; "
        "तुरंत ख़तरा हो तो 112 पर कॉल करें।\nक़र्ज़ और रिकवरी एजेंट का दबाव सुलझाया जा सकता है, और आपके बैंक में कोई आपकी "
        "मदद करेगा: आप अकेले नहीं हैं।"
    ),
}
"""14416: Tele-MANAS, Ministry of Health and Family Welfare; 112: the national emergency number."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What is said before anything is looked up."""

    text: str
    kind: OpeningKind

    @property
    def alone(self) -> bool:
        """Whether nothing that a bank could add belongs after it."""
        return self.kind == "crisis"


def opening_for(text: str, lang: Lang) -> Opening | None:
    """Return what a report of fraud, or of somebody's despair, is answered with at once.

    >>> opening_for("I shared my OTP with a caller", "en") == opening_for("mere paise chori ho gaye", "en")
    True
    >>> opening_for("How do I change my UPI PIN?", "en") is None
    True
    """
    if despairs(text):
        return Opening(CRISIS[lang], "crisis")
    return Opening(STEPS[lang], "fraud") if reports_fraud(text) else None


@dataclass(frozen=True, slots=True)
class Card:
    """What to do at once, to be shown beside a conversation."""

    title: str
    steps: tuple[str, ...]
    entry_id: str = ""
    """The approved entry that the steps are from; empty: they are `STEPS`."""
    as_of: str = ""


def emergency_card(entry: Passage | None, lang: Lang) -> Card:
    """Return the numbered steps of the emergency entry, or `STEPS` where it has none in this language.

    >>> emergency_card(None, "en").title
    'If money is at risk, do this first'
    """
    title = STEPS[lang].splitlines()[0].rstrip(":")
    if entry and (lang == entry.lang or lang in entry.answers):
        steps = _numbered(entry.answer_in(lang))
        if steps:
            return Card(title, steps, entry.id, entry.as_of)
    return Card(title, _numbered(STEPS[lang]))


def _numbered(text: str) -> tuple[str, ...]:
    """
    >>> _numbered("Act now.\\n1. Block the card.\\n2) Call 1930.\\nShare no OTP.")
    ('Block the card.', 'Call 1930.')
    """
    return tuple(match[1].strip() for match in _NUMBERED.finditer(text))


_NUMBERED = re.compile(r"^\s*\d{1,2}[.)]\s+(.+)$", re.MULTILINE)


def stands_alone(question: str) -> bool:
    """Return whether a question reports fraud or a lost card, and so is about itself, whatever was said before.

    >>> stands_alone("mera card kho gaya"), stands_alone("aur naya kab milega")
    (True, False)
    """
    return opening_for(question, "en") is not None or reports_lost_card(question)


def lost_card_first(question: str, hits: Sequence[Hit]) -> list[Hit]:
    """Put the entry that says how to block a card first when the question says that one is lost.

    The places and the people around a loss ("in the metro", "by courier") draw a search to other entries. An entry that
    is about a loss itself stays where it is.
    """
    found = next((i for i, hit in enumerate(hits) if hit.passage.intent == LOST_CARD_INTENT), 0)
    if not found or not reports_lost_card(question) or speaks_of_loss(hits[0].passage.question):
        return list(hits)
    moved = [hits[found], *hits[:found], *hits[found + 1 :]]
    return [Hit(to.passage, place.score) for to, place in zip(moved, hits, strict=True)]
