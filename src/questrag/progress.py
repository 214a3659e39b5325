"""How long work tells how far it has got."""

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with (done, in all)."""
