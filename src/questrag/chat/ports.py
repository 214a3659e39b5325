"""What a turn needs, and what each part promises. Implementations live in the folders named after the parts."""

from collections.abc import AsyncGenerator, Collection, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol, TypeVar, Unpack

from questrag.chat.desk import ApiKey, AuditRecord, DeskRecord, DismissedGap, GoldenQuestion, HandOff, Revision
from questrag.chat.prompt import Prompt
from questrag.chat.types import (
    Conversation,
    Decision,
    Feedback,
    Found,
    Generated,
    Hit,
    Identity,
    Passage,
    Turn,
    TurnState,
    User,
    UserChanges,
)

D = TypeVar("D", Revision, GoldenQuestion, DismissedGap, HandOff, AuditRecord, ApiKey)

NO_PASSWORD = "!"  # noqa: S105 - the hash of nothing
"""In the place of a password hash: nobody can sign in to this account, as those of guests."""
PASSWORD_ELSEWHERE = "!elsewhere"  # noqa: S105 - the hash of nothing
"""In the place of a password hash: an identity provider says who it is."""


class KnowledgeBase(Protocol):
    """The approved entries of one bank, at one version."""

    @property
    def version(self) -> str:
        """Content hash: the same entries give the same version, on every machine."""
        ...

    def __len__(self) -> int: ...

    def passage(self, entry_id: str) -> Passage:
        """Return the entry, placeholders filled.

        Raises:
            NotFound: there is no such entry in this version.
        """
        ...

    def passages(self, intent: str = "") -> Iterator[Passage]:
        """Yield every entry, or those of one intent, in the order of the knowledge base, placeholders filled."""
        ...


class Retriever(Protocol):
    """Finds the passages that answer a question."""

    @property
    def encoder_version(self) -> str:
        """Name and fingerprint of the encoder; ``none`` for a retriever without one."""
        ...

    @property
    def index_version(self) -> str: ...

    def search(self, question: str, k: int, earlier: Sequence[str] = ()) -> list[Hit]:
        """Return at most ``k`` hits, best first, no entry twice and no near-copy of a better hit's answer.

        The question is understood with the customer's ``earlier`` ones, oldest first.

        Fewer than ``k`` when the knowledge base has fewer; an empty list means "nothing at all";
        a broken index raises instead. Safe to call from several threads at once.

        Raises:
            ArtifactError: the index or the encoder cannot be used.
        """
        ...

    def search_and_score(self, question: str, k: int, earlier: Sequence[str], also: Collection[str]) -> Found:
        """Do what `search` does, and score the entries named in ``also``, those that exist, in any case."""
        ...


class Policy(Protocol):
    """Decides whether the hits of this turn are put in front of the generator."""

    @property
    def version(self) -> str: ...

    def decide(self, state: TurnState) -> Decision:
        """Decide from the state alone: the same state gives the same ``p_fetch``. Thread-safe."""
        ...


class Generator(Protocol):
    """Writes the answer."""

    def stream(self, prompt: Prompt) -> AsyncGenerator[Generated, None]:
        """Yield pieces as they come, then one `Completion`, the last thing yielded.

        A `Replaced` withdraws every piece before it. Closing the iterator early cancels the work upstream.

        Raises:
            Unavailable: nobody can answer at the moment. After the first piece this means that the answer is
                cut short; an implementation never starts a second answer by itself.
        """
        ...


class Accounts(Protocol):
    """People who may sign in, and the tokens that no longer count."""

    async def add_user(self, user: User) -> None:
        """Raises: Conflict: the user name, the e-mail address or the identity is taken.

        Letter case matters for identities only.
        """
        ...

    async def user(self, user_id: str) -> User | None: ...

    async def user_named(self, username: str) -> User | None:
        """Letter case does not matter."""
        ...

    async def user_identified(self, identity: Identity) -> User | None: ...

    async def change_user(self, user_id: str, **changes: Unpack[UserChanges]) -> None:
        """Change that and nothing else; of somebody who is not there, nothing."""
        ...

    async def revoke(self, token_id: str, until: datetime) -> bool:
        """Mark a token dead until it would have expired anyway. False: it already was, by whoever came first."""
        ...

    async def is_revoked(self, token_id: str) -> bool: ...


class Conversations(Protocol):
    """Every call takes the owner; somebody else's conversation is `NotFound`."""

    async def add_conversation(self, conversation: Conversation) -> None: ...

    async def conversation(self, user_id: str, conversation_id: str) -> Conversation: ...

    async def conversations(
        self,
        user_id: str,
        *,
        archived: bool = False,
        pinned: bool | None = None,
        matching: str = "",
        before: tuple[datetime, str] | None = None,
        limit: int = 20,
    ) -> list[Conversation]:
        """Return a page, newest ``updated_at`` first, ties by id, descending.

        Args:
            archived: list the archived ones, and only those.
            pinned: list the pinned ones only, or the others only; None: both.
            matching: only those whose title, or any question or answer in them, holds this text literally;
                ASCII letter case does not matter. No character is special.
            before: ``(updated_at, id)`` of the last one of the page before.
        """
        ...

    async def update_conversation(
        self,
        user_id: str,
        conversation_id: str,
        *,
        title: str | None = None,
        archived: bool | None = None,
        pinned: bool | None = None,
    ) -> Conversation:
        """Change what is given; ``updated_at`` stays, so that renaming does not reorder the list."""
        ...

    async def delete_conversation(self, user_id: str, conversation_id: str) -> None:
        """Delete it and every turn in it."""
        ...


