"""Where a page of a list ended, as a text that the next request sends back."""

import re
from datetime import UTC, datetime, timedelta

from questrag.chat.errors import Invalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"([0-9]{1,14})\.([A-Za-z0-9_-]{1,64})")


def cursor_after(at: datetime, record_id: str) -> str:
    """Return the place of the last record of a page; stores keep times to the millisecond."""
    return f"{(at - _EPOCH) // timedelta(milliseconds=1)}.{record_id}"


def read_cursor(cursor: str) -> tuple[datetime, str] | None:
    """Return the time and the id in a cursor; None for the empty one, with which a list begins."""
    if not cursor:
        return None
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise Invalid("The cursor is not one that a page of this list gave.")
    return _EPOCH + timedelta(milliseconds=int(match[1])), match[2]
