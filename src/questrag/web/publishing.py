"""The test panel, golden questions, and what serves."""

import asyncio
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Body, Path
from pydantic import BaseModel, Field

from questrag.chat.desk import GoldenQuestion, Revision
from questrag.chat.errors import Conflict
from questrag.chat.ports import KnowledgeBase
from questrag.chat.privacy import mask
from questrag.chat.types import Lang
from questrag.evaluation import trial as trials
from questrag.evaluation.golden import FirstHits, answerable, as_query
from questrag.knowledge.curation import waits
from questrag.knowledge.entry import Entry
from questrag.knowledge.proposals import as_written, publishable
from questrag.knowledge.revising import present
from questrag.web.curating import (
    EntryBody,
    GateReport,
    GoldenView,
    HitTried,
    Scheduled,
    Serving,
    Tried,
)
from questrag.web.dependencies import CurrentAudit, CurrentCurator, CurrentLive, CurrentParts
from questrag.web.entry_views import entry_of
from questrag.web.errors import refuses
from questrag.web.inputs import Question
from questrag.web.reload import Live
from questrag.web.views import ReceiptView
from questrag.wiring import approved_only

router = APIRouter(prefix="/api/v1/knowledge", tags=["knowledge"])


class Trial(BaseModel):
    question: Question
    earlier: Annotated[list[Question], Field(max_length=6)] = []
    """Questions of the same conversation before this one, oldest first; each one is answered on the way."""
    draft: EntryBody | None = None
    """Takes part in the search as if it were published."""


class NewGolden(BaseModel):
    question: Question
    lang: Lang
    relevant: Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(min_length=1, max_length=20)]


class GoldenList(BaseModel):
    golden: list[GoldenView]
    shipped: int
    """Golden questions that come with the knowledge base and are not listed."""


_TRIAL = {
    "alone": {"value": {"question": "How do I block my card?"}},
    "in a conversation": {"value": {"question": "and how long does it take", "earlier": ["How do I block my card?"]}},
}
_GOLDEN = {"a golden question": {"value": {"question": "card kho gaya", "lang": "hinglish", "relevant": ["block"]}}}


@router.post("/try", summary="Ask as a customer would, and see why", responses=refuses(401, 403, 413, 422, 503))
async def try_question(
    trial: Annotated[Trial, Body(openapi_examples=_TRIAL)], curator: CurrentCurator, live: CurrentLive
) -> Tried:
    """Nothing is stored. The answer is an approved text: no language model is asked."""
    assistant = await live.with_draft(_draft(trial.draft)) if trial.draft else live.parts.assistant
    tried = await trials.try_question(approved_only(assistant), trial.question, trial.earlier)
    return _tried(tried, with_draft=trial.draft is not None)


@router.get("/golden", summary="Golden questions", responses=refuses(401, 403, 503))
async def list_golden(curator: CurrentCurator, parts: CurrentParts, live: CurrentLive) -> GoldenList:
    written = (await parts.store.every(GoldenQuestion))[::-1]
    views = await asyncio.to_thread(lambda: [_golden_view(each, parts.knowledge, live.first_hits) for each in written])
    return GoldenList(golden=views, shipped=await _shipped(live))


@router.post(
    "/golden", summary="Add a golden question", status_code=201, responses=refuses(401, 403, 404, 413, 422, 503)
)
async def add_golden(
    golden: Annotated[NewGolden, Body(openapi_examples=_GOLDEN)],
    curator: CurrentCurator,
    parts: CurrentParts,
    live: CurrentLive,
    audit: CurrentAudit,
) -> GoldenView:
    """404: an entry that it names does not exist."""
    for entry_id in golden.relevant:
        parts.knowledge.passage(entry_id)
    record = GoldenQuestion(
        id=uuid4().hex,
        created_at=present(),
        question=mask(golden.question),
        lang=golden.lang,
        relevant=tuple(dict.fromkeys(golden.relevant)),
        author=curator.username,
    )
    await parts.store.add(record)
    await audit.note("golden.added", actor=curator.id, subject=record.id)
    return await asyncio.to_thread(_golden_view, record, parts.knowledge, live.first_hits)


