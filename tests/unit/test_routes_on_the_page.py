"""Whatever the API lets a person do, the page lets them do too."""

import json
import re
from pathlib import Path

import pytest

from questrag.settings import PROJECT

FRONTEND = PROJECT / "frontend"
OPERATIONS = {
    operation["operationId"]: (method.upper(), path)
    for path, operations in json.loads((FRONTEND / "openapi.json").read_text(encoding="utf-8"))["paths"].items()
    for method, operation in operations.items()
}
NOT_FOR_PEOPLE = {
    "post_message": "scripts ask without a stream; the page streams",
    "live": "for the supervisor of the process",
    "ready": "for the load balancer",
    "create_chat_completion": "for clients of the OpenAI API",
    "list_models": "for clients of the OpenAI API; the page reads the models in `about`",
    "get_model": "for clients of the OpenAI API",
}
_IMPORTED = re.compile(r'import \{([^}]*)\} from "@/api"')
_FETCHED = re.compile(r"/api/v1/[\w/${}().-]+")


def _sources() -> list[str]:
    files = (file for kind in ("ts", "tsx") for file in (FRONTEND / "src").rglob(f"*.{kind}"))
    kept = (file for file in files if not _is_aside(file))
    return [file.read_text(encoding="utf-8") for file in kept]


def _is_aside(file: Path) -> bool:
    parts = file.relative_to(FRONTEND / "src").parts
    return parts[0] in {"api", "testing"} or ".test." in file.name


def _called() -> set[str]:
    """Return the functions of the generated client that the page imports and calls."""
    called = set()
    for source in _sources():
        imported = {name.strip() for names in _IMPORTED.findall(source) for name in names.split(",")}
        called |= {name for name in imported if re.search(rf"\b{name}\(", source)}
    return called


def _fetched() -> set[str]:
    """Return the paths that the page asks for by itself, with a star for what is filled in."""
    return {re.sub(r"\$\{[^}]*\}", "*", path).rstrip("`") for source in _sources() for path in _FETCHED.findall(source)}


@pytest.mark.parametrize("operation", sorted(OPERATIONS.keys() - NOT_FOR_PEOPLE.keys()))
def test_the_page_uses_the_route(operation: str) -> None:
    _, path = OPERATIONS[operation]
    first, *others = operation.split("_")
    function = first + "".join(word.capitalize() for word in others)

    assert function in _called() or re.sub(r"\{[^}]*\}", "*", path) in _fetched()


def test_what_is_left_out_exists() -> None:
    assert NOT_FOR_PEOPLE.keys() <= OPERATIONS.keys()
