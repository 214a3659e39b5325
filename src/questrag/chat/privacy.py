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
    rf"(?:\s*(?:(?:{_MINE}|{_LINK}|it|i|as|to|on|in|for|card|code|number|no|num|kar|diya|aaya|aya|gaya|mila"
    rf"|bheja|received"
    r"|recieved|got|came|sent|says|used|use|set|new|old|behind|entered|typed|naya|purana|rakha|daala|dala"
    r"|likha|आया|मिला|कोड|नंबर|रखा|डाला|लिखा|नया|hi)(?![\w\u0900-\u0963])|[:=,#.()\-])){0,8}\s*"
)
_NUMBER_GAP = (
    r"(?:\s*(?:(?:no|number|num|id|code|is|was|hai|h|ka|ki|mera|my|card|नंबर|है)(?!\w)"
    r"|[:#=.\-])){0,5}\s*"
)
_NO_UNIT = (
    r"(?!\s*(?:days?|din|months?|mahine|years?|saal|hours?|minutes?|mins?|times|tries|baar|rs|rupees|rupaye|wapas|%|x"
    r"|k[aei] (?:emi|loan|fd|kist|bill|transaction|payment))(?!\w)"
    r"|\s*(?:दिन|महीने|साल|घंटे|मिनट|बार|रुपये|रुपए|वापस|की ईएमआई|का लोन)(?![\w\u0900-\u0963]))"
)
_DIGIT_WORD = (
    r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple|ek|do|te+n|tin|cha+r|pa+n?ch"
    r"|ch+[aeh]h?|chhai"
    r"|sa+t|a+th|na+u|nou|शून्य|जीरो|ज़ीरो|एक|दो|तीन|चार|पांच|पाँच|छह|छः|छ|सात|आठ|नौ|डबल|ट्रिपल|वन|टू|थ्री|फोर|फाइव"
    r"|सिक्स|सेवन|एट|नाइन)(?![\w\u0900-\u0963])"
)
_SAID = rf"{_DIGIT_WORD}(?:[\s,\-]{{1,3}}{_DIGIT_WORD})"
_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
_DATE = rf"(?:{_DAY}[-./]{_MONTH}[-./](?:{_YEAR}|\d\d)|{_YEAR}[-./]{_MONTH}[-./]{_DAY})(?![-./]?\d)"
_CODE = rf"(?!{_DATE}|\d+\.\d{{1,2}}(?!\d|\.\d))\d(?:[ \-.]?\d){{2,7}}+(?!\w|,\d)|{_SAID}{{2,7}}+"
_SIX_DIGITS = r"(?<![\w,.])(?<!\d[\s\-/])\d{6}(?<!000)(?!\w|[,.]\d)"
_CREDENTIAL = rf"(?:{_START}(?<!time )(?<!time-)(?:pass ?word|pasword|passwd|pwd)(?!\w)|पासवर्ड)"
_NO_CREDENTIAL = (
    r"(?!(?:you|not|no|wrong|incorrect|invalid|expired?|locked|blocked|forgotten|lost|weak|required|needed|same|being"
    r"|never|the|my|a|an|to|for|in|on|and|or|also|already|asked|asking|correct|right|too|very|changed?|reset|set|safe"
    r"|secure|showing|shared|stolen|hacked|kya|nahi|nahin|nhi|galat|sahi|bhool|kaise|ya|aur|lekin|mera|ki|ka)(?!\w))"
)
_AT = r"(?: ?@ ?| ?[(\[] ?at ?[)\]] ?| at the rate (?!of )| एट द रेट | ऐट द रेट )"
_DOT = r"(?: ?[(\[] ?dot ?[)\]] ?| dot | डॉट )"
_DOMAIN = r"(?:com|in|org|net|edu|कॉम|co(?: ?\. ?|" + _DOT + r")(?:in|uk))(?![\w\u0900-\u0963])"
_HANDLE = (
    r"(?:ok[a-z]+|ybl|ibl|axl|apl|upi|[a-z]*bank|paytm|pt[a-z]+|yes[a-z]+|[a-z]*(?:sbi|hdfc|icici"
    r"|axis|kotak|pnb|boi|idfc))"
)
_CONTEXTUAL = (
    ("[EMAIL]", r"(?<![\w.+\-])(?P<it>[\w.+\-]++@[\w\-]++(?:\.[\w\-]+)+)"),
    ("[EMAIL]", rf"(?<![\w.+\-])(?P<it>[\w.+\-]++{_AT}[\w\-]++(?: ?\. ?|{_DOT}){_DOMAIN})"),
    ("[EMAIL]", rf"(?<![\w.+\-])(?P<it>[\w.+\-]++ (?:at|एट) [\w\-]++{_DOT}{_DOMAIN})"),
    ("[UPI_ID]", r"(?<![\w.\-])(?P<it>[\w.\-]{2,}+@[a-z][a-z0-9]+)"),
    ("[UPI_ID]", rf"(?<![\w.\-])(?P<it>[\w.\-]{{2,}}+{_AT}{_HANDLE})(?!\w)"),
    (
        "[IFSC]",
        r"(?<![a-z])(?P<it>(?!(?:call|dial|code|from|with|bank|date|year"
        r"|than)[ -])[a-z]{4}[ \-.]?0(?:[ ]?\d){6})(?!\w)",
    ),
    ("[PAN]", r"(?<![\w])(?P<it>(?:[a-z][ .\-]){5}(?:\d[ .\-]){4}[a-z])(?!\w)"),
    (
        "[PAN]",
        r"(?<![a-z])(?P<it>[a-z]{5}\d{4}[a-z]|(?!since )[a-z]{3}[pchfatbljg][a-z][ -]\d{4}(?: ?[b-hj-z]"
        r"|-[a-z]| [ai](?= (?:is|was|hai|h)\b|[,.;]|\Z)))\b",
    ),
    ("[PAN]", rf"(?:{_START}pan(?!\w)|पैन){_NUMBER_GAP}(?P<it>[a-z]{{5}}[ -]?\d{{4}}[ -]?[a-z])\b"),
    ("[SECRET]", rf"{_CREDENTIAL}[ \t]*[:=][ \t]*{_NO_CREDENTIAL}(?P<it>\S+)"),
    (
        "[SECRET]",
        rf"{_CREDENTIAL}\s+{_LINK}(?!\w)[\s:\-]*{_NO_CREDENTIAL}"
        r"(?P<it>(?=[!-~]*[\d@#$&*_])[!-~]+|[a-z]+(?=\s*(?:[,.;!]|$)|\s+(?:please|pls|plz|help|hai|but)(?!\w)))",
    ),
    ("[SECRET]", rf"{_CREDENTIAL}[\s\-]+(?P<it>(?=[^\s\d]*\d)[!-~]{{4,}})"),
    (
        "[SECRET]",
        rf"(?:{_START}pin[ -]?code|पिन ?कोड){_NUMBER_GAP}\d{{3}} ?\d{{3}}(?!\d)"
        rf"|{_CODE_WORD}{_CODE_GAP}(?P<it>{_CODE}){_NO_UNIT}",
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
        rf"(?<![\w,.])(?<!\d[\s\-/])(?P<it>{_CODE})\s*{_CODE_WORD}\s+"
        r"(?:mil[ai]|aa?ya|received|recieved|came|got|daala|dala|मिला|आया|डाला)(?![\w\u0900-\u0963])",
    ),
    (
        "[SECRET]",
        r"(?<![\w,.])(?<!\d[\s\-/])(?P<it>\d{3,8})\s*"
        rf"(?:(?:is|was|=)\s*(?:{_MINE}\s+)?{_CODE_WORD}(?! ?code)"
        rf"|(?:{_MINE}\s+)?{_CODE_WORD}\s+(?:hai|h|tha|है|था)(?!\w))",
    ),
    (
        "[REFERENCE]",
        rf"{_START}(?:utr|rrn|arn|urn|ref|reference|transaction|txn|complaint|ticket|request|order"
        rf"|application|tracking)(?!\w)"
        rf"{_NUMBER_GAP}(?P<it>[a-z]{{0,6}}\d(?:[ -]?\d){{8,21}}+)(?!\d)",
    ),
    (
        "[ACCOUNT]",
        rf"(?:{_START}(?:a/c|ac|acct|account|khata|khaata)(?!\w)|खाता|खाते){_NUMBER_GAP}"
        r"(?P<it>\d{4}[ -]?\d{4})(?![ -]?\d)",
    ),
)

