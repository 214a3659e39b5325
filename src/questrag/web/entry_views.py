"""Entries and their revisions, translated between what the API says and what the rules work on."""

import json
from typing import Any

from pydantic import TypeAdapter

from questrag.chat.desk import Revision, Stage
from questrag.chat.errors import Invalid
from questrag.chat.types import User
from questrag.knowledge.catalogue import Listed
from questrag.knowledge.entry import FIELDS, Entry, Paraphrase
from questrag.knowledge.placeholders import Profile
from questrag.knowledge.proposals import as_written, problems_of
from questrag.web.curating import EntryBody, EntrySummary, OpenRevision, RevisionView
from questrag.web.views import FieldProblem


def entry_of(body: EntryBody) -> Entry:
    """Return the entry as it is written, right or wrong.

    Raises:
        Invalid: it has fields that cannot be stored at all.
    """
    wrong = [(f"extra.{name}", "is a field of its own: write it there") for name in body.extra if name in FIELDS]
    if not _storable(body.extra):
        wrong.append(("extra", "holds a NUL character, half a character or no number, or is nested too deeply"))
    if wrong:
        raise Invalid("The other fields cannot be kept as they are.", fields=wrong)
    return Entry(
        id=body.id.strip(),
        question=body.question,
        answer=body.answer,
        category=body.category,
        intent=body.intent,
        paraphrases=tuple(Paraphrase(each.text, each.lang) for each in body.paraphrases),
        answers=body.answers,
        lang=body.lang,
        source=body.source,
        as_of=body.as_of,
        regulated=body.regulated,
        extra=body.extra,
    )


def body_of(entry: Entry) -> EntryBody:
    return EntryBody.model_validate(entry)


def summary_of(listed: Listed) -> EntrySummary:
    entry = listed.entry
    return EntrySummary(
        id=entry.id,
        question=entry.question,
        category=entry.category,
        intent=entry.intent,
        lang=entry.lang,
        langs=list(dict.fromkeys((entry.lang, *entry.answers))),
        source=entry.source,
        as_of=entry.as_of,
        regulated=entry.regulated,
        paraphrases=len(entry.paraphrases),
        state=listed.state,
        open=OpenRevision.model_validate(listed.open) if listed.open else None,
    )


def revision_view(revision: Revision, user: User, profile: Profile | None) -> RevisionView:
    """Describe a revision to this user."""
    waits = revision.stage is Stage.REVIEW
    return RevisionView(
        id=revision.id,
        entry_id=revision.entry_id,
        number=revision.number,
        entry=body_of(as_written(revision.line)),
        stage=revision.stage,
        retires=revision.retires,
        author=revision.author,
        note=revision.note,
        returned=revision.returned,
        created_at=revision.created_at,
        changed_at=revision.changed_at,
        approved_by=revision.approved_by,
        approved_at=revision.approved_at,
        effective_from=revision.effective_from,
        restores=revision.restores,
        golden=list(revision.golden),
        problems=[] if revision.retires else field_problems(revision.line, profile),
        may_approve=waits and revision.author != user.username,
    )


def field_problems(line: str, profile: Profile | None) -> list[FieldProblem]:
    return [FieldProblem(field=field, message=message) for field, message in problems_of(line, profile)]


def _storable(extra: dict[str, Any]) -> bool:
    """Whether every store keeps it, and every answer of the API can show it again."""
    try:
        text = json.dumps(extra, ensure_ascii=False, allow_nan=False)
        _EXTRA.validate_json(text.encode())  # refuses what is nested too deeply
    except (ValueError, RecursionError):  # half a character is a ValueError too
        return False
    return "\\u0000" not in text.replace("\\\\", "")


_EXTRA = TypeAdapter(dict[str, Any])
