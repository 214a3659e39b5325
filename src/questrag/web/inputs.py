"""Text that is accepted from outside."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("must not contain the NUL character")
    return text


def _legible(text: str) -> str:
    if not any(character.isprintable() and not character.isspace() for character in text):
        raise ValueError("must not be blank")
    return text


# Constraints are checked on valid Unicode only: they are also what refuses lone surrogates.
Question = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    AfterValidator(_without_nul),
    AfterValidator(_legible),
]
Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120),
    AfterValidator(_without_nul),
    AfterValidator(_legible),
]
Remark = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(_without_nul)
]
Id = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Username = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{3,64}$")]
Password = Annotated[
    str, StringConstraints(min_length=8, max_length=128), AfterValidator(_without_nul)
]
