"""Takes up a changed knowledge base or policy while serving, and keeps the last good one when the new one is broken."""

import asyncio
import logging
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from questrag.chat.errors import ArtifactError
from questrag.settings import Settings
from questrag.web.background import alongside
from questrag.wiring import Parts, files_in_use, renew

logger = logging.getLogger(__name__)


class Live:
    """The parts in use. A request takes them once, so no answer mixes two knowledge bases."""

    def __init__(self, settings: Settings, parts: Parts) -> None:
        self.parts = parts
        self._settings = settings
        self._settled = self._seen = parts.files

    async def look(self) -> None:
        """Serve what the files hold, once two looks in a row found them alike: nobody is writing them any more.

        What cannot be served is said and left alone until the files change again; where the fault was not in them, such
        as a full disk, the next look tries once more.
        """
        found = await asyncio.to_thread(files_in_use, self._settings)
        quiet, self._seen = found == self._seen, found
        if not quiet or found == self._settled:
            return
        try:
            self.parts = await renew(self._settings, self.parts)
            self._settled = found
            now = self.parts
            logger.warning(
                "knowledge base %s, policy %s serve now", now.knowledge.version, now.assistant.policy.version
            )
        except ArtifactError as error:
            self._settled = found
            self._refuse(str(error))

    def looking(self, every_s: float) -> AbstractAsyncContextManager[None]:
        """Look again and again while the block lasts; 0 looks never."""
        return alongside(self._look_on(every_s) if every_s else None)

    async def _look_on(self, every_s: float) -> None:
        while True:
            await asyncio.sleep(every_s)
            try:
                await self.look()
            except Exception as error:  # one bad look must not be the last
                logger.exception("the knowledge base could not be looked at")
                self._refuse(str(error))

    def _refuse(self, why: str) -> None:
        self.parts = replace(self.parts, refused=why)
        logger.error("knowledge base %s goes on being served: %s", self.parts.knowledge.version, why)
