"""The error tree. What an error means to a caller is its class; HTTP is a translation made in `web`."""

from collections.abc import Iterable


class QuestragError(Exception):
    """Something QUESTRAG can name. Its message is written for the person who has to act on it."""


class Invalid(QuestragError):
    """The input cannot be accepted as it is."""

    def __init__(self, message: str, *, fields: Iterable[tuple[str, str]] = ()) -> None:
        """
        Args:
            fields: name of each field that is to blame, with what is wrong with it.
        """
        super().__init__(message)
        self.fields = tuple(fields)


class NotFound(QuestragError):
    """No such thing, or it belongs to somebody else: the two are never told apart."""


class Conflict(QuestragError):
    """It exists already, or it is being worked on at this moment."""


class Unauthorized(QuestragError):
    """Who is asking could not be established."""


class Forbidden(QuestragError):
    """Who is asking is known, and may not do this."""


class Unavailable(QuestragError):
    """A part that is needed does not answer at the moment; the same call may work later."""

    def __init__(self, message: str, *, retry_after_s: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Misconfigured(QuestragError):
    """A human must change something before this can work."""


class ArtifactError(Misconfigured):
    """A model, index or knowledge-base file is missing, damaged or does not fit the others."""
