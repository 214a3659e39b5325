"""Asking which of several entries is meant, and understanding the reply."""

import re
from collections.abc import Sequence

from questrag.chat.types import Lang, Passage, Reason, Turn

MOST_OPTIONS = 3

_ASK: dict[Lang, tuple[str, str]] = {
    "en": (
        "I am not sure which of these you mean. Please reply with its number:",
        "If it is none of these, tell me a little more, or ask for a person.",
    ),
    "hinglish": (
        "Mujhe pakka nahi pata ki aap inme se kya pooch rahe hain. Number likhkar batayein:",
        "Inme se koi nahi hai to thoda aur batayein, ya kisi vyakti se baat karne ko kahein.",
    ),
    "hi": (
        "मुझे पक्का नहीं पता कि आप इनमें से क्या पूछ रहे हैं। कृपया नंबर लिखकर बताइए:",
        "इनमें से कोई नहीं है तो थोड़ा और बताइए, या किसी व्यक्ति से बात करने को कहिए।",
    ),
}
_NUMBER = re.compile(
    r"\W*(?:(?:no|number|option|nambar|नंबर|नम्बर)\W*)?(?:"
    r"(?P<one>1|१|one|first|ek|pehla|pehli|pahla|पहला|पहली|एक)|"
    r"(?P<two>2|२|two|second|do|doosra|dusra|dusri|doosri|दूसरा|दूसरी|दो)|"
    r"(?P<three>3|३|three|third|teen|teesra|tisra|teesri|तीसरा|तीसरी|तीन)"
    r")(?:st|nd|rd)?(?:\W*(?:one|wala|wali|option|number|वाला|वाली))?\W*",
    re.IGNORECASE,
)


def ask_back(options: Sequence[Passage], lang: Lang) -> str:
    """Return the question back to the customer, with the options numbered from 1."""
    before, after = _ASK[lang]
    lines = [f"{n}. {passage.question_in(lang)}" for n, passage in enumerate(options[:MOST_OPTIONS], start=1)]
    return "\n".join([before, *lines, after])


def chosen(reply: str, last: Turn | None) -> str | None:
    """Return the entry that a reply chooses, where the turn before asked back and the reply is a number.

    >>> [bool(_NUMBER.fullmatch(reply)) for reply in ("2", "2.", "the 2nd of May", "pehla wala", "option 3")]
    [True, True, False, True, True]
    """
    if last is None or last.receipt is None or last.receipt.reason is not Reason.UNCLEAR:
        return None
    number = _number(reply)
    options = last.receipt.fetched[:MOST_OPTIONS]
    return options[number - 1] if number is not None and number <= len(options) else None


def chosen_words(reply: str, said: str) -> str | None:
    """Return the option that a reply chooses, where all that is known of the turn before is what was said.

    >>> chosen_words("2", ask_back([Passage(id="a", question="Block?", answer=""),
    ...                             Passage(id="b", question="Renew?", answer="")], "en"))
    'Renew?'
    >>> chosen_words("2", "1. Open the app.") is None
    True
    """
    number = _number(reply)
    if number is None or not said.lstrip().startswith(tuple(before for before, _ in _ASK.values())):
        return None
    return dict(_OPTION.findall(said)).get(str(number))


_OPTION = re.compile(r"^([1-3])\. (.{1,2000})$", re.MULTILINE)


def _number(reply: str) -> int | None:
    """Return which option a reply names, from 1."""
    match = _NUMBER.fullmatch(reply.strip())
    return ("one", "two", "three").index(match.lastgroup or "one") + 1 if match else None