_MONTHS = r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|जन|फ|मार्च|अप्रैल|मई|जून|जुला|अग|सित|अक्|नव|दिस"
_FREELY = r"[\s\-._/,|]{1,3}"
_KNOWN_TO_ALL = (
    rf"(?:\d{{1,7}} )?{_DATE}|\d{{1,7}} (?=\d{{1,2}} (?:{_MONTHS}))",
    r"(?:[1-9]\d{0,3}00(?!\d)[ ,/\-]{1,2}){2,}[1-9]\d{0,3}00(?!\d)",
    rf"{_YEAR}(?:-\d\d|(?:{_FREELY}{_YEAR})+)(?![-./]?\d| \d{{4}}(?!-))",
    r"18[06]0(?:[ -]{0,2}\d){6,7}(?![-.]?\d| \d{3})",
    r"\d{1,3}(?:,\d{2,3})+(?:\.\d+)?(?!\d|,\d)",
    r"\d{1,9}\.\d{1,2}(?!\d|[-.]\d)",
    r"[1-9]\d{0,4}000 ?- ?[1-9]\d{0,6}000(?!\d)",
    r"[1-9]\d{0,3}0{6,9} ?(?:rs|rupees|rupaye|inr|ka|ki|loan|fd|रुपये|रुपए)(?!\w)",
)
_PERSONAL = (
    r"\d(?:[ \-.,]\d(?!\d)){9,18}(?![ \-.]?\d)",
    r"(?:(?:\+|00)?91[\s\-]{0,2}|0[\s\-]{0,2})?[6-9](?:[\s\-.]{0,2}\d){9}(?![-./_]?\d| \d{3})",
    rf"\d{{4}}(?:{_FREELY}\d{{4}}){{3}}(?!\d)",
    rf"\d{{4}}(?:{_FREELY}\d{{4}}){{2}}(?: \d{{1,3}})?(?!\d)",
    r"\d{4}[ \-._/,]\d{6}[ \-._/,]\d{5}(?!\d)",
    r"\d{3,}(?:[\-._/]\d{3,}){2,}",
    r"\+?\d(?:(?:[^\S\n]{0,3}|[^\S\n]?-[^\S\n]?|\.)\d){8,}+",
    rf"(?<![\w\u0900-\u0963]){_SAID}{{8,}}+",
)
_NUMBERS = (
    rf"(?:₹|{_START}(?:rs|inr|rupees|of|for|worth))[. ]{{0,2}}"
    r"(?:[1-9]\d{0,8}|[1-9]\d{0,6}0{4,9})(?!-?\d| \d{3})"
    rf"|(?<!\d)(?:{'|'.join(_KNOWN_TO_ALL)}|(?P<it>{'|'.join(_PERSONAL)}))"
)
_THEIRS = (
    r"(?:(?<![^\W\d])(?:card|aadhaa?r|adhaa?r|uid|a/c|ac|acct|account|khata|khaata|mobile|phone)(?!\w)"
    r"|कार्ड|आधार|खाता|खाते|अकाउंट|मोबाइल|फोन)"
)
_BEGUN = rf"{_THEIRS}(?:{_NUMBER_GAP}|\s*संख्या\s*)(?P<it>\d(?:[ \-.]{{0,2}}\d){{5,}}+)(?<!000)\W*\Z"
"""A number that the message breaks off in; the next message may have the rest."""
_PATTERNS = tuple((label, re.compile(pattern)) for label, pattern in (*_CONTEXTUAL, (None, _NUMBERS), (None, _BEGUN)))
_GOING_ON = (
    r"(?:(?:and|then|the|rest|remaining|last|next|other|half|part|digits?|numbers?|no|of|it|is|are"
    r"|continued|further|ok|yes"
    r"|please|check|here|aage|agla|agle|baa?ki|phir|fir|aur|uske|iske|baad|ka|ke|ki|hai|hain|h|ye|yeh|ank|karo|dekho"
    r"|आगे|अगला|अगले|बाकी|फिर|और|उसके|इसके|बाद|का|के|है|हैं|ये|यह|अंक|नंबर|देखिए"
    r"|करो)(?![\w\u0900-\u0963])[\s:.,=\-]*)"
)
_REST = re.compile(
    rf"[\s:.,=\-]*{_GOING_ON}{{0,6}}(?!{_DATE})"
    rf"(?P<it>\d(?:[ \-.]{{0,2}}\d){{2,}}+)(?<!000)(?![,.]\d)[\s.,]*{_GOING_ON}{{0,6}}[\s?!.]*\Z"
)
"""A message with nothing but a number, or the rest of one."""
_UNFINISHED = re.compile(
    rf"(?:\d|\[(?:card|account|aadhaar|phone|secret|reference)\]|(?:{_THEIRS}|{_CODE_WORD}|number|नंबर|संख्या)"
    rf"(?:{_NUMBER_GAP}|\s*संख्या\s*))\W*\Z"
)
_ALONE = re.compile(r"(?!155260)\d{6,8}")
"""A message with nothing else than so many digits is taken for a personal number, whatever came before."""


