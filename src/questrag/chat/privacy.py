"""Removes what must not leave the house from what a customer typed: before it is stored, logged or sent.

Checksums are not consulted. A mistyped card number is still a card number, and the price of masking an
innocent run of nine digits is small.
"""

import re
import unicodedata

# The patterns see lower case, plain digits, spaces and hyphens. What a pattern hides is its group ``it``; a match
# without it is a number that everybody may know. Gaps never span a bracket: a label changes nothing after it.
_START = r"(?<![^\W\d])"  # of a word; digits may stand glued to it
_MINE = r"(?:my|mera|meri|the|your|ye|yeh|this|मेरा|यह|ये)"
_LINK = r"(?:is|was|are|hai|h|tha|है|था)"
_CODE_WORD = (
    rf"(?:{_START}(?:otps?|o\.t\.p|one[ -]?time[ -]?(?:password|passcode|pin)|(?:verification|security) code|passcode"
    r"|(?:(?:m|t|upi|atm|login)[ -]?)?pin|cvv2?|cvc2?|cvn)(?![^\W\d])|ओटीपी|ओ टी पी|पिन|सीवीवी)"
)
_CODE_GAP = (
    rf"(?:\s*(?:(?:{_MINE}|{_LINK}|it|code|number|no|num|kar|diya|aaya|aya|gaya|mila|bheja|received|recieved|got|came"
    r"|sent|says|आया|मिला|कोड|नंबर|hi)(?!\w)|[:=,#.()\-])){0,8}\s*"
)
_NUMBER_GAP = r"(?:\s*(?:(?:no|number|num|id|code|is|was|hai|h|ka|ki|mera|my|card|नंबर|है)(?!\w)|[:#=.\-])){0,5}\s*"
_NO_UNIT = r"(?!\s*(?:days?|din|months?|years?|hours?|minutes?|mins?|times|baar|rs|rupees|rupaye|%|x)(?!\w))"
_SIX_DIGITS = r"(?<![\w,.])(?<!\d[\s\-/])\d{6}(?<!000)(?!\w|[,.]\d)"
_CREDENTIAL = rf"(?:{_START}(?:pass ?word|pasword|passwd|pwd)(?!\w)|पासवर्ड)"
_NO_CREDENTIAL = (
    r"(?!(?:you|not|no|wrong|incorrect|invalid|expired?|locked|blocked|forgotten|lost|weak|required|needed|same|being"
    r"|never|the|my|a|an|to|for|in|on|and|or|also|already|asked|asking|correct|right|too|very|changed?|reset|set|safe"
    r"|secure|showing|shared|stolen|hacked|kya|nahi|nahin|nhi|galat|sahi|bhool|kaise|ya|aur|lekin|mera|ki|ka)(?!\w))"
)
_CONTEXTUAL = (
    ("[EMAIL]", r"(?<![\w.+\-])(?P<it>[\w.+\-]++@[\w\-]++(?:\.[\w\-]+)+)"),
    ("[UPI_ID]", r"(?<![\w.\-])(?P<it>[\w.\-]{2,}+@[a-z][a-z0-9]+)"),
    ("[PAN]", r"(?<![a-z])(?P<it>[a-z]{5}\d{4}[a-z]|[a-z]{3}[pchfatbljg][a-z][ -]\d{4}[ -]?[b-hj-z])\b"),
    ("[PAN]", rf"{_START}pan{_NUMBER_GAP}(?P<it>[a-z]{{5}}[ -]?\d{{4}}[ -]?[a-z])\b"),
    ("[SECRET]", rf"{_CREDENTIAL}[ \t]*[:=][ \t]*{_NO_CREDENTIAL}(?P<it>\S+)"),
    (
        "[SECRET]",
        rf"{_CREDENTIAL}\s+{_LINK}(?!\w)[\s:\-]*{_NO_CREDENTIAL}"
        r"(?P<it>(?=[!-~]*[\d@#$&*_])[!-~]+|[a-z]+(?=\s*(?:[,.;!]|$)|\s+(?:please|pls|plz|help|hai|but)(?!\w)))",
    ),
    ("[SECRET]", rf"{_CREDENTIAL}[\s\-]+(?P<it>(?=[^\s\d]*\d)[!-~]{{4,}})"),
    (
        "[SECRET]",
        rf"{_START}pin[ -]?code{_NUMBER_GAP}\d{{3}} ?\d{{3}}(?!\d)"
        rf"|{_CODE_WORD}{_CODE_GAP}(?P<it>\d(?:[ \-.]?\d){{2,7}}+)(?!\w|,\d){_NO_UNIT}",
    ),
    (
        "[SECRET]",
        rf"(?:{_START}(?:otp|verification code)(?!\w)|ओटीपी)"
        r"(?:[^\w\[\]]+(?!(?:pin|pincode|rs|inr|of|for)(?!\w))[^\W\d]+){1,4}"
        rf"[^\w\[\]₹]+(?P<it>{_SIX_DIGITS}){_NO_UNIT}",
    ),
    ("[SECRET]", rf"(?P<it>{_SIX_DIGITS})\s*(?:{_MINE}\s+)?{_CODE_WORD}(?! ?code)"),
    (
        "[SECRET]",
        r"(?<![\w,.])(?<!\d[\s\-/])(?P<it>\d{3,8})\s*"
        rf"(?:(?:is|was|=)\s*(?:{_MINE}\s+)?{_CODE_WORD}(?! ?code)"
        rf"|(?:{_MINE}\s+)?{_CODE_WORD}\s+(?:hai|h|tha|है|था)(?!\w))",
    ),
    (
        "[REFERENCE]",
        rf"{_START}(?:utr|rrn|arn|urn|ref|reference|transaction|txn|complaint|ticket|request|order|application|tracking)(?!\w)"
        rf"{_NUMBER_GAP}(?P<it>[a-z]{{0,6}}\d(?:[ -]?\d){{8,21}}+)(?!\d)",
    ),
    (
        "[ACCOUNT]",
        rf"(?:{_START}(?:a/c|ac|acct|account|khata|khaata)(?!\w)|खाता|खाते){_NUMBER_GAP}"
        r"(?P<it>\d{4}[ -]?\d{4})(?![ -]?\d)",
    ),
)

