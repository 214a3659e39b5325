"""What has to be done from time to time while the server runs; several servers may do it at once."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from questrag.chat.errors import QuestragError
from questrag.chat.ports import Store, Turns
from questrag.custody.audit_log import AuditLog
from questrag.custody.personal import Retention, expire
from questrag.web.background import alongside

logger = logging.getLogger(__name__)

_SWEEP_EVERY_S = 30.0
_EXPIRE_EVERY_S = 3600.0


@asynccontextmanager
async def kept_up(store: Store, audit: AuditLog, patience: timedelta, retention: Retention) -> AsyncGenerator[None]:
    """Do it as long as the block lasts.

    Args:
        patience: a turn that has been pending for longer was abandoned.
    """
    async with alongside(_sweep(store, patience)), alongside(_expire(store, retention, audit)):
        yield


async def _sweep(turns: Turns, patience: timedelta) -> None:
    """Fail what was abandoned, so that every message ends."""
    while True:
        try:
            n_failed = await turns.fail_pending(datetime.now(UTC) - patience, "The server stopped before the answer.")
            if n_failed:
                logger.warning("%d abandoned turns were marked as failed", n_failed)
        except QuestragError as error:
            logger.warning("abandoned turns could not be looked for: %s", error)
        await asyncio.sleep(_SWEEP_EVERY_S)


async def _expire(store: Store, retention: Retention, audit: AuditLog) -> None:
    """Delete what has been kept long enough."""
    while True:
        try:
            if expired := await expire(store, retention):
                told = f"{expired.conversations} conversations, {expired.guests} guests, {expired.handoffs} requests"
                logger.info("kept long enough and deleted: %s", told)
                await audit.note("data.expired", actor="", detail=told)
        except QuestragError as error:
            logger.warning("what has been kept long enough could not be deleted: %s", error)
        await asyncio.sleep(_EXPIRE_EVERY_S)
