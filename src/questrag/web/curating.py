"""What the pages of curators are told about entries and their revisions."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from questrag.chat.desk import Stage
from questrag.chat.types import Lang
from questrag.web.inputs import EntryText
from questrag.web.views import FieldProblem, ReceiptView, View


class ParaphraseBody(View):
    text: EntryText
    lang: Lang = "en"


class EntryBody(View):
    """An entry as in docs/formats.md; checked by the same rules as files."""

    id: EntryText
    question: EntryText
    answer: EntryText
    category: EntryText = ""
    intent: EntryText = ""
    paraphrases: list[ParaphraseBody] = Field(default_factory=list)
    answers: dict[Lang, EntryText] = Field(default_factory=dict)
    """The same answer in other languages."""
    lang: Lang = "en"
    source: EntryText = ""
    as_of: EntryText = ""
    regulated: bool = False
    extra: dict[str, Any] = Field(default_factory=dict)
    """Fields that this program does not know; kept."""


class OpenRevision(View):
    id: str
    stage: Stage
    author: str


class EntrySummary(BaseModel):
    id: str
    question: str
    category: str
    intent: str
    lang: Lang
    langs: list[Lang]
    """In which there is an answer."""
    source: str
    as_of: str
    regulated: bool
    paraphrases: int
    state: Literal["published", "scheduled", "new", "retired"]
    """`scheduled`: approved, and its time has not come; `new`: a draft of an entry that was never published."""
    open: OpenRevision | None
    """The draft, where one is being written or waits for a second person."""


class CategoryCount(BaseModel):
    category: str
    entries: int


class EntryList(BaseModel):
    entries: list[EntrySummary]
    total: int
    """That match, on all pages."""
    next_offset: int | None
    categories: list[CategoryCount]
    """Of the whole knowledge base."""
    in_review: int
    """Revisions that wait for a second person, of the whole knowledge base."""


class RevisionView(BaseModel):
    id: str
    entry_id: str
    number: int
    entry: EntryBody
    stage: Stage
    retires: bool
    author: str
    note: str
    returned: str
    created_at: datetime
    changed_at: datetime
    """To be sent back with a change, so that nobody overwrites what they have not seen."""
    approved_by: str
    approved_at: datetime | None
    effective_from: datetime | None
    restores: int | None
    golden: list[str]
    problems: list[FieldProblem]
    """What keeps it from being submitted."""
    may_approve: bool
    """Whoever asks is a second person."""


class EntryDetail(BaseModel):
    id: str
    published: EntryBody | None
    """What customers are answered from now."""
    published_number: int | None
    revisions: list[RevisionView]
    """Newest first; the one with number 0 is what the knowledge base's files hold."""


class PlaceholderView(View):
    name: str
    known: bool
    """The bank profile has this name."""
    value: str
    """What customers see, in the language of the answer; empty: the bank has not filled it in."""


class Rendered(View):
    lang: Lang
    question: str
    answer: str
    """As customers would see it."""


class EntryCheck(BaseModel):
    problems: list[FieldProblem]
    placeholders: list[PlaceholderView]
    rendered: list[Rendered]
    """Of each answer; empty while a problem prevents it."""
    similar: list[EntrySummary]
    """Published entries that ask nearly the same."""


class ImportProblem(View):
    line: int | None
    field: str
    message: str


class ImportChange(BaseModel):
    entry_id: str
    question: str
    kind: Literal["new", "changed", "same"]
    open: bool
    """Somebody works on this entry: it is left out."""


class ImportReport(BaseModel):
    format: str
    found: int
    new: int
    changed: int
    same: int
    changes: list[ImportChange]
    """At most 500, those of kind `same` left out."""
    problems: list[ImportProblem]
    duplicates: list[str]
    conflicts: list[str]
    near: list[str]
    notes: list[str]
    drafts: int
    """Made by this call; 0 for a dry run."""


class HitTried(BaseModel):
    entry_id: str
    question: str
    score: float
    in_prompt: bool
    regulated: bool


class Tried(BaseModel):
    """What a customer would see, and why."""

    lang: Lang
    hits: list[HitTried]
    action: Literal["FETCH", "NO_FETCH"]
    p_fetch: float
    reason: str
    why: str
    answer: str
    status: str
    receipt: ReceiptView
    with_draft: bool
    """The draft given took part in the search as if it were published."""


class GoldenView(BaseModel):
    id: str
    question: str
    lang: Lang
    relevant: list[str]
    author: str
    created_at: datetime
    right_now: bool | None
    """The knowledge base in use puts one of `relevant` first; null while none of them is published."""


class GoldenChange(BaseModel):
    question: str
    lang: Lang
    relevant: list[str]
    before: str
    """Entry that came first; empty: none did."""
    after: str


class GateReport(BaseModel):
    """Whether a changed knowledge base may serve: no golden question that was answered right may be answered wrong."""

    passed: bool
    at: datetime
    from_version: str
    to_version: str
    questions: int
    left_out: int
    """Golden questions that nothing in the new knowledge base could answer."""
    right_before: int
    right_after: int
    worse: list[GoldenChange]
    better: list[GoldenChange]
    seconds: float
    """To make the index and ask the questions."""


class Scheduled(BaseModel):
    entry_id: str
    question: str
    number: int
    effective_from: datetime


class Serving(BaseModel):
    version: str
    entries: int
    refused: str
    """Why what is published does not serve; empty when it does."""
    working: bool
    """A new index is being made and tested at this moment."""
    scheduled: list[Scheduled]
    last: GateReport | None
    golden: int
    """Golden questions, those that come with the knowledge base included."""


ENTRY_EXAMPLE = {
    "id": "lockers-open",
    "question": "How do I get a locker?",
    "answer": "Ask at your branch whether one is free. The rent is on {{charges_page}}.",
    "category": "lockers",
    "paraphrases": [{"text": "locker kaise milega", "lang": "hinglish"}],
    "answers": {"hi": "अपनी शाखा में पूछें कि कोई लॉकर ख़ाली है या नहीं।"},
    "as_of": "2026-11-01",
}
"""For the documentation of routes."""
