"""What is kept of people: how it ends by their wish, and how by itself."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from questrag.chat.desk import ApiKey, DismissedGap, HandOff, HandOffState
from questrag.chat.ports import Store
from questrag.chat.types import Conversation
from questrag.custody.api_keys import keys_of

logger = logging.getLogger(__name__)

_PAGE = 100
_CHARGES_KEPT = timedelta(days=40)


@dataclass(frozen=True, slots=True)
class Retention:
    """After how long something ends by itself; None: never."""

    conversations: timedelta | None = None
    """Since they were last used."""
    guests: timedelta | None = None
    """Since they were opened; those that have no conversation."""
    handoffs: timedelta | None = None
    """Since they were asked for; those that are closed."""


@dataclass(frozen=True, slots=True)
class Expired:
    conversations: int = 0
    guests: int = 0
    handoffs: int = 0

    def __bool__(self) -> bool:
        return bool(self.conversations or self.guests or self.handoffs)


async def conversations_of(store: Store, user_id: str) -> list[Conversation]:
    """Return all conversations of a user, archived ones too, the most recently used first of each kind."""
    found: list[Conversation] = []
    for archived in (False, True):
        before: tuple[datetime, str] | None = None
        while page := await store.conversations(user_id, archived=archived, before=before, limit=_PAGE):
            found += page
            before = (page[-1].updated_at, page[-1].id)
    return found


async def handoffs_of(store: Store, user_id: str) -> list[HandOff]:
    """Return all that a user asked a person for, oldest first."""
    return [handoff for handoff in await store.every(HandOff) if handoff.user_id == user_id]


async def erase(store: Store, user_id: str) -> bool:
    """Delete a user and all that is stored of them; False: there is no such user.

    What staff wrote themselves stays: revisions and golden questions. So do backups, until they are removed, and what
    a webhook or an e-mail has carried away. The audit log keeps the id, which names nobody any more.
    """
    for conversation in await conversations_of(store, user_id):
        for turn in await store.turns(user_id, conversation.id):
            await store.remove(DismissedGap, turn.id)
    await _remove_handoffs(store, user_id)
    for key in await keys_of(store, user_id):
        await store.remove(ApiKey, key.id)
    found = await store.delete_user(user_id)
    await _remove_handoffs(store, user_id)  # of a request that was under way
    return found


async def _remove_handoffs(store: Store, user_id: str) -> None:
    for handoff in await handoffs_of(store, user_id):
        await store.remove(HandOff, handoff.id)


async def expire(
    store: Store, retention: Retention, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Expired:
    """Delete what has been kept long enough. Raises: Unavailable: the rest is deleted another time."""
    moment = now()
    await store.forget_charges((moment - _CHARGES_KEPT).date())
    n_handoffs = 0
    if retention.handoffs is not None:
        for handoff in await store.every(HandOff):
            if handoff.state is HandOffState.CLOSED and handoff.created_at < moment - retention.handoffs:
                await store.remove(HandOff, handoff.id)
                n_handoffs += 1
    conversations = guests = 0
    if retention.conversations is not None:
        conversations = await store.delete_unused(moment - retention.conversations)
    if retention.guests is not None:
        guests = await store.delete_idle_guests(moment - retention.guests)
    return Expired(conversations, guests, n_handoffs)
