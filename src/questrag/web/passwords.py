"""Which passwords may be chosen: none that is guessed first, and no rules of composition.

Source: NIST SP 800-63B, 5.1.1.2. The lengths are in `inputs.Password`. Passwords that exist already are not looked at.
"""

import re
import unicodedata
from functools import cache
from importlib.resources import files
from itertools import pairwise

_PRODUCT = "questrag"
_LONGEST_TAIL = 5
"""Digits and signs at the end, such as `@2024`: so many are guessed along with every common password."""
_LONGEST_PATTERN = 4
"""A password that repeats so few characters again and again is one of the first guesses."""
_LOOKALIKES = str.maketrans("@4831!|0$57", "aabeiiiosst")


def password_fault(password: str, username: str) -> str:
    """Return what speaks against this password, to be read after the name of its field; "" where nothing does.

    >>> password_fault("Priya@2024", "asha"), password_fault("correct horse", "asha")
    ('is one of those that are guessed first: choose another, such as a few words in a row', '')
    """
    plain = _plain(password)
    if username and _plain(username) in plain:
        return "must not contain the user name"
    if _PRODUCT in plain:
        return "must not contain the name of this service"
    if _is_pattern(plain):
        return "must not be a row or a repetition of characters"
    if _is_common(plain):
        return "is one of those that are guessed first: choose another, such as a few words in a row"
    return ""


def _plain(text: str) -> str:
    """Return the text without what tells no two guesses apart: letter case, widths, the script of digits."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in folded)


def _is_pattern(plain: str) -> bool:
    repeats = any(plain[n:] == plain[:-n] for n in range(1, _LONGEST_PATTERN + 1))
    steps = {ord(after) - ord(before) for before, after in pairwise(plain)}
    return repeats or steps in ({1}, {-1})


def _is_common(plain: str) -> bool:
    common = common_passwords()
    bare = re.sub(rf"[\W\d_]{{1,{_LONGEST_TAIL}}}\Z", "", plain)
    return any(guess in common for text in (plain, bare) for guess in (text, text.translate(_LOOKALIKES)))


@cache
def common_passwords() -> frozenset[str]:
    """Read the list; where it comes from is said in the file."""
    text = files("questrag.web").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))
