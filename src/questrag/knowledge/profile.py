"""What the ``{{placeholders}}`` of the entries stand for at one bank."""

from collections.abc import Mapping
from pathlib import Path

from questrag.chat.errors import ArtifactError, Invalid
from questrag.knowledge.entry import parse_json, placeholder_key

VALUE_CHARS = 2_000


def read_profile(path: Path) -> Mapping[str, str]:
    """Read a JSON object of placeholder name and text; a name whose text is empty is not known yet.

    Case, spaces and underscores of a name do not matter.

    Raises:
        ArtifactError: the file cannot be used; the message names it, and the name in it that is to blame.
    """
    try:
        content = parse_json(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ArtifactError(f"bank profile {path} cannot be read: {error.strerror}: correct BANK_PROFILE") from None
    except UnicodeDecodeError:
        raise ArtifactError(f"bank profile {path} is not UTF-8: save it as UTF-8") from None
    except Invalid as error:
        raise ArtifactError(f"bank profile {path} {error}") from None
    if not isinstance(content, dict):
        raise ArtifactError(f'bank profile {path} is not a JSON object: write {{"Phone Number": "..."}}')
    written: dict[str, str] = {}
    for name, value in content.items():
        if wrong := _wrong(name, value, written):
            raise ArtifactError(f"bank profile {path}: {_printable(name)}: {wrong}")
        written[placeholder_key(name)] = name
    return {name: value for name, value in content.items() if value.strip()}


def _printable(name: str) -> str:
    return name[:80].encode("utf-8", "replace").decode()  # what is wrong may be the very characters


def _wrong(name: str, value: object, written: Mapping[str, str]) -> str:
    """Return what is wrong with one line; empty when nothing is."""
    key = placeholder_key(name)
    if not key:
        return "is no name: use letters or digits"
    if key in written:
        return f"means the same as {written[key]!r}: remove one of them"
    if not isinstance(value, str):
        return "is not text: put it in quotes"
    if len(value) > VALUE_CHARS:
        return f"has {len(value):,} characters: at most {VALUE_CHARS:,} are allowed"
    if "{{" in value or "}}" in value:
        return "holds a placeholder itself: write the text that customers read"
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        return "holds a NUL character or half a character: remove it"
    return ""
