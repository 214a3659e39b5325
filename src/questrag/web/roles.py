"""Who may call what, read from what the routes themselves ask for."""

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from questrag.chat.desk import Scope
from questrag.chat.types import Role
from questrag.web.app import PARTS
from questrag.web.dependencies import LEAST_ROLE, scope_of


@dataclass(frozen=True, slots=True)
class Access:
    """To one route."""

    method: str
    path: str
    least: Role | None
    """Whose sign-in it needs; staff may do what customers may. None: nobody has to sign in."""
    scope: Scope | None
    """What an API key needs for it; None: no key may use it."""
    summary: str


def accesses() -> list[Access]:
    """Return every route that is in the API's description, in its order."""
    found: list[Access] = []
    for part in PARTS:
        for route in part.router.routes:
            if isinstance(route, APIRoute) and route.include_in_schema:
                (method,) = route.methods or ("GET",)
                least = _least(route.dependant)
                scope = scope_of(method, route.path) if least else None
                found.append(Access(method, route.path_format, least, scope, route.summary or ""))
    return found


def _least(dependant: Dependant) -> Role | None:
    """Return the highest of the roles that the dependencies ask for."""
    asked = {LEAST_ROLE[call] for call in _calls(dependant) if call in LEAST_ROLE}
    ranked: tuple[Role, ...] = ("admin", "curator", "customer")
    return next((role for role in ranked if role in asked), None)


def _calls(dependant: Dependant) -> Iterator[object]:
    for each in dependant.dependencies:
        yield each.call
        yield from _calls(each)
