"""The API with a small knowledge base that curators work on: two curators, an administrator and a customer."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

from starlette.testclient import TestClient

from questrag.chat.desk import Revision
from questrag.chat.ports import Store
from questrag.knowledge.base import EntryBase
from questrag.knowledge.entry import Entry, Paraphrase
from questrag.knowledge.placeholders import Profile
from questrag.storage.memory import MemoryStore
from questrag.web.app import create_app
from questrag.wiring import Parts
from tests.fakes import an_assistant
from tests.integration.api import CHEAP_KIB, NO_PAGE, Headers, settings, sign_up, staff

KNOWLEDGE = "/api/v1/knowledge"
DRAFTS = f"{KNOWLEDGE}/drafts"
BLOCK = Entry(
    id="cards-block",
    question="How do I block my card?",
    answer="Open the app and tap Cards. Or call {{card_line}}.",
    answers={"hi": "ऐप में कार्ड चुनें, या {{card_line}} पर फ़ोन करें।"},
    paraphrases=(Paraphrase("card band karo", "hinglish"),),
    category="cards",
    source="Cards guide",
    as_of="2026-04-01",
    regulated=True,
)
FEE = Entry(id="cards-fee", question="What is the annual fee?", answer="500 rupees.", category="cards")
BRANCH = Entry(id="branch/hours", question="When is the branch open?", answer="10 to 4.", category="branches")
ENTRIES = (BLOCK, FEE, BRANCH)
PROFILE = Profile({"card_line": {"en": "1800 000 0000", "hi": "1800 000 0000"}, "branch_line": {}})


@dataclass
class Office:
    """Whoever may ask, and what they ask with."""

    client: TestClient
    asha: Headers
    ravi: Headers
    meera: Headers
    """An administrator."""
    priya: Headers
    """A customer."""

    def get(self, path: str, by: Headers | None = None, **params: Any) -> Any:
        return self.client.get(f"{KNOWLEDGE}{path}", headers=by or self.asha, params=params)

    def post(self, path: str, body: Any = None, by: Headers | None = None, **params: Any) -> Any:
        return self.client.post(f"{KNOWLEDGE}{path}", json=body, headers=by or self.asha, params=params)

    def put(self, path: str, body: Any, by: Headers | None = None) -> Any:
        return self.client.put(f"{KNOWLEDGE}{path}", json=body, headers=by or self.asha)

    def begin(self, entry: Mapping[str, Any] | Entry, by: Headers | None = None, **more: Any) -> dict[str, Any]:
        written = self.post("/drafts", {"entry": body(entry), **more}, by)
        assert written.status_code == 201, written.text
        return cast(dict[str, Any], written.json())

    def submit(self, entry: Mapping[str, Any] | Entry, by: Headers | None = None, **more: Any) -> dict[str, Any]:
        draft = self.begin(entry, by, **more)
        submitted = self.post(f"/drafts/{draft['id']}/submit", by=by)
        assert submitted.status_code == 200, submitted.text
        return cast(dict[str, Any], submitted.json())

    def publish(self, entry: Mapping[str, Any] | Entry, **approval: Any) -> dict[str, Any]:
        """Asha writes, Ravi approves."""
        draft = self.submit(entry)
        approved = self.post(f"/drafts/{draft['id']}/approve", approval, self.ravi)
        assert approved.status_code == 200, approved.text
        return cast(dict[str, Any], approved.json())

    def entry(self, entry_id: str) -> dict[str, Any]:
        found = self.get("/entry", entry_id=entry_id)
        assert found.status_code == 200, found.text
        return cast(dict[str, Any], found.json())

    def listed(self, **params: Any) -> list[str]:
        found = self.get("/entries", **params)
        assert found.status_code == 200, found.text
        return [entry["id"] for entry in found.json()["entries"]]


def body(entry: Mapping[str, Any] | Entry) -> dict[str, Any]:
    if not isinstance(entry, Entry):
        return dict(entry)
    paraphrases = [{"text": each.text, "lang": each.lang} for each in entry.paraphrases]
    return {name: getattr(entry, name) for name in Entry.__dataclass_fields__} | {
        "paraphrases": paraphrases,
        "answers": dict(entry.answers),
        "extra": dict(entry.extra),
    }


def parts(store: Store, entries: Sequence[Entry], serving: Mapping[str, Revision]) -> Parts:
    served = {entry.id: entry for entry in ENTRIES} | {entry.id: entry for entry in entries}
    gone = {entry_id for entry_id, revision in serving.items() if revision.retires}
    return Parts(
        assistant=an_assistant(),
        store=store,
        knowledge=EntryBase([entry for entry in served.values() if entry.id not in gone], PROFILE),
        base={entry.id: entry for entry in ENTRIES},
        revisions=serving,
    )


@contextmanager
def office(
    store: Store | None = None, entries: Sequence[Entry] = (), serving: Sequence[Revision] = (), **changes: Any
) -> Iterator[Office]:
    """Open the API.

    Args:
        entries: that serve beside, or instead of, those of the files.
        serving: revisions that are in force in what serves.
    """
    store = store or MemoryStore()
    made = parts(store, entries, {revision.entry_id: revision for revision in serving})
    app = create_app(settings(**changes), made, password_memory_kib=CHEAP_KIB, page=NO_PAGE)
    with TestClient(app, follow_redirects=False) as client:
        yield Office(
            client,
            asha=staff(client, store, "curator", "asha"),
            ravi=staff(client, store, "curator", "ravi"),
            meera=staff(client, store, "admin", "meera"),
            priya=sign_up(client, "priya"),
        )


def saying(answer: str, entry: Entry = FEE) -> Entry:
    return replace(entry, answer=answer)
