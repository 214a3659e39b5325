"""Numbers written as words, in English, Hindi and Hinglish, put into digits."""

import re
import unicodedata
from decimal import Decimal

LETTER = r"[\w\u0900-\u0963\u0966-\u097F]"
"""Vowel signs are not part of ``\\w``; the full stop of Hindi is no letter."""
NUMBER = r"(?<!\d)(?:\d{1,3}(?:,\d{2,3}){0,6},\d{3}(?!\d)|\d{1,24})(?:\.\d{1,12})?"


def normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def either(words: str) -> str:
    """Return a pattern for any of the words: as a whole, the longest first."""
    by_length = sorted(normal(words).split(), key=len, reverse=True)
    return rf"(?<!{LETTER})(?:{'|'.join(by_length)})(?!{LETTER})"


def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_VALUES = """
    0 zero shunya शून्य
    2 two
    3 three तीन
    4 four char chaar चार
    5 five paanch panch पाँच पांच
    6 six chhe chhah chhah छह छः छे
    7 seven saat सात
    8 eight aath आठ
    9 nine nau नौ
    10 ten das dus दस
    11 eleven gyarah gyaarah ग्यारह
    12 twelve barah baarah बारह
    13 thirteen terah तेरह
    14 fourteen chaudah चौदह
    15 fifteen pandrah पंद्रह पन्द्रह
    16 sixteen solah सोलह
    17 seventeen satrah सत्रह
    18 eighteen atharah अठारह
    19 nineteen unnis unnees उन्नीस
    20 twenty bees bis बीस
    21 ikkis ikkees इक्कीस
    22 bais baais बाईस
    23 teis तेईस
    24 chaubees chaubis चौबीस
    25 pachees pachchees pachis पच्चीस
    28 atthais अट्ठाईस अठाईस
    30 thirty tees तीस
    35 paintees पैंतीस
    36 chhattis छत्तीस
    40 forty chalis chaalis chalees चालीस
    45 paintalis पैंतालीस
    48 adtalis अड़तालीस
    50 fifty pachaas pachas पचास
    55 pachpan पचपन
    60 sixty साठ
    65 painsath पैंसठ
    70 seventy sattar सत्तर
    72 bahattar बहत्तर
    75 pachhattar पचहत्तर
    80 eighty assi अस्सी
    90 ninety nabbe नब्बे
    99 ninyanve निन्यानवे
    1.5 dedh डेढ़
    2.5 dhai dhaai adhai ढाई अढ़ाई
"""
# These mean something else too ("kar do", "teen account", "ke saath"): numbers only before what can be counted.
_AMBIGUOUS = """
    1 one ek एक
    2 do दो
    3 teen
    60 saath sath
    0.5 half aadha adha aadhe आधा आधे
    0.25 quarter
    1.25 sava सवा
"""
_ADDED = {"sava": "0.25", "सवा": "0.25", "saadhe": "0.5", "sadhe": "0.5", "साढ़े": "0.5", "साढे": "0.5"}
_ADDED |= {"paune": "-0.25", "पौने": "-0.25"}
_MULTIPLES = """
    12 dozen dozens darjan दर्जन
    100 hundred hundreds sau सौ
    1000 thousand thousands hazaar hazar hajar hajaar हज़ार हजार k
    100000 lakhs lakh lacs lac लाख
    1000000 million millions mn मिलियन
    10000000 crores crore karod karor cr करोड़ करोड
    1000000000 billion billions bn arab अरब
"""
COUNTED = (
    "percent percentage per pct pratishat fisdi feesdi bps basis rupee rupees rupaye rupaiye rupay rs inr paise "
    "second seconds minute minutes min mins hour hours ghanta ghante ghanton day days din dino dinon week weeks hafta "
    "hafte hafton saptah month months mahina mahine mahino mahinon maheene year years yr yrs saal salon saalon varsh "
    "working business calendar "
    "प्रतिशत फ़ीसदी फीसदी रुपये रुपए रुपया रुपयों पैसे सेकंड मिनट घंटा घंटे घंटों घण्टे दिन दिनों दिवस हफ़्ता हफ्ता "
    "हफ़्ते हफ्ते सप्ताह महीना महीने महीनों माह साल सालों वर्ष वर्षों कार्य"
)
"""Before one of these a word like "do" or "ek" is a number."""


