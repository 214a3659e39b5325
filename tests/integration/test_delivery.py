"""How hand-offs look at the other end."""

import email.policy
import hashlib
import hmac
import shutil
import ssl
import subprocess
import time
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

import pytest

from questrag.chat.errors import Unavailable
from questrag.delivery.channels import open_channels
from questrag.delivery.email import Email, MailServer
from questrag.delivery.webhook import Webhook
from tests import desks
from tests.contracts.test_channel import a_handoff
from tests.desks import Program

# By HTTP -----------------------------------------------------------------------------------


async def test_a_program_is_posted_the_whole_request() -> None:
    handoff = a_handoff(id="3f2a9c41d05e4b0f9b7a1f7a3f6c1e55")
    async with Program() as program:
        await Webhook(program.url, None).tell(handoff)

    (post,) = program.posts
    assert post.record == {
        "event": "handoff.requested",
        "id": "3f2a9c41d05e4b0f9b7a1f7a3f6c1e55",
        "reference": "3F2A-9C41",
        "created_at": "2026-11-02T12:00:00.000+00:00",
        "name": "Priya शर्मा",
        "contact": "priya@bank.example",
        "note": "My card was charged twice 😀",
        "lang": "hinglish",
        "conversation_id": "c1",
        "transcript": [
            {"role": "user", "text": "card band karo"},
            {"role": "assistant", "text": "Call the number on it."},
        ],
    }
    assert post.headers["content-type"] == "application/json"
    assert post.headers["x-questrag-event"] == "handoff.requested"
    assert post.headers["x-questrag-delivery"] == handoff.id
    assert abs(int(post.headers["x-questrag-timestamp"]) - time.time()) < 5
    assert "x-questrag-signature" not in post.headers


def the_lines_of_the_documentation() -> str:
    page = Path("docs/hand-off.md").read_text(encoding="utf-8")
    return page.split("```python\n")[1].split("```")[0]


async def test_the_signature_is_verified_by_the_lines_in_the_documentation() -> None:
    async with Program() as program:
        await Webhook(program.url, "schlüssel").tell(a_handoff())
    (post,) = program.posts
    names: dict[str, object] = {}
    exec(the_lines_of_the_documentation(), names)  # noqa: S102
    is_ours = names["is_ours"]
    assert callable(is_ours)

    assert is_ours(post.headers, post.body, "schlüssel")
    assert not is_ours(post.headers, post.body + b" ", "schlüssel")
    assert not is_ours(post.headers, post.body, "another")
    later = {**post.headers, "x-questrag-timestamp": str(int(time.time()) + 1)}
    assert not is_ours(later, post.body, "schlüssel")
    old = str(int(time.time()) - 3600)
    signed = hmac.new("schlüssel".encode(), old.encode() + b"." + post.body, hashlib.sha256).hexdigest()
    replayed = {"x-questrag-timestamp": old, "x-questrag-signature": f"sha256={signed}"}
    assert not is_ours(replayed, post.body, "schlüssel")


async def test_a_redirect_is_not_followed() -> None:
    async with Program(302, 200) as program:
        with pytest.raises(Unavailable, match="redirect is not followed"):
            await Webhook(program.url, None).tell(a_handoff())

    assert len(program.posts) == 1


@pytest.mark.parametrize("answer", [b"220 mail.example ESMTP\r\n\r\n", b"", b"HTTP/1.1 99999 ?\r\n\r\n"])
async def test_what_is_no_answer_is_none(answer: bytes) -> None:
    async with Program(answer) as program:
        with pytest.raises(Unavailable, match="connection failed"):
            await Webhook(program.url, None).tell(a_handoff())


