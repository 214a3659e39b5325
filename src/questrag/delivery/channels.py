"""Which channels there are, by what was set."""

from questrag.delivery.desk import Channel
from questrag.delivery.email import Email, MailServer


def open_channels(
    *,
    webhook_url: str = "",
    webhook_secret: str | None = None,
    smtp_url: str = "",
    email_to: str = "",
    sender: str = "",
) -> tuple[Channel, ...]:
    """Return a channel for each address that is not empty.

    Args:
        smtp_url: see `MailServer.from_url`.
        sender: of e-mails; empty: their recipient.
    """
    channels: list[Channel] = []
    if webhook_url:
        from questrag.delivery.webhook import Webhook  # the HTTP client takes its time to load

        channels.append(Webhook(webhook_url, webhook_secret))
    if email_to:
        channels.append(Email(MailServer.from_url(smtp_url), sender=sender or email_to, recipient=email_to))
    return tuple(channels)