def _by_word(table: str) -> dict[str, str]:
    rows = (line.split() for line in normal(table).strip().splitlines())
    return {word: value for value, *words in rows for word in words}


_WORDS = _by_word(_VALUES)
_UNSURE = _by_word(_AMBIGUOUS)
_TIMES = {word: Decimal(value) for word, value in _by_word(_MULTIPLES).items()}
_PLUS = {normal(word): Decimal(value) for word, value in _ADDED.items()}
_ENGLISH_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ENGLISH_ONES = {"one": "1"} | {word: _WORDS[word] for word in "two three four five six seven eight nine".split()}

_SPELT = {*_WORDS, "one"}

# A letter that stands for a multiple follows its digits at once: "5k", "5L".
_TIMES_WORD = (
    rf"(?:{either(' '.join(w for w in _TIMES if w != 'k'))}|(?<=\d)\s?k(?!{LETTER})|(?<=\d)(?-i:L)(?!{LETTER}))"
)
_TIMES_LETTER = re.compile(r"\d\s?[kKL]")
_COUNTABLE = rf"(?:{either(COUNTED + ' ' + ' '.join(_TIMES))}|%|[-]?(?:day|month|year|hour|week)(?!{LETTER}))"

_DIGIT = re.compile(r"\d")
_DIGIT_WORD = either("zero one two three four five six seven eight nine")
_DICTATED = _re(rf"{_DIGIT_WORD}(?:[ -]{_DIGIT_WORD}){{2,}}")
_TENS = _re(rf"({either(_ENGLISH_TENS)})[ -]({either(' '.join(_ENGLISH_ONES))})")
_WORD = _re(rf"(?<!{LETTER})[a-z\u0900-\u0963\u0971-\u097F]+(?!{LETTER})")
_JOIN = r"(?:-|to|or|se|ya|से|या)"
_SURE = _re(
    rf"({either(' '.join(_UNSURE))})(?=(?:[ -](?:an? )?|[ -](?:(?:to|or|se|ya|से|या)[ -])?{NUMBER}[ -]?){_COUNTABLE})"
)
_ARTICLE = _re(rf"(?<!{LETTER})an?\s(?={_TIMES_WORD})")
_OF_A = _re(rf"(0\.25|0\.5) an? (?={_COUNTABLE})")
_POINTS = normal("point dashamlav दशमलव").split()
_POINT = _re(rf"(?<![\d.])(\d{{1,6}}) (?:{'|'.join(_POINTS)}) (\d(?: ?\d){{0,5}})(?!{LETTER})")
_AND_A_HALF = _re(rf"({NUMBER}|(?<!{LETTER})one) and (?:an? )?(half|quarter)(?!{LETTER})")
_PLUS_PART = _re(rf"({either(' '.join(_PLUS))}) ({NUMBER})")
_BARE = either("hundred thousand sau hazaar hazar lakh crore सौ हज़ार हजार लाख करोड़")
_BARE_TIMES = _re(rf"({NUMBER} ?{_TIMES_WORD} {_TIMES_WORD})|(?<![\d,.] )(?<![\d,.]){_BARE}(?: {_TIMES_WORD})?")
_COMPOUND = _re(
    rf"{NUMBER}\s?{_TIMES_WORD}(?:\s{_TIMES_WORD})?"
    rf"(?:\s(?:and\s|aur\s)?{NUMBER}\s?{_TIMES_WORD}){{0,3}}(?:(?<=hundred)\s(?:and\s)?\d{{1,2}}(?![\d,.%]))?"
)
_PART = _re(rf"({NUMBER})\s?({_TIMES_WORD})?(?:\s({_TIMES_WORD}))?")
_FROM_TO = _re(rf"({NUMBER})\s?({_JOIN})\s?(?={NUMBER}\s?({_TIMES_WORD}))")
_LONG_WHEN_NORMAL = re.compile(r"[\u3300-\u33ff\ufdf2-\ufdfc]|(?<=[½¼¾])[½¼¾]+")
"""Signs that stand for whole words, none of which a bank writes."""
_VULGAR = {"½": "5", "¼": "25", "¾": "75"}