async def test_a_body_without_end_after_the_status_is_not_waited_for() -> None:
    async with Program(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nx") as program:
        await Webhook(program.url, None, timeout_s=1).tell(a_handoff())


# By e-mail ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Certificate:
    served: ssl.SSLContext
    trusted: ssl.SSLContext


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("makes a certificate with the command openssl")
    folder = tmp_path_factory.mktemp("certificate")
    key, cert = folder / "key.pem", folder / "cert.pem"
    wanted = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=mail.example"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([openssl, *wanted.split(), *names], check=True, capture_output=True)
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    served.load_cert_chain(cert, key)
    return Certificate(served, ssl.create_default_context(cafile=str(cert)))


def to(port: int, scheme: str = "smtp", login: str = "", tls: ssl.SSLContext | None = None) -> Email:
    server = MailServer.from_url(f"{scheme}://{login}127.0.0.1:{port}")
    return Email(server, sender="bot@bank.example", recipient="desk@bank.example", timeout_s=2, tls=tls)


def read(mail: desks.Mail) -> EmailMessage:
    message = message_from_bytes(mail.data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


async def test_a_mail_says_what_a_person_needs_to_call_back() -> None:
    handoff = a_handoff(id="3f2a9c41d05e4b0f9b7a1f7a3f6c1e55", note="Twice!\nPlease call.")
    async with desks.MailServer() as server:
        await to(server.port).tell(handoff)

    (mail,) = server.mails
    message = read(mail)
    assert (mail.sender, mail.recipients) == ("bot@bank.example", ("desk@bank.example",))
    assert message["Subject"] == "A customer asks for a person (3F2A-9C41)"
    assert (message["From"], message["To"]) == ("bot@bank.example", "desk@bank.example")
    assert message["Reply-To"] == "priya@bank.example"
    assert message["Message-ID"] == "<3f2a9c41d05e4b0f9b7a1f7a3f6c1e55@bank.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().splitlines() == [
        "A customer asks for a person.",
        "",
        "Reference: 3F2A-9C41",
        "Asked at: 2026-11-02 12:00 UTC",
        "Name: Priya शर्मा",
        "To be reached on: priya@bank.example",
        "Language: Hinglish",
        "",
        "Note:",
        "    Twice!",
        "    Please call.",
        "",
        "The conversation, numbers that identify a person left out:",
        "",
        "Customer:",
        "    card band karo",
        "",
        "QUESTRAG:",
        "    Call the number on it.",
    ]


@pytest.mark.parametrize("contact", ["+91 98765 43210", "priya@bank.example\r\nBcc: eve@evil.example", "प्रिया@बैंक.भारत"])
async def test_only_a_plain_address_gets_into_the_headers(contact: str) -> None:
    async with desks.MailServer() as server:
        await to(server.port).tell(a_handoff(contact=contact, name="Priya\nReference: 0000-0000"))

    (mail,) = server.mails
    message = read(mail)
    assert message["Reply-To"] is None
    assert message["Bcc"] is None
    assert mail.recipients == ("desk@bank.example",)
    said = message.get_content().splitlines()
    assert "Name: Priya Reference: 0000-0000" in said
    assert f"To be reached on: {' '.join(contact.split())}" in said


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_name_and_password_travel_encrypted(certificate: Certificate, scheme: str) -> None:
    offers = {"starttls" if scheme == "smtp" else "tls": certificate.served}
    async with desks.MailServer(users={"desk@bank": "p:ss"}, **offers) as server:  # type: ignore[arg-type]
        await to(server.port, scheme, "desk%40bank:p%3Ass@", certificate.trusted).tell(a_handoff())

    (mail,) = server.mails
    assert (mail.user, mail.encrypted) == ("desk@bank", True)


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_a_server_whose_certificate_is_not_trusted_is_told_nothing(
    certificate: Certificate, scheme: str, recwarn: pytest.WarningsRecorder
) -> None:
    offers = {"starttls" if scheme == "smtp" else "tls": certificate.served}
    async with desks.MailServer(users={"desk": "pass"}, **offers) as server:  # type: ignore[arg-type]
        with pytest.raises(Unavailable, match="certificate"):
            await to(server.port, scheme, "desk:pass@").tell(a_handoff())

    assert server.mails == []
    assert "AUTH" not in server.commands


async def test_a_wrong_password_is_said() -> None:
    async with desks.MailServer(users={"desk": "right"}) as server:
        with pytest.raises(Unavailable, match="refuses the user name or the password"):
            await to(server.port, login="desk:wrong@").tell(a_handoff())

    assert server.mails == []


async def test_a_server_elsewhere_that_offers_no_encryption_is_told_nothing() -> None:
    async with desks.MailServer(users={"desk": "pass"}) as server:
        elsewhere = MailServer("0.0.0.0", server.port, encrypted=False, user="desk", password="pass")  # noqa: S104
        channel = Email(elsewhere, sender="a@b.example", recipient="c@d.example", timeout_s=2)
        with pytest.raises(Unavailable, match="no encryption"):
            await channel.tell(a_handoff())

    assert server.mails == []
    assert "AUTH" not in server.commands


async def test_a_mail_that_was_taken_counts_however_the_server_says_good_bye() -> None:
    async with desks.MailServer(refuses={"QUIT": "500 what?"}) as server:
        await to(server.port).tell(a_handoff())

    assert len(server.mails) == 1


def test_a_password_is_not_shown_with_its_server() -> None:
    server = MailServer.from_url("smtps://desk:p4ss@mail.example")
    assert (server.port, server.password) == (465, "p4ss")
    assert "p4ss" not in repr(server)
    assert MailServer.from_url("smtp://mail.example").port == 587


def test_there_is_a_channel_for_each_address_that_was_set() -> None:
    hook, mail = (
        {"webhook_url": "https://desk.example/"},
        {"smtp_url": "smtp://mail.example", "email_to": "d@e.example"},
    )
    assert [channel.name for channel in open_channels(**hook, **mail)] == ["webhook", "email"]
    assert [channel.name for channel in open_channels(**mail)] == ["email"]
    assert open_channels() == ()
