"""Records of a turn and the events it is made of. All are immutable; collections inside are tuples."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from questrag.chat.people import Identity as Identity
from questrag.chat.people import Role as Role
from questrag.chat.people import User as User
from questrag.chat.people import UserChanges as UserChanges

Lang = Literal["en", "hinglish", "hi"]
"""English, Hindi in Roman script (as typed on a phone), Hindi in Devanagari."""
LANGS: tuple[Lang, ...] = ("en", "hinglish", "hi")
OpeningKind = Literal["fraud", "crisis"]
"""What is said before anything is looked up: steps against fraud, or where somebody in despair finds help."""


class Action(StrEnum):
    """Whether new passages are put in front of the generator."""

    FETCH = "FETCH"
    NO_FETCH = "NO_FETCH"


class Reason(StrEnum):
    """Which rule, or the policy itself, had the last word."""

    POLICY = "policy"
    SMALL_TALK = "small_talk"
    THRESHOLD = "threshold"
    """Nothing, or something, was similar enough."""
    LIVE = "live"
    """The passage that answers is still in the prompt from an earlier turn."""
    REGULATED = "regulated"
    """The approved wording must be in front of whoever answers."""
    EXPLORED = "explored"
    """The policy would have skipped; a share of its skips is tried the other way round."""
    UNCLEAR = "unclear"
    """Several entries may be meant and none clearly: the customer is asked which."""


class Status(StrEnum):
    """What became of a question. `PENDING` is the only one that is not an end."""

    PENDING = "pending"
    ANSWERED = "answered"
    FAILED = "failed"
    HANDED_OFF = "handed_off"
    """Nothing approved fits: the customer was told so and offered a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What a generator may be shown: one entry of the knowledge base, placeholders already filled."""

    id: str
    question: str
    answer: str
    lang: Lang = "en"
    answers: Mapping[str, str] = field(default_factory=dict)
    """The same answer in other languages, by language."""
    questions: Mapping[str, str] = field(default_factory=dict)
    """A way to ask for it in other languages, by language."""
    category: str = ""
    intent: str = ""
    source: str = ""
    as_of: str = ""
    """ISO date on which the facts were true; empty when the entry does not say."""
    regulated: bool = False
    """The approved answer has to be given word for word."""

    def question_in(self, lang: Lang) -> str:
        """Return how the entry is asked for in `lang` where it says so, else its question."""
        return self.questions.get(lang, self.question)

    def answer_in(self, lang: Lang) -> str:
        """Return the answer in `lang` where the entry has it, else in the entry's own language."""
        return self.answers.get(lang, self.answer)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, and how well it fits."""

    passage: Passage
    score: float
    """Higher is better, at most 1. Of the hybrid search: the probability that this passage answers the question;
    over all hits together at most 1. Of the others: about 1 means the same question."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search says about a question."""

    hits: tuple[Hit, ...]
    """Best first."""
    named: tuple[Hit, ...] = ()
    """The entries that were to be scored in any case, best first, also where they are among the hits."""
    vector: tuple[float, ...] = ()
    """``(dim,)``, of the question as it stands; empty for a search without an encoder."""
    degraded: tuple[str, ...] = ()  # what of the search did not work, one sentence each


@dataclass(frozen=True, slots=True)
class Decision:
    """What the policy chose, with everything off-policy evaluation will need later."""

    action: Action
    p_fetch: float
    """Probability with which this policy would choose to fetch, in [0, 1]."""
    reason: Reason
    policy: str
    """Name and version, e.g. ``threshold@0.55``; logs are useless without it."""
    passages: tuple[Hit, ...] = ()
    """What of this turn's search is put in the prompt."""
    keep: tuple[Hit, ...] = ()
    """What of earlier prompts is shown again."""
    why: str = ""
    """One sentence for a support manager; empty where the reason says it all."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.p_fetch <= 1.0:
            raise ValueError(f"p_fetch must be in [0, 1], got {self.p_fetch!r}")
        if self.passages and not self.fetch:
            raise ValueError(f"{self.action} cannot put {len(self.passages)} passages in the prompt")

    @property
    def fetch(self) -> bool:
        return self.action is Action.FETCH


@dataclass(frozen=True, slots=True)
class Message:
    """One thing said, as the generator is shown it."""

    role: Literal["user", "assistant"]
    content: str


MOST_LIVE = 8
"""Passages of earlier prompts that a turn may show again."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A passage of an earlier prompt, which this one may show again."""

    passage: Passage
    score: float = 0.0
    """As an answer to the question of this turn; see `Hit.score`."""
    age: int = 1
    """Turns since it was last in a prompt; 1 is the turn before."""
    cited: int | None = 1
    """Turns since an answer last drew on it; None: none did."""


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier turn, as a policy sees it."""

    question: str
    action: Action | None
    """None: nothing was decided, because the turn failed."""


@dataclass(frozen=True, slots=True)
class TurnState:
    """What a policy may look at."""

    question: str
    lang: Lang
    history: tuple[Message, ...]
    """Oldest first, without the current question."""
    hits: tuple[Hit, ...]
    """What the usual design would put in the prompt, best first; may be empty. `further`: the hits after those."""
    live: tuple[Kept, ...] = ()
    """What can be shown again, the most recent first, of one turn those first that the answer drew on."""
    past: tuple[Past, ...] = ()
    """Earlier turns, oldest first."""
    further: tuple[Hit, ...] = ()
    vector: tuple[float, ...] = ()
    """See `Found.vector`, as for `degraded`."""
    degraded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TokenBill:
    """Prompt and completion tokens of one turn."""

    prompt: int
    completion: int
    always_fetch_prompt: int
    """What the usual design, the top hits at every turn and nothing kept, would have put in the prompt."""
    counted_by: str
    """The tokenizer, or ``provider`` when prompt and completion are the provider's own figures."""
    paid: bool
    """A provider was sent the prompt. False where no model was asked: the figures say what one would have been sent."""
    cached: int = 0
    """Prompt tokens that the provider read from its prefix cache; 0 where it does not say."""

    @property
    def saved(self) -> int:
        return self.always_fetch_prompt - self.prompt

    @property
    def billed(self) -> int:
        """Prompt tokens that were not read from the cache: providers charge less for those, or nothing."""
        return self.prompt - self.cached