def plain(text: str) -> str:
    """Return it with one kind of digit, dash and space, without what cannot be seen."""
    text = _LONG_WHEN_NORMAL.sub(" ", text)
    text = re.sub(r"(\d?)([½¼¾])", lambda m: f"{m[1] or 0}.{_VULGAR[m[2]]}", text)
    text = re.sub(r"[\u200b-\u200f\u2060\ufeff\u00ad]", "", normal(text))
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text)
    text = re.sub(r"(?<![\w.])\.(?=\d)", "0.", re.sub(r"[^\S\n]+", " ", text))
    return re.sub(r"\d", lambda m: str(int(m.group())), text)


def in_digits(text: str) -> str:
    """Return plain text with its numerals in digits; a product keeps a ``#`` that says it was one.

    >>> in_digits("one lakh fifty thousand"), in_digits("dhai lakh"), in_digits("do din mein kar do")
    ('150000#', '250000#', '2 din mein kar do')
    >>> in_digits("two hundred and five"), in_digits("half a percent"), in_digits("nine point five")
    ('205', '0.5 percent', '9.5')
    """
    words = {word.lower() for word in _WORD.findall(text)}
    if not words.isdisjoint(_SPELT):
        text = _DICTATED.sub(lambda m: "".join(_ENGLISH_ONES.get(w, "0") for w in re.split("[ -]", m[0].lower())), text)
        text = _TENS.sub(lambda m: str(int(_WORDS[m[1].lower()]) + int(_ENGLISH_ONES[m[2].lower()])), text)
        text = _WORD.sub(lambda m: _WORDS.get(m[0].lower(), m[0]), text)
    if not words.isdisjoint(_UNSURE):
        text = _AND_A_HALF.sub(_and_a_half, text)
        for _ in range(2):  # "do-teen din": the last one is sure at once, the first one then
            text = _SURE.sub(lambda m: _UNSURE[m[1].lower()], text)
    if not words.isdisjoint(_PLUS):
        text = _PLUS_PART.sub(lambda m: value(decimal(m[2]) + _PLUS[m[1].lower()]), text)
    return _multiples(text, words) if _DIGIT.search(text) or not words.isdisjoint(_TIMES) else text


def _multiples(text: str, words: set[str]) -> str:
    """Return text with points and multiples in digits."""
    text = _OF_A.sub(r"\1 ", _ARTICLE.sub("1 ", text))
    if not words.isdisjoint(_POINTS):
        text = _POINT.sub(lambda m: f"{m[1]}.{m[2].replace(' ', '')}", text)
    if words.isdisjoint(_TIMES) and not _TIMES_LETTER.search(text):
        return text
    text = _BARE_TIMES.sub(lambda m: m[0] if m[1] else f"1 {m[0]}", text)
    text = _FROM_TO.sub(lambda m: f"{m[1]} {m[3].strip()} {m[2]} ", text)
    return _COMPOUND.sub(_multiplied, text)


def value(number: Decimal | str) -> str:
    number = number if isinstance(number, Decimal) else decimal(number)
    return f"{number.normalize():f}"


def decimal(number: str) -> Decimal:
    return Decimal(number.replace(",", ""))


def _and_a_half(match: re.Match[str]) -> str:
    whole = decimal(_ENGLISH_ONES.get(match[1].lower(), match[1]))
    return value(whole + Decimal(_UNSURE[match[2].lower()]))


def _multiplied(match: re.Match[str]) -> str:
    """Return the sum of parts like "1 lakh 50 thousand"; parts that do not get smaller are numbers of their own."""
    totals: list[tuple[Decimal, Decimal]] = []  # value, and the multiple that ended it
    for number, *words in _PART.findall(match.group()):
        times = Decimal(1)
        for word in filter(None, words):
            times *= Decimal(100_000) if word.strip() == "L" else _TIMES[word.strip().lower()]
        if totals and times < totals[-1][1]:
            totals[-1] = (totals[-1][0] + decimal(number) * times, times)
        else:
            totals.append((decimal(number) * times, times))
    return " ; ".join(value(total) + ("#" if total >= 1000 else "") for total, _ in totals)
