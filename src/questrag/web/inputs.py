"""Text that is accepted from outside."""

import re
import unicodedata
from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, StringConstraints


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("must not contain the NUL character")
    return text


def _legible(text: str) -> str:
    if not any(character.isprintable() and not character.isspace() for character in text):
        raise ValueError("must not be blank")
    return text


def _simple(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", name):
        raise ValueError("may have letters (a to z), digits, dots, dashes and underscores only")
    return name


def _reachable(contact: str) -> str:
    """Refuse what nobody can write to or call. Digits may be those of any script."""
    plain = unicodedata.normalize("NFKC", contact)
    if _PHONE.fullmatch(plain) and 7 <= sum(character.isdecimal() for character in plain) <= 15:
        return contact
    try:
        validate_email(contact, check_deliverability=False)
    except EmailNotValidError:
        raise ValueError("must be an e-mail address or a phone number") from None
    return contact


_PHONE = re.compile(r"\+?[\d ().\-/]+")

_NoNul = AfterValidator(_without_nul)
_Legible = AfterValidator(_legible)

# A constraint is checked on valid Unicode only, so it is also what refuses lone surrogates: every text has one.
Question = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), _NoNul, _Legible]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), _NoNul, _Legible]
Remark = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), _NoNul]
PersonName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), _NoNul, _Legible]
Contact = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=5, max_length=254), _NoNul, AfterValidator(_reachable)
]
SearchText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), _NoNul]
# Of an entry that is being written: it may still be empty, or longer than an entry may be in the end.
EntryText = Annotated[str, StringConstraints(max_length=100_000), _NoNul]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]

Username = Annotated[str, StringConstraints(min_length=3, max_length=64), AfterValidator(_simple)]
Password = Annotated[str, StringConstraints(min_length=8, max_length=128), _NoNul]
# Signing in asks for no more than the store and the hash need: older accounts may have other names and passwords.
UsernameAttempt = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=254), _NoNul, _Legible
]
PasswordAttempt = Annotated[str, StringConstraints(min_length=1, max_length=128), _NoNul]
