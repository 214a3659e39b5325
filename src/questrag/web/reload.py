"""Takes up what was published, or changed in the files, while serving; keeps the last good one where the new is not."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from time import perf_counter

from questrag.chat.desk import GoldenQuestion, Revision
from questrag.chat.errors import ArtifactError, Unavailable
from questrag.chat.turn import Assistant
from questrag.evaluation.golden import FirstHits, GateReport, compare, read_golden, together
from questrag.evaluation.labelled import Query
from questrag.generation.grounded import read_ahead
from questrag.generation.providers import states_of
from questrag.knowledge.entry import Entry
from questrag.knowledge.revising import present
from questrag.settings import Settings
from questrag.web.background import alongside
from questrag.web.lateness import set_apart_soon
from questrag.wiring import Parts, files_in_use, published_in, renew, with_draft

logger = logging.getLogger(__name__)

_SETTLE_S = 10.0
"""Wait so long for a file that is being written, or for a database, where nobody looks at regular times."""
_DRAFTS = 2
"""Assistants with a draft in them that are kept: each holds an index of its own, some 100 MB for 30,000 phrasings."""

_READ_AHEAD = 2_500
"""Entries; about as many as are remembered."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What a look finds."""

    files: Mapping[Path, tuple[int, int]]
    published: Mapping[str, Revision]
    golden: tuple[GoldenQuestion, ...] = ()

    def calls_for_more(self, settled: "_Found", *, refused: bool) -> bool:
        """Return whether this is not what was last taken up, or what was refused may pass now."""
        changed = (self.files, self.published) != (settled.files, settled.published)
        return changed or (refused and self.golden != settled.golden)


class Live:
    """The parts in use. A request takes them once, so no answer mixes two knowledge bases."""

    def __init__(self, settings: Settings, parts: Parts, *, now: Callable[[], datetime] = present) -> None:
        self.parts = parts
        self.first_hits = FirstHits(parts.assistant.retriever)
        """Of what serves."""
        self.last: GateReport | None = None
        """What the gate said last, since the start."""
        self._settings = settings
        self._now = now
        self._settled = _Found(parts.files, parts.revisions)
        self._seen = parts.files
        self._looking = asyncio.Lock()
        self._building = asyncio.Lock()
        self._at_work = False
        self._asked = asyncio.Event()
        self._again = False
        self._drafts: dict[tuple[str, str], Assistant] = {}

    @property
    def working(self) -> bool:
        """Whether an index is being made and tested, or will be in a moment."""
        return self._at_work or self._asked.is_set()

    def look_soon(self, *, again: bool = False) -> None:
        """Have what is published taken up, and return at once; many calls together are one look.

        Args:
            again: also where nothing has changed since, and with a new index where the old one is damaged.
        """
        if self.parts.files:
            self._again |= again
            self._asked.set()

    async def look(self, *, again: bool = False) -> bool:
        """Serve what is published and what the files hold, once two looks in a row found the files alike.

        Whoever is writing a file is done by then: return False where that is still to be seen. What cannot be served,
        or would answer a golden question worse, is said and left alone until something changes; where the fault was not
        in it, such as a full disk, the next look tries once more. Parts made by hand have nothing to look at.

        Args:
            again: see `look_soon`.

        Raises:
            Unavailable: the database does not answer.
        """
        if not self.parts.files:
            return True
        async with self._looking:
            found = await self._find()
            quiet, self._seen = found.files == self._seen, found.files
            if quiet and (again or found.calls_for_more(self._settled, refused=bool(self.parts.refused))):
                self._at_work = True
                try:
                    await self._take_up(found, again=again)
                finally:
                    self._at_work = False
            return quiet

    async def filed_golden(self) -> tuple[Query, ...]:
        """Return the golden questions of the file. Raises: ArtifactError: it cannot be read."""
        return await asyncio.to_thread(read_golden, self._settings.golden_path)

    async def with_draft(self, entry: Entry) -> Assistant:
        """Return the assistant as it would be if this entry were published."""
        async with self._building:
            parts = self.parts
            key = (parts.knowledge.version, entry.to_json())
            if key not in self._drafts:
                self._drafts = dict(list(self._drafts.items())[1 - _DRAFTS :])
                self._drafts[key] = await asyncio.to_thread(with_draft, self._settings, parts, entry)
            return self._drafts[key]

    def looking(self, every_s: float) -> AbstractAsyncContextManager[None]:
        """Look again and again while the block lasts, and whenever `look_soon` asks for it; 0: only then."""
        return alongside(self._look_on(every_s) if self.parts.files else None)

    def reading_ahead(self) -> AbstractAsyncContextManager[None]:
        """Read what serves for the checks of a model's answers while the block lasts, for a fifth of the time."""
        return alongside(self._read_ahead() if states_of(self.parts.assistant.generator) else None)

    async def _read_ahead(self) -> None:
        for passage in islice(self.parts.knowledge.passages(), _READ_AHEAD):
            began = perf_counter()
            read_ahead(passage)
            await asyncio.sleep(4 * (perf_counter() - began))

    async def _look_on(self, every_s: float) -> None:
        settled = True
        while True:
            wait_s = every_s or (None if settled else _SETTLE_S)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), wait_s)
            settled = await self._look_safely()

    async def _look_safely(self) -> bool:
        """Look; return whether nothing is left to be done."""
        again, self._again = self._again, False
        self._at_work = self._asked.is_set()
        self._asked.clear()
        settled = False
        try:
            settled = await self.look(again=again)
        except Unavailable as error:
            logger.warning("the knowledge base could not be looked at: %s", error)
        except Exception as error:  # one bad look must not be the last
            logger.exception("the knowledge base could not be looked at")
            self._refuse(str(error))
        finally:
            self._at_work = False
        self._again |= again and not settled
        return settled

    async def _find(self) -> _Found:
        files = await asyncio.to_thread(files_in_use, self._settings)
        store = self.parts.store
        published = await published_in(store, self._now())
        return _Found(files, published, tuple(await store.every(GoldenQuestion)))

    async def _take_up(self, found: _Found, *, again: bool) -> None:
        served, at, began = self.parts, self._now(), perf_counter()
        report = None
        try:
            async with self._building:
                new = await asyncio.to_thread(renew, self._settings, served, found.published, mend=again)
            hits = FirstHits(new.assistant.retriever)
            if again or new.knowledge.version != served.knowledge.version:
                golden = together(await self.filed_golden(), found.golden)
                asked = (served.knowledge, new.knowledge, golden, self.first_hits, hits)
                report = replace(await asyncio.to_thread(compare, *asked, at=at), seconds=perf_counter() - began)
                self.last = report
        except ArtifactError as error:
            self._settled = found
            self._refuse(str(error))
            return
        self._settled = found
        if report and not report.passed:
            self._refuse(report.refusal)
            return
        self.parts, self.first_hits, self._drafts = new, hits, {}
        set_apart_soon()
        logger.warning("knowledge base %s, policy %s serve now", new.knowledge.version, new.assistant.policy.version)

    def _refuse(self, why: str) -> None:
        self.parts = replace(self.parts, refused=why)
        logger.error("knowledge base %s goes on being served: %s", self.parts.knowledge.version, why)
