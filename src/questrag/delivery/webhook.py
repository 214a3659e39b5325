"""Tells a program of the bank's, over HTTP."""

import asyncio
import hashlib
import hmac
import json
import time

import httpx2

from questrag.chat.desk import HandOff
from questrag.chat.errors import Unavailable

EVENT = "handoff.requested"


class Webhook:
    """Posts each hand-off as JSON, signed where there is a secret."""

    name = "webhook"

    def __init__(self, url: str, secret: str | None, *, timeout_s: float = 10.0) -> None:
        """
        Args:
            timeout_s: for one attempt, from the connection to the status.
        """
        self._url = url
        self._secret = secret
        self._timeout_s = timeout_s

    async def tell(self, handoff: HandOff) -> None:
        body = payload(handoff)
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                httpx2.AsyncClient(timeout=self._timeout_s, follow_redirects=False) as client,
                client.stream("POST", self._url, content=body, headers=self._headers(handoff, body)) as response,
            ):
                status = response.status_code
        except TimeoutError:
            raise Unavailable(f"no answer within {self._timeout_s:g} s") from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:  # without their text: it may repeat the address
            raise Unavailable(f"the connection failed ({type(error).__name__})") from None
        if 300 <= status < 400:
            raise Unavailable(f"refused ({status}): a redirect is not followed, set the address that it leads to")
        if not 200 <= status < 300:
            raise Unavailable(f"refused ({status})")

    def _headers(self, handoff: HandOff, body: bytes) -> dict[str, str]:
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "X-Questrag-Event": EVENT,
            "X-Questrag-Delivery": handoff.id,
            "X-Questrag-Timestamp": timestamp,
        }
        if self._secret:
            headers["X-Questrag-Signature"] = f"sha256={signature(self._secret, timestamp, body)}"
        return headers


def payload(handoff: HandOff) -> bytes:
    """Return what is posted: see docs/hand-off.md."""
    record = {
        "event": EVENT,
        "id": handoff.id,
        "reference": handoff.reference,
        "created_at": handoff.created_at.isoformat(timespec="milliseconds"),
        "name": handoff.name,
        "contact": handoff.contact,
        "note": handoff.note,
        "lang": handoff.lang,
        "conversation_id": handoff.conversation_id,
        "transcript": [{"role": role, "text": text} for role, text in handoff.transcript],
    }
    return json.dumps(record, ensure_ascii=False).encode()


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the HMAC-SHA-256 of ``timestamp.body``, in hexadecimal digits."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