def mask(text: str, before: str = "") -> str:
    """Replace personal numbers by what they are; the rest stays as it was, byte for byte.

    Args:
        before: what the same customer wrote last, masked or not: a number may go on from there.

    >>> mask("card 4111 1111 1111 1111 otp is 482913")
    'card [CARD] otp is [SECRET]'
    >>> mask("Call me on 98765 43210 or priya@okbank")
    'Call me on [PHONE] or [UPI_ID]'
    >>> mask("FD of 1,00,00,000 for 5 years, UTR 412345678901")
    'FD of 1,00,00,000 for 5 years, UTR [REFERENCE]'
    >>> mask("and then 1111", before="my card is 4111 1111 1111")
    'and then [CARD]'
    """
    text = _rest_masked(text, before)
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


def _rest_masked(text: str, before: str) -> str:
    match = _REST.fullmatch("".join(map(_plain, text)))
    if match is None:
        return text
    digits = re.sub(r"\D", "", match["it"])
    last = "".join(map(_plain, before)).rstrip()
    if not _UNFINISHED.search(last[-_LOOKED_BACK:]):
        if not _ALONE.fullmatch(digits):
            return text
        label = _label(digits)
    elif last.endswith("]"):
        label = last[last.rindex("[") :].upper()
    else:
        label = _label(re.sub(r"\D", "", last[-_LOOKED_BACK:]) + digits)
    start, end = match.span("it")
    return text[:start] + label + text[end:]


_LOOKED_BACK = 40
"""Signs at the end of what was written before."""


def _plain(char: str) -> str:
    """Return one character for one, so that places in the plain text are places in the text."""
    if char.isascii():
        return char.lower()
    category = unicodedata.category(char)
    if (digit := unicodedata.digit(char, None)) is not None:  # also in circles
        return str(digit)
    if same := {"Zs": " ", "Cf": " ", "Pd": "-"}.get(category):
        return same
    usual = unicodedata.normalize("NFKC", char)  # full width, mathematical
    return usual.lower() if usual.isascii() and len(usual) == 1 else char


def _label(run: str) -> str:
    digits = re.sub(r"\D", "", run) or "0" * len(run.replace("-", " ").split())  # said in words
    if re.fullmatch(r"(?:(?:00)?91|0)?[6-9]\d{9}|0[1-9]\d{9}", digits):
        return "[PHONE]"
    if len(digits) == 12:
        return "[AADHAAR]"
    return "[CARD]" if len(digits) in (15, 16) else "[ACCOUNT]"
