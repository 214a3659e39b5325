"""Where something secret may be sent."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_safe(url: str) -> bool:
    """Return whether nobody on the way can read what is sent there.

    >>> is_safe("https://login.bank.example/realm"), is_safe("http://localhost:8080"), is_safe("http://[::1]")
    (True, True, True)
    >>> is_safe("http://login.bank.example"), is_safe("http://localhost.bank.example"), is_safe("https://a:b@c.example")
    (False, False, False)
    """
    try:
        found = urlsplit(url)
        host, _ = found.hostname or "", found.port
    except ValueError:
        return False
    if not host or found.username is not None or not url.isascii() or not url.isprintable() or " " in url:
        return False
    return found.scheme == "https" or (found.scheme == "http" and _is_this_machine(host))


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
