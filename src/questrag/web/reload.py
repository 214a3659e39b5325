"""Takes up a changed knowledge base while serving, and keeps the last good one when the new one is broken."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from questrag.chat.errors import QuestragError
from questrag.settings import Settings
from questrag.wiring import Parts, knowledge_files, renew

logger = logging.getLogger(__name__)


class Live:
    """The parts in use. A request takes them once, so no answer mixes two knowledge bases."""

    def __init__(self, settings: Settings, parts: Parts) -> None:
        self.parts = parts
        self._settings = settings
        self._seen = knowledge_files(settings)

    async def look(self) -> None:
        """Serve what the files hold now, if they have changed; what cannot be served is said and left alone."""
        found = await asyncio.to_thread(knowledge_files, self._settings)
        if found == self._seen:
            return
        self._seen = found
        try:
            self.parts = replace(await renew(self._settings, self.parts), refused="")
        except (QuestragError, OSError) as error:
            self.parts = replace(self.parts, refused=str(error))
            logger.error("knowledge base %s goes on being served: %s", self.parts.knowledge.version, error)
        else:
            logger.warning("knowledge base %s is served now", self.parts.knowledge.version)

    @asynccontextmanager
    async def looking(self, every_s: float) -> AsyncGenerator[None]:
        """Look again and again while the block lasts; 0 looks never."""
        task = asyncio.create_task(self._look_on(every_s)) if every_s else None
        try:
            yield
        finally:
            if task:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _look_on(self, every_s: float) -> None:
        while True:
            await asyncio.sleep(every_s)
            await self.look()
