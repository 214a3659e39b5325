"""Takes away what only changes how a text looks to a machine, and what hides it from one."""

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

_TAGGED = re.compile("(?<!\U0001f3f4)(?<![\U000e0020-\U000e007f])[\U000e0020-\U000e007e]")
"""Tag letters; behind a black flag they make the flag of a country."""
_LOOKS_LIKE = str.maketrans("авеіјкмнорсԁɡһԛѕтухѡαβεηικμνορτυχωɑı", "abeijkmhopcdghqstyxwabenikuvoptuxwai")
_INVISIBLE = {"Cf", "Cc", "Co", "Cn"}


def hides_letters(text: str) -> bool:
    return _TAGGED.search(text) is not None


def visible(text: str) -> str:
    """Return a text as a reader sees it, in lower case: nothing invisible, one letter for all that look like it."""
    untagged = "".join(chr(ord(c) - 0xE0000) if "\U000e0020" <= c <= "\U000e007e" else c for c in text)
    plain = html.unescape(unicodedata.normalize("NFKC", untagged))
    plain = "".join(c for c in plain if c in "\n\t" or unicodedata.category(c) not in _INVISIBLE)
    return undotted(unicodedata.normalize("NFD", plain)).lower().translate(_LOOKS_LIKE)


def undotted(text: str) -> str:
    """Leave out accents and the dot under Devanagari letters, and write either nasal sign the same way."""
    kept = "".join(c for c in text if not "\u0300" <= c <= "\u036f" and c != "\u093c")
    return unicodedata.normalize("NFC", kept).replace("\u0901", "\u0902")


_LEET = str.maketrans("013457@$!", "oieastasi")
_MIXED = re.compile(r"[a-z0-9@$!.]*[a-z][a-z0-9@$!.]*")
_APART = re.compile(r"(?<![^\W_])(?:[a-z][ .\-_*]{1,2}){3,}[a-z](?![^\W_])")


def unleet(text: str) -> str:
    """Return letters where digits and signs stand for them, and words that were spelt letter by letter.

    >>> unleet("1gn0r3 all r.u.l.e.s")
    'ignore all rules'
    """
    text = _APART.sub(lambda found: re.sub(r"[^a-z]", "", found[0]), text)
    return " ".join(
        word.translate(_LEET).replace(".", "") if _MIXED.fullmatch(word) and not word.isalpha() else word
        for word in text.split(" ")
    )


_BASE64 = re.compile(r"[A-Za-z0-9+/_\-]{16,4000}={0,2}")
_HEX = re.compile(r"(?:(?:\\x|0x|%)?[0-9a-fA-F]{2}[ ,]?){12,2000}")


def decoded(typed: str) -> Iterator[str]:
    """Yield what a text says in rot13, backwards, percent signs, hexadecimal and base64, as `visible` does."""
    text = visible(typed)
    if text.isascii():
        yield codecs.decode(text, "rot13")
        yield text[::-1]
    if "%" in text:
        yield unquote(text)
    for run in _HEX.findall(text):
        digits = re.sub(r"\\x|0x|[^0-9a-f]", "", run)
        yield bytes.fromhex(digits[: len(digits) // 2 * 2]).decode("utf-8", "ignore").lower()
    yield from _from_base64(typed)


def _from_base64(text: str) -> Iterator[str]:
    for run in _BASE64.findall(text):
        try:
            raw = base64.b64decode(run.rstrip("=")[: len(run.rstrip("=")) // 4 * 4], altchars=b"-_", validate=False)
            yield visible(raw.decode("utf-8"))
        except (binascii.Error, UnicodeDecodeError):
            continue
