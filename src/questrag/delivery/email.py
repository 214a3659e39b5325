"""Tells the bank's staff by e-mail."""

import asyncio
import ipaddress
import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Self
from urllib.parse import unquote, urlsplit

from questrag.chat.desk import HandOff
from questrag.chat.errors import Unavailable

_PORTS = {"smtp": 587, "smtps": 465}
_LANGUAGES = {"en": "English", "hinglish": "Hinglish", "hi": "Hindi"}
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in."""

    host: str
    port: int
    encrypted: bool
    """From the first byte on (smtps); else after STARTTLS."""
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Read ``smtp://user:password@host:587`` or ``smtps://...``; escapes (``%40``) are resolved.

        >>> MailServer.from_url("smtps://desk%40bank.example:pass@mail.bank.example").user
        'desk@bank.example'
        """
        found = urlsplit(url)
        if found.scheme not in _PORTS or not found.hostname:
            raise ValueError("a mail server is smtp://host:587 or smtps://host:465")
        return cls(
            host=found.hostname,
            port=found.port or _PORTS[found.scheme],
            encrypted=found.scheme == "smtps",
            user=unquote(found.username or ""),
            password=unquote(found.password or ""),
        )

    @property
    def is_this_machine(self) -> bool:
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


class Email:
    """Sends each hand-off as one plain message. Nothing travels unencrypted, except to a server on this machine."""

    name = "email"

    def __init__(
        self,
        server: MailServer,
        *,
        sender: str,
        recipient: str,
        timeout_s: float = 10.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """
        Args:
            timeout_s: for one step of the conversation with the server; three times that for all of it.
            tls: whose certificates count; None: those that this machine trusts.
        """
        self._server = server
        self._sender = sender
        self._recipient = recipient
        self._timeout_s = timeout_s
        self._tls = tls

    async def tell(self, handoff: HandOff) -> None:
        message = compose(handoff, sender=self._sender, recipient=self._recipient)
        try:
            async with asyncio.timeout(3 * self._timeout_s):
                await asyncio.to_thread(self._send, message)
        except OSError as error:  # what smtplib raises is one, and so is a timeout
            raise Unavailable(_reason(error)) from None

    def _send(self, message: EmailMessage) -> None:
        server, tls = self._server, self._tls or ssl.create_default_context()
        connection = (
            smtplib.SMTP_SSL(server.host, server.port, timeout=self._timeout_s, context=tls)
            if server.encrypted
            else smtplib.SMTP(server.host, server.port, timeout=self._timeout_s)
        )
        try:
            connection.ehlo()
            if not server.encrypted and (connection.has_extn("starttls") or not server.is_this_machine):
                connection.starttls(context=tls)
            if server.user:
                connection.login(server.user, server.password)
            connection.send_message(message)
        finally:
            with suppress(OSError):  # a message that was taken stays taken, however the server says good-bye
                connection.quit()
            connection.close()


def compose(handoff: HandOff, *, sender: str, recipient: str) -> EmailMessage:
    """Return the message. Of what the customer gave, only an e-mail address gets into its headers, as Reply-To."""
    message = EmailMessage()
    message["From"], message["To"] = sender, recipient
    message["Subject"] = f"A customer asks for a person ({handoff.reference})"
    message["Date"] = format_datetime(handoff.created_at)
    message["Message-ID"] = f"<{handoff.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    if _PLAIN_ADDRESS.fullmatch(handoff.contact):
        message["Reply-To"] = handoff.contact
    message.set_content(_text(handoff))
    return message


def _text(handoff: HandOff) -> str:
    lines = [
        "A customer asks for a person.",
        "",
        f"Reference: {handoff.reference}",
        f"Asked at: {handoff.created_at:%Y-%m-%d %H:%M} UTC",
        f"Name: {_one_line(handoff.name)}",
        f"To be reached on: {_one_line(handoff.contact)}",
        f"Language: {_LANGUAGES[handoff.lang]}",
    ]
    if handoff.note:
        lines += ["", "Note:", *_quoted(handoff.note)]
    if handoff.transcript:
        lines += ["", "The conversation, numbers that identify a person left out:"]
        for role, text in handoff.transcript:
            lines += ["", "Customer:" if role == "user" else "QUESTRAG:", *_quoted(text)]
    return "\n".join(lines) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _quoted(text: str) -> list[str]:
    """Return the lines set in, so that none of them can be taken for one of ours."""
    return [f"    {line}" for line in text.splitlines()]


def _reason(error: OSError) -> str:
    """Return what went wrong without the server's words, which may repeat an address."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return "the mail server refuses the user name or the password"
        case smtplib.SMTPNotSupportedError():
            return "the mail server offers no encryption or no sign-in: use smtps://, or a server on this machine"
        case smtplib.SMTPRecipientsRefused():
            return "the mail server refuses the recipient"
        case smtplib.SMTPResponseException():
            return f"the mail server refuses the message ({error.smtp_code})"
        case ssl.SSLCertVerificationError():
            return "the certificate of the mail server is not trusted"
        case TimeoutError():
            return "the mail server does not answer in time"
        case _:
            return f"the mail server cannot be reached ({type(error).__name__})"