_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
_FREELY = r"[\s\-._/,|]{1,3}"
_KNOWN_TO_ALL = (
    rf"(?:{_DAY}[-./]{_MONTH}[-./](?:{_YEAR}|\d\d)|{_YEAR}[-./]{_MONTH}[-./]{_DAY})(?![-./]?\d)",
    rf"{_YEAR}(?:-\d\d|(?:{_FREELY}{_YEAR})+)(?![-./]?\d| \d{{4}}(?!-))",
    r"18[06]0(?:[ -]{0,2}\d){6,7}(?![-.]?\d| \d{3})",
    r"\d{1,3}(?:,\d{2,3})+(?:\.\d+)?(?!\d|,\d)",
    r"\d{1,9}\.\d{1,2}(?!\d|[-.]\d)",
    r"[1-9]\d{0,4}000 ?- ?[1-9]\d{0,6}000(?!\d)",
    r"[1-9]\d{0,3}0{6,9} ?(?:rs|rupees|rupaye|inr|ka|ki|loan|fd|रुपये|रुपए)(?!\w)",
)
_PERSONAL = (
    r"(?:(?:\+|00)?91[\s\-]{0,2}|0[\s\-]{0,2})?[6-9](?:[\s\-.]{0,2}\d){9}(?![-./_]?\d| \d{3})",
    rf"\d{{4}}(?:{_FREELY}\d{{4}}){{3}}(?!\d)",
    rf"\d{{4}}(?:{_FREELY}\d{{4}}){{2}}(?: \d{{1,3}})?(?!\d)",
    r"\d{4}[ \-._/,]\d{6}[ \-._/,]\d{5}(?!\d)",
    r"\d{3,}(?:[\-._/]\d{3,}){2,}",
    r"\+?\d(?:(?:[^\S\n]{0,3}|[^\S\n]?-[^\S\n]?|\.)\d){8,}+",
)
_NUMBERS = (
    rf"(?:₹|{_START}(?:rs|inr|rupees|of|for|worth))[. ]{{0,2}}"
    r"(?:[1-9]\d{0,8}|[1-9]\d{0,6}0{4,9})(?!-?\d| \d{3})"
    rf"|(?<!\d)(?:{'|'.join(_KNOWN_TO_ALL)}|(?P<it>{'|'.join(_PERSONAL)}))"
)
_PATTERNS = tuple((label, re.compile(pattern)) for label, pattern in (*_CONTEXTUAL, (None, _NUMBERS)))


def mask(text: str) -> str:
    """Replace personal numbers by what they are; the rest stays as it was, byte for byte.

    >>> mask("card 4111 1111 1111 1111 otp is 482913")
    'card [CARD] otp is [SECRET]'
    >>> mask("Call me on 98765 43210 or priya@okbank")
    'Call me on [PHONE] or [UPI_ID]'
    >>> mask("FD of 1,00,00,000 for 5 years, UTR 412345678901")
    'FD of 1,00,00,000 for 5 years, UTR [REFERENCE]'
    """
    # A label can free what stood glued to the number before it, so until nothing changes.
    while (masked := _masked_once(text)) != text:
        text = masked
    return text


def _masked_once(text: str) -> str:
    plain = "".join(map(_plain, text))
    for label, pattern in _PATTERNS:
        for match in reversed([found for found in pattern.finditer(plain) if found["it"]]):
            start, end = match.span("it")
            name = label or _label(match["it"])
            text = text[:start] + name + text[end:]
            plain = plain[:start] + name.lower() + plain[end:]
    return text


def _plain(char: str) -> str:
    """Return one character for one, so that places in the plain text are places in the text."""
    if char.isascii():
        return char.lower()
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    return {"Zs": " ", "Cf": " ", "Pd": "-"}.get(category, char)


def _label(run: str) -> str:
    digits = re.sub(r"\D", "", run)
    if re.fullmatch(r"(?:(?:00)?91|0)?[6-9]\d{9}|0[1-9]\d{9}", digits):
        return "[PHONE]"
    if len(digits) == 12:
        return "[AADHAAR]"
    return "[CARD]" if len(digits) in (15, 16) else "[ACCOUNT]"