@router.delete(
    "/golden/{golden_id}",
    summary="Remove a golden question",
    status_code=204,
    responses=refuses(401, 403, 404, 422, 503),
)
async def remove_golden(
    golden_id: Annotated[str, Path(max_length=200)],
    curator: CurrentCurator,
    parts: CurrentParts,
    live: CurrentLive,
    audit: CurrentAudit,
) -> None:
    """What was refused for its sake is tested again at once."""
    await parts.store.one(GoldenQuestion, golden_id)
    await parts.store.remove(GoldenQuestion, golden_id)
    await audit.note("golden.removed", actor=curator.id, subject=golden_id)
    if parts.refused:
        live.look_soon()


@router.get(
    "/serving", summary="What serves, what waits, and what the last quality gate said", responses=refuses(401, 403, 503)
)
async def serving(curator: CurrentCurator, live: CurrentLive) -> Serving:
    return await _serving(live)


@router.post(
    "/reindex",
    summary="Make a new index now, and serve it if the gate lets it",
    status_code=202,
    responses=refuses(401, 403, 409, 503),
)
async def reindex(curator: CurrentCurator, live: CurrentLive, audit: CurrentAudit) -> Serving:
    """The old index serves meanwhile, and goes on where a golden question would get worse. 409: one is being made."""
    if live.working:
        raise Conflict("An index is being made at this moment: wait until it is done.")
    await audit.note("index.renewed", actor=curator.id)
    live.look_soon(again=True)
    return await _serving(live)


def _draft(body: EntryBody) -> Entry:
    """Return the draft. Raises: Invalid: nobody could be answered from it; placeholders may be missing as yet."""
    return as_written(publishable(entry_of(body).to_json(), None))


def _tried(tried: trials.Trial, *, with_draft: bool) -> Tried:
    decision, receipt = tried.decision, tried.answer.receipt
    shown = {*receipt.fetched, *receipt.live}
    return Tried(
        lang=receipt.lang,
        hits=[
            HitTried(
                entry_id=hit.passage.id,
                question=hit.passage.question,
                score=hit.score,
                in_prompt=hit.passage.id in shown,
                regulated=hit.passage.regulated,
            )
            for hit in tried.hits
        ],
        action=decision.action.value,
        p_fetch=decision.p_fetch,
        reason=decision.reason,
        why=decision.why,
        answer=tried.answer.text,
        status=tried.answer.status,
        receipt=ReceiptView.model_validate(receipt),
        with_draft=with_draft,
    )


def _golden_view(golden: GoldenQuestion, knowledge: KnowledgeBase, first_hits: FirstHits) -> GoldenView:
    query = as_query(golden)
    asked = answerable([query], knowledge)
    return GoldenView(
        id=golden.id,
        question=golden.question,
        lang=golden.lang,
        relevant=list(golden.relevant),
        author=golden.author,
        created_at=golden.created_at,
        right_now=first_hits.of(golden.question) in query.relevant if asked else None,
    )


async def _shipped(live: Live) -> int:
    """Count the questions of the file that something in use is meant to answer."""
    return len(answerable(await live.filed_golden(), live.parts.knowledge))


async def _serving(live: Live) -> Serving:
    store, now = live.parts.store, present()
    waiting = [each for each in await store.every(Revision) if waits(each, now)]
    golden = await _shipped(live) + len(await store.every(GoldenQuestion))
    parts = live.parts  # as late as `working`: whoever reads that nothing is at work reads what came of it
    return Serving(
        version=parts.knowledge.version,
        entries=len(parts.knowledge),
        refused=parts.refused,
        working=live.working,
        scheduled=[
            Scheduled(
                entry_id=each.entry_id,
                question=as_written(each.line).question,
                number=each.number,
                effective_from=each.effective_from,
            )
            for each in sorted(waiting, key=lambda each: (each.effective_from, each.id))
            if each.effective_from
        ],
        last=GateReport.model_validate(live.last, from_attributes=True) if live.last else None,
        golden=golden,
    )
