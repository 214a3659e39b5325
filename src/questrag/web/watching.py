"""Looks again at what the policy skipped, while serving, and takes back a learned policy that does harm."""

import asyncio
import logging
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

from questrag.chat.errors import Invalid, QuestragError
from questrag.evaluation.audit import Audit, audit_skips
from questrag.evaluation.logs import ended_since
from questrag.policy.versions import PolicyVersions
from questrag.web.background import alongside
from questrag.web.reload import Live
from questrag.wiring import approved_only

logger = logging.getLogger(__name__)

LEAST_CHECKED = 30
"""Accounts, one skip of each: fewer are no ground to take a policy back."""
_LOOK_BACK = timedelta(days=7)


class Watch:
    """The shadow audit of the policy in use."""

    def __init__(self, live: Live, versions: PolicyVersions, *, share: float, limit: float) -> None:
        """
        Args:
            share: of the conversations whose skips are looked at again.
            limit: share of them that may have harmed; above it by the lower end of the interval, the policy goes.
        """
        self._live = live
        self._versions = versions
        self._share = share
        self._limit = limit
        self.policy = ""
        self.found: Audit | None = None
        """Of `policy`; None until the first look has ended."""

    @property
    def harmful(self) -> bool:
        found = self.found
        return found is not None and found.n_checked >= LEAST_CHECKED and found.ci95[0] > self._limit

    async def look(self) -> None:
        """Audit the policy that serves, and roll it back where it does harm.

        Several processes may look at the same time: only the first one's finding counts.
        """
        parts = self._live.parts
        policy = parts.assistant.policy.version
        turns = await ended_since(parts.store, datetime.now(UTC) - _LOOK_BACK, share=self._share)
        self.found = await audit_skips(approved_only(parts.assistant), turns, by=policy, of_each_account=1)
        self.policy = policy
        if self.harmful and self._taken_back(parts.served, self.found):
            for _ in range(2):  # one look to see the change, one to see that it has settled
                await self._live.look()

    def _taken_back(self, served: str, found: Audit) -> bool:
        low, high = found.ci95
        harm = f"{len(found.harms)} of {found.n_checked} skips left out what answers ({low:.1%} to {high:.1%})"
        logger.error("policy %s does harm: %s", self.policy, harm)
        if not served:
            logger.error("it goes on, because it is not one that was learned from use: set another POLICY")
            return False
        try:
            now = self._versions.roll_back(f"the audit found that {harm}", only=served)
        except Invalid as error:
            logger.error("it goes on: %s; set POLICY=always or train another one", error)
            return False
        logger.error("policy version %s serves from now on", now)
        return True

    def looking(self, every_s: float) -> AbstractAsyncContextManager[None]:
        """Look again and again while the block lasts; 0 looks never."""
        return alongside(self._look_on(every_s) if every_s else None)

    async def _look_on(self, every_s: float) -> None:
        while True:
            await asyncio.sleep(every_s)
            try:
                await self.look()
            except QuestragError as error:
                logger.warning("the policy's skips could not be looked at again: %s", error)
            except Exception:  # one bad look must not be the last
                logger.exception("the policy's skips could not be looked at again")