class Turns(Protocol):
    """Questions and what became of them."""

    async def begin(self, turn: Turn, *, append: bool, opening: Conversation | None = None) -> tuple[Turn, bool]:
        """Store a pending turn durably: once this returns, the question is never lost.

        It also becomes the head of its conversation and sets ``updated_at`` to ``asked_at``.

        Args:
            turn: as asked; its conversation must exist and belong to its user, unless it is ``opening``.
            append: continue from the conversation's head, whatever ``turn.parent_id`` says. Turns that are
                appended at the same moment form a chain, never siblings.
            opening: the new conversation that the turn begins. Both are stored or neither, so that nobody is
                ever shown it without a turn, even if the process ends in between.

        Returns:
            The turn as stored and True; or, when this user has used ``idempotency_key`` before, the turn of
            that time and False, and nothing is stored.

        Raises:
            NotFound: no such conversation of this user.
        """
        ...

    async def finish(self, turn: Turn) -> None:
        """Store the end of a turn: status, answer, receipt, problem. Feedback is left as it is.

        A turn whose conversation was deleted meanwhile is dropped without an error.
        """
        ...

    async def turns(self, user_id: str, conversation_id: str) -> list[Turn]:
        """Return all turns of the tree, oldest first. Raises: NotFound."""
        ...

    async def turn(self, user_id: str, turn_id: str) -> Turn:
        """Raises: NotFound."""
        ...

    async def turn_of_anybody(self, turn_id: str) -> Turn:
        """Return a turn whosesoever it is: for operators, never for a customer's eyes. Raises: NotFound."""
        ...

    async def ended(self, after: tuple[datetime, str] | None, limit: int) -> list[Turn]:
        """Return turns of all users that have ended with an answer: for learning from use, never for a customer's eyes.

        Those answered or handed off, with a receipt, in the order of ``(asked_at, id)``. A turn ends later than it
        is asked: what is pending while a page is read may come to lie before the ``after`` of the next one.

        Args:
            after: ``(asked_at, id)`` of the last one of the page before; None for the first page.
            limit: of the page, at least 1.
        """
        ...

    async def newest_ended(self, since: datetime, limit: int) -> tuple[tuple[datetime, str], int]:
        """Return the ``after`` from which `ended` gives the newest ``limit`` turns asked since then, or all of them;
        and how many of those asked since then it leaves out.
        """
        ...

    async def set_feedback(self, user_id: str, turn_id: str, feedback: Feedback) -> None:
        """Replace any earlier feedback. Raises: NotFound."""
        ...

    async def fail_pending(self, asked_before: datetime, problem: str) -> int:
        """Fail the turns still pending that were asked before then; return how many there were."""
        ...


class Desk(Protocol):
    """What curators and support desks work on; each kind of record has a namespace of its own."""

    async def add(self, record: DeskRecord) -> None:
        """Raises: Conflict: there is one of this kind with this id."""
        ...

    async def exchange(self, old: D, new: D) -> None:
        """Put the new record in the place of the old one, which has the same id.

        Raises:
            Conflict: what is stored is not the old one any more; nothing was changed.
            NotFound: nothing of this id is stored.
        """
        ...

    async def one(self, kind: type[D], record_id: str) -> D:
        """Raises: NotFound."""
        ...

    async def newest(self, kind: type[D], *, before: tuple[datetime, str] | None = None, limit: int = 100) -> list[D]:
        """Return a page, newest ``created_at`` first, ties by id, descending.

        Args:
            before: ``(created_at, id)`` of the last one of the page before.
        """
        ...

    async def every(self, kind: type[D]) -> list[D]:
        """Return all of a kind, oldest first: for kinds that people write by hand."""
        ...

    async def remove(self, kind: type[DeskRecord], record_id: str) -> None:
        """Do nothing where there is none."""
        ...


class Keeping(Protocol):
    """What ends: by a customer's wish, or when its time is over. Hand-offs are records of the `Desk`."""

    async def delete_user(self, user_id: str) -> bool:
        """Delete the account, its conversations with everything in them, and its charges; False: there is none.

        Nothing of it stays readable in files of the store, as far as the database is in charge of them. What was
        interrupted can be asked for again.
        """
        ...

    async def delete_unused(self, used_before: datetime) -> int:
        """Delete the conversations of all users whose ``updated_at`` is before then; return how many there were."""
        ...

    async def delete_idle_guests(self, created_before: datetime) -> int:
        """Delete accounts with `NO_PASSWORD` of before then that have no conversation; return how many there were."""
        ...


class Charges(NamedTuple):
    """What was spent."""

    tokens: int
    cost_micros: int
    """Millionths of a unit of the currency: whole numbers add up exactly."""


class Ledger(Protocol):
    """What models were paid for, by day and payer. Additions at the same moment are all counted."""

    async def charge(self, day: date, payers: Collection[str], charges: Charges) -> None:
        """Add to what each of these has spent on that day."""
        ...

    async def charged(self, day: date, payer: str) -> Charges:
        """Nothing was spent by a payer who is not known."""
        ...

    async def forget_charges(self, before: date) -> None:
        """Delete what was spent on days before this one."""
        ...


class Store(Accounts, Conversations, Turns, Desk, Keeping, Ledger, Protocol):
    """All that is remembered. Times go in and come out with an offset, to the millisecond.

    Every method raises `Unavailable` while the database cannot be reached, and works again by itself
    when it is back.
    """

    async def ping(self) -> None: ...

    async def close(self) -> None: ...


class TokenCounter(Protocol):
    """Counts the tokens of a text with one named tokenizer."""

    @property
    def name(self) -> str: ...

    def count(self, text: str) -> int: ...

    def cut(self, text: str, budget_tokens: int) -> str:
        """Return the longest prefix of ``text`` within the budget, byte for byte from the original."""
        ...