@dataclass(frozen=True, slots=True)
class Versions:
    """Of everything that had a part in an answer."""

    policy: str
    encoder: str
    index: str
    knowledge: str
    prompt: str
    model: str
    """``provider/model`` that really answered."""


@dataclass(frozen=True, slots=True)
class Source:
    """A passage behind an answer, as a reader is shown it."""

    id: str
    question: str
    source: str
    as_of: str
    score: float | None
    """Of this turn's search."""
    verbatim: bool
    """The answer gives this entry's approved words, unchanged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Why an answer is what it is, and what it cost."""

    policy_action: Action
    reason: Reason
    p_fetch: float
    retrieval_score: float | None
    """Score of the best hit, also when it was not used; None when nothing was found."""
    fetched: tuple[str, ...]
    """Entries put in the prompt at this turn."""
    live: tuple[str, ...]
    """Entries in the prompt that were kept from earlier turns."""
    cited: tuple[str, ...]
    """Entries that the answer draws on, in the order of their first citation."""
    sources: tuple[Source, ...]
    tokens: TokenBill
    timings_ms: Mapping[str, float]
    """Wall-clock per stage: search, decide, prompt, generate, total."""
    versions: Versions
    lang: Lang
    llm_provider: str
    emergency: bool = False
    opening: OpeningKind | None = None
    """What the answer begins with in an emergency; None where it is none."""
    degraded: tuple[str, ...] = ()
    """What did not work as configured, one sentence each."""
    citations_removed: int = 0
    """Citations of sources that the model was never given."""
    replaced: str = ""
    """Why a model's answer was replaced by the approved one; empty when it was not."""
    why: str = ""
    guard: tuple[str, ...] = ()
    """What in the question looked like an attack, see `chat.injection.Reason`; then no model was asked."""

    @property
    def probabilities(self) -> dict[Action, float]:
        """Of each action, with this policy at this turn."""
        return {Action.FETCH: self.p_fetch, Action.NO_FETCH: 1.0 - self.p_fetch}

    @property
    def documents_retrieved(self) -> int:
        return len(self.fetched)


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    status: Status
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the customer thought of an answer."""

    rating: Literal["up", "down"]
    reason: str
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A question and what became of it, stored whole or not at all. Asking again or editing a question adds a sibling
    to the tree, so no answer is ever lost."""

    id: str
    conversation_id: str
    user_id: str
    question: str
    """Already masked."""
    asked_at: datetime
    parent_id: str | None = None
    """The turn this one continues; None for the first."""
    status: Status = Status.PENDING
    answer: str = ""
    answered_at: datetime | None = None
    complete: bool = False
    """False while pending, and when the reader left before the end."""
    receipt: Receipt | None = None
    problem: str = ""
    """What went wrong, for a failed turn."""
    feedback: Feedback | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    id: str
    user_id: str
    title: str
    created_at: datetime
    updated_at: datetime
    archived: bool = False
    pinned: bool = False
    head: str | None = None
    """The turn that the next question continues."""


@dataclass(frozen=True, slots=True)
class Decided:
    decision: Decision


@dataclass(frozen=True, slots=True)
class Retrieved:
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """The next piece of the answer; `opening` is set where it begins with the words for an emergency."""

    text: str
    opening: OpeningKind | None = None


@dataclass(frozen=True, slots=True)
class Replaced:
    """Everything shown of this answer so far is withdrawn; what follows takes its place."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """Who generated an answer, and how. The last thing a generator yields."""

    provider: str
    model: str
    prompt_tokens: int | None = None
    """The provider's own count; None when it gave none."""
    completion_tokens: int | None = None
    cached_tokens: int = 0
    """Those of the prompt that the provider read from its prefix cache, at most all; 0 where it does not say."""
    cited: tuple[str, ...] = ()
    """Entries that the answer draws on."""
    verbatim: bool = False
    """The answer is the approved text of ``cited[0]``, or whole sentences of it."""
    handed_off: bool = False
    degraded: tuple[str, ...] = ()
    citations_removed: int = 0
    replaced: str = ""
    paid: bool = True
    """A provider was sent the prompt, whether or not its answer was used."""


@dataclass(frozen=True, slots=True)
class Finished:
    answer: Answer


Generated = Token | Replaced | Completion
Event = Decided | Retrieved | Token | Replaced | Finished
