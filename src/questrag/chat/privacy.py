"""Removes what must not leave the house from what a customer typed: before it is stored, logged or sent.

Checksums are not consulted. A mistyped card number is still a card number, and the price of masking an
innocent run of nine digits is small.
"""

import re

_SEPARATOR = r"[ \-.\u2013]?"
_CONFIDENTIAL_WORDS = (
    r"(?:otp|o\.t\.p|one[ -]time[ -]password|mpin|m-pin|upi[ -]?pin|atm[ -]?pin|pin(?:[ -]?(?:number|no))?|cvv2?|cvc"
    r"|ओटीपी|पिन|सीवीवी)"
)
_FILLER = r"(?:\s*(?:is|was|hai|mera|code|number|no\.?|है|:|=|-|,)\s*)*"

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[\w.+\-]+@[\w\-]+\.[\w.\-]*\w"), "[EMAIL]"),
    (re.compile(r"\b[\w.\-]{2,}@[a-z][a-z0-9]{1,}\b", re.IGNORECASE), "[UPI_ID]"),
    (re.compile(r"\b[A-Z]{3}[PCHFATBLJG][A-Z]\d{4}[A-Z]\b", re.IGNORECASE), "[PAN]"),
    (
        re.compile(
            rf"(\b{_CONFIDENTIAL_WORDS}{_FILLER}\s*)(\d(?:{_SEPARATOR}\d){{2,7}})\b(?!\s*(?:days?|months?|years?|din|hours?|%))",
            re.IGNORECASE,
        ),
        r"\1[SECRET]",
    ),
    (re.compile(r"(\bpassword\s*(?:is|hai|:|=)\s*)(\S+)", re.IGNORECASE), r"\1[SECRET]"),
)
_DIGIT_RUN = re.compile(rf"(?<![\w,])\+?\d(?:{_SEPARATOR}\d){{8,18}}(?![\w]|,\d)")
_DATE_LIKE = re.compile(r"\d{1,4}[-.]\d{1,2}[-.]\d{1,4}(?: \d{1,4}[-.]\d{1,2}[-.]\d{1,4})*")


def mask(text: str) -> str:
    """Replace personal numbers by what they are; the rest stays as it was, byte for byte.

    >>> mask("card 4111 1111 1111 1111 otp is 482913")
    'card [CARD] otp is [SECRET]'
    >>> mask("Call me on 98765 43210 or priya@okbank")
    'Call me on [PHONE] or [UPI_ID]'
    >>> mask("FD of 1,00,00,000 for 5 years")
    'FD of 1,00,00,000 for 5 years'
    """
    for pattern, label in _PATTERNS:
        text = pattern.sub(label, text)
    return _DIGIT_RUN.sub(_label, text)


def _label(match: re.Match[str]) -> str:
    run = match.group()
    digits = re.sub(r"\D", "", run)
    if _DATE_LIKE.fullmatch(run) or digits.startswith(("1800", "1860")):
        return run  # a date range, or a toll-free number that everybody may know
    if (len(digits) == 10 and digits[0] in "6789") or (len(digits) == 12 and run.startswith(("+91", "91"))):
        return "[PHONE]"
    if len(digits) == 12:
        return "[AADHAAR]"
    return "[CARD]" if len(digits) in (15, 16) else "[ACCOUNT]"
