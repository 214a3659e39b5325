"""Whether a sentence asks for what no bank asks for: an OTP, PIN, CVV or password."""

import re

_NAMED = r"(?<![a-z])(?:otp|pin|cvv|password|ओटीपी|पिन|सीवीवी|पासवर्ड)s?(?![a-z])"
_SECRETS = re.compile(
    rf"\b(?:share|tell|send|give|provide|reply with)\b[^.!?,;\n]{{0,25}}{_NAMED}|"  # the verb first, in English
    rf"{_NAMED}\s+(?:hum\w* |हमें )?(?:"
    r"bata(?:iye|o| dijiye| do)|bhej(?:iye|o| dijiye| do)|de (?:dijiye|do)|share (?:kijiye|karein|karo)|"
    r"बता(?:इए|ओ| दीजिए| दें| दो)|भेज(?:िए|ें| दीजिए| दें| दो)|दे (?:दीजिए|दें|दो)|साझा (?:करें|कीजिए))",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\b(?:never|not?|nor|neither|nobody|none|don't|without|asks?|who|mat|na|nahi|nahin|kabhi|kisi)\b|n't\b|"
    r"(?:मत|नहीं|कभी|किसी|\sन\s)",
    re.IGNORECASE,
)


def asks_for_a_secret(sentence: str) -> bool:
    """Return whether a sentence asks to be told a secret.

    >>> asks_for_a_secret("Send us the OTP that you got."), asks_for_a_secret("apna PIN bata dijiye")
    (True, True)
    >>> asks_for_a_secret("Never share your OTP."), asks_for_a_secret("Do not worry, tell us your PIN.")
    (False, True)
    """
    return any(not _NEGATION.search(_clause(sentence, match)) for match in _SECRETS.finditer(sentence))


def _clause(sentence: str, match: re.Match[str]) -> str:
    """Return the match with what stands before it, back to the last comma: "do not worry, tell us" forbids nothing."""
    return re.split(r"[,;:—]", sentence[: match.start()])[-1] + match[0]
