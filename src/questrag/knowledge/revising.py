"""The rules of `curation`, applied to the revisions in a store."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from questrag.chat.desk import Revision, Stage, revision_id
from questrag.chat.errors import Conflict, Invalid, NotFound, QuestragError
from questrag.chat.ports import Desk
from questrag.chat.types import User
from questrag.knowledge import curation
from questrag.knowledge.entry import Entry
from questrag.knowledge.placeholders import Profile
from questrag.knowledge.proposals import Proposal, as_written
from questrag.knowledge.revisions import in_force

_TRIES: Final = 5
_DRAFT_ID = re.compile(r"[0-9a-f]{16}-[0-9]{1,9}")


def present() -> datetime:
    """Return the moment, cut to the millisecond as every store does: what is written reads the same later."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revising:
    """Work on the revisions of one knowledge base."""

    desk: Desk
    base: Mapping[str, Entry]
    """What the files hold, by id: revision 0 of each entry."""
    profile: Profile | None
    now: Callable[[], datetime] = present

    async def of_entry(self, entry_id: str) -> list[Revision]:
        """Return all revisions of an entry, oldest first. Numbers begin at 1 and none is left out."""
        found: list[Revision] = []
        with suppress(NotFound):
            while True:
                found.append(await self.desk.one(Revision, revision_id(entry_id, len(found) + 1)))
        return found

    async def draft(self, draft_id: str) -> Revision:
        """Raises: NotFound: there is none."""
        if not _DRAFT_ID.fullmatch(draft_id):
            raise NotFound("There is no such draft.")
        try:
            return await self.desk.one(Revision, draft_id)
        except NotFound:
            raise NotFound("There is no such draft.") from None

    async def begin(self, proposal: Proposal, by: User, *, new: bool = False) -> Revision:
        """Open a draft, of a new entry or of one that exists.

        Args:
            new: the entry is meant to be new: one that exists, or existed, must not be changed by mistake.

        Raises:
            Conflict: somebody has a draft of this entry open, or it is not new.
            Invalid: the entry has no usable id.
        """

        def opened(earlier: list[Revision], now: datetime) -> Revision:
            if new and (proposal.entry.id in self.base or any(r.stage is Stage.PUBLISHED for r in earlier)):
                raise Conflict(f"There is an entry {proposal.entry.id} already: choose another id, or change that one.")
            return curation.begin(proposal, earlier, by, now)

        return await self._add(proposal.entry.id, opened)

    async def change(self, draft_id: str, proposal: Proposal, by: User, seen: datetime) -> Revision:
        draft = await self.draft(draft_id)
        return await self._put(draft, curation.change(draft, proposal, by, self.now(), seen))

    async def discard(self, draft_id: str, by: User) -> None:
        draft = await self.draft(draft_id)
        await self._put(draft, curation.discard(draft, by, self.now()))

    async def submit(self, draft_id: str, by: User) -> Revision:
        draft = await self.draft(draft_id)
        return await self._put(draft, curation.submit(draft, by, self.now(), self.profile))

    async def give_back(self, draft_id: str, by: User, why: str) -> Revision:
        draft = await self.draft(draft_id)
        return await self._put(draft, curation.give_back(draft, by, self.now(), why))

    async def approve(
        self, draft_id: str, by: User, *, effective_from: datetime | None = None, seen: datetime | None = None
    ) -> Revision:
        """Publish what waits, and make golden questions of what it answers."""
        draft, now = await self.draft(draft_id), self.now()
        earlier = await self.of_entry(draft.entry_id)
        approved = curation.approve(draft, earlier, by, now, self.profile, effective_from=effective_from, seen=seen)
        # First, so that a failure between the two loses none of them; a second attempt finds them there.
        for golden in curation.golden_questions(approved, now):
            with suppress(Conflict):
                await self.desk.add(golden)
        return await self._put(draft, approved)

    async def approve_all(
        self,
        draft_ids: Sequence[str],
        by: User,
        *,
        effective_from: datetime | None = None,
        seen: Mapping[str, datetime] = MappingProxyType({}),
    ) -> tuple[list[str], dict[str, str]]:
        """Approve each by itself; return the ids of those that were, and why not of those that were not."""
        approved: list[str] = []
        refused: dict[str, str] = {}
        for draft_id in dict.fromkeys(draft_ids):
            try:
                await self.approve(draft_id, by, effective_from=effective_from, seen=seen.get(draft_id))
                approved.append(draft_id)
            except QuestragError as error:
                fields = error.fields if isinstance(error, Invalid) else ()
                refused[draft_id] = " ".join([str(error), *(f"{name} {message}." for name, message in fields)])
        return approved, refused

    async def restore(self, entry_id: str, number: int, by: User, note: str = "") -> Revision:
        def restored(earlier: list[Revision], now: datetime) -> Revision:
            now = curation.at_once(earlier, now)
            current = in_force(earlier, now).get(entry_id)
            filed = self.base.get(entry_id)
            number_now = current.number if current else 0 if filed else None
            return curation.restore(
                number, filed, earlier, by, now, in_force=number_now, profile=self.profile, note=note
            )

        return await self._add(entry_id, restored)

    async def retire(self, entry_id: str, by: User, note: str = "") -> Revision:
        """Propose to take a published entry out of the knowledge base.

        Raises:
            NotFound: no such entry is published.
            Conflict: somebody has a draft of it open.
        """

        def proposed(earlier: list[Revision], now: datetime) -> Revision:
            current = in_force(earlier, curation.at_once(earlier, now)).get(entry_id)
            entry = as_written(current.line) if current else self.base.get(entry_id)
            if entry is None:
                raise NotFound("No such entry is published.")
            if current and current.retires:
                raise Conflict("The entry is retired already.")
            return curation.retire(entry, earlier, by, now, note)

        return await self._add(entry_id, proposed)

    async def _add(self, entry_id: str, make: Callable[[list[Revision], datetime], Revision]) -> Revision:
        """Add what is made of the revisions so far; whoever is second to take a number makes it again."""
        for _ in range(_TRIES):
            made = make(await self.of_entry(entry_id), self.now())
            with suppress(Conflict):
                await self.desk.add(made)
                return made
        raise Conflict("Several people work on this entry at this moment: try again.")

    async def _put(self, old: Revision, new: Revision) -> Revision:
        await self.desk.exchange(old, new)
        return new
