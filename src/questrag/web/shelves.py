"""What the routes of curators are given: the entries that serve, and the work on their revisions."""

from functools import lru_cache
from typing import Annotated

from fastapi import Depends

from questrag.chat.errors import Misconfigured
from questrag.knowledge.base import EntryBase
from questrag.knowledge.catalogue import Shelf
from questrag.knowledge.revising import Revising
from questrag.web.dependencies import CurrentParts


async def _entries(parts: CurrentParts) -> EntryBase:
    if isinstance(parts.knowledge, EntryBase):
        return parts.knowledge
    raise Misconfigured("The knowledge base in use has no entries that could be listed or changed.")


CurrentEntries = Annotated[EntryBase, Depends(_entries)]
"""What customers are answered from."""


@lru_cache(maxsize=1)
def _shelf_of(entries: EntryBase) -> Shelf:
    return Shelf(entries.entries)


async def _shelf(entries: CurrentEntries) -> Shelf:
    return _shelf_of(entries)


async def _revising(parts: CurrentParts, entries: CurrentEntries) -> Revising:
    return Revising(desk=parts.store, base=parts.base, profile=entries.profile or None)


CurrentShelf = Annotated[Shelf, Depends(_shelf)]
CurrentRevising = Annotated[Revising, Depends(_revising)]
