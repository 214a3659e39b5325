"""What was asked before: to be found, read, named, put away and taken along."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Body, Query, Response
from pydantic import BaseModel, model_validator

from questrag.chat.errors import NotFound
from questrag.chat.privacy import mask
from questrag.chat.turn import active_path
from questrag.chat.types import Conversation, Turn
from questrag.web.cursors import cursor_after, read_cursor
from questrag.web.dependencies import CurrentParts, CurrentUser, OwnConversation
from questrag.web.errors import refuses
from questrag.web.inputs import SearchText, Title
from questrag.web.views import (
    ConversationExport,
    ConversationPage,
    ConversationSummary,
    ConversationView,
    conversation_export,
    conversation_view,
    summary_of,
)

router = APIRouter(prefix="/api/v1/chat", tags=["conversations"])


class Changes(BaseModel):
    title: Title | None = None
    archived: bool | None = None
    pinned: bool | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.title is None and self.archived is None and self.pinned is None:
            raise ValueError("give a title, archived or pinned")
        return self


_CHANGES = {
    "rename": {"value": {"title": "Lost debit card"}},
    "archive": {"value": {"archived": True}},
    "pin": {"value": {"pinned": True}},
}


@router.get("/conversations", summary="List or search conversations", responses=refuses(401, 422, 503))
async def list_conversations(
    user: CurrentUser,
    parts: CurrentParts,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str, Query(description="`next_cursor` of the page before.")] = "",
    q: Annotated[SearchText, Query(description="Only those that hold this text.")] = "",
    archived: Annotated[bool, Query(description="The archived ones, and only those.")] = False,
    pinned: Annotated[bool | None, Query(description="The pinned ones only, or the others only.")] = None,
) -> ConversationPage:
    """The most recently used come first."""
    found = await parts.store.conversations(
        user.id, archived=archived, pinned=pinned, matching=q, before=read_cursor(cursor), limit=limit + 1
    )
    page = found[:limit]
    return ConversationPage(
        conversations=[summary_of(conversation) for conversation in page],
        next_cursor=cursor_after(page[-1].updated_at, page[-1].id) if len(found) > limit else None,
    )


@router.get("/conversations/{conversation_id}", summary="Read a conversation", responses=refuses(401, 404, 422, 503))
async def get_conversation(
    conversation: OwnConversation,
    parts: CurrentParts,
    leaf: Annotated[str | None, Query(description="Show the newest version that goes through this message.")] = None,
) -> ConversationView:
    """Where a question was asked more than once, the newest version is shown; `versions` names the others."""
    turns = await parts.store.turns(conversation.user_id, conversation.id)
    end = conversation.head if leaf is None else _newest_below(turns, leaf)
    return conversation_view(conversation, active_path(turns, end), turns)


@router.patch(
    "/conversations/{conversation_id}",
    summary="Rename or archive a conversation",
    responses=refuses(401, 404, 413, 422, 503),
)
async def patch_conversation(
    changes: Annotated[Changes, Body(openapi_examples=_CHANGES)], conversation: OwnConversation, parts: CurrentParts
) -> ConversationSummary:
    changed = await parts.store.update_conversation(
        conversation.user_id,
        conversation.id,
        title=None if changes.title is None else mask(changes.title),
        archived=changes.archived,
        pinned=changes.pinned,
    )
    return summary_of(changed)


@router.delete(
    "/conversation/{conversation_id}",
    summary="Delete a conversation with everything in it",
    status_code=204,
    responses=refuses(401, 404, 422, 503),
)
@router.delete("/conversations/{conversation_id}", status_code=204, include_in_schema=False)
async def delete_conversation(conversation: OwnConversation, parts: CurrentParts) -> None:
    await parts.store.delete_conversation(conversation.user_id, conversation.id)


@router.get(
    "/conversations/{conversation_id}/export",
    summary="Take a conversation along, as a file",
    response_model=ConversationExport,
    responses={
        200: {"content": {"text/markdown": {"schema": {"type": "string"}}}, "description": "The file"},
        **refuses(401, 404, 422, 503),
    },
)
async def export_conversation(
    conversation: OwnConversation,
    parts: CurrentParts,
    format: Annotated[Literal["json", "markdown"], Query()] = "json",  # noqa: A002
) -> Response:
    """JSON holds every version of every question; Markdown reads like the conversation on the screen."""
    turns = await parts.store.turns(conversation.user_id, conversation.id)
    if format == "json":
        text, media_type, suffix = _json(conversation, turns), "application/json", "json"
    else:
        path = active_path(turns, conversation.head)
        text, media_type, suffix = _markdown(conversation, path), "text/markdown", "md"
    filename = f"conversation-{conversation.id}.{suffix}"
    return Response(text, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{filename}"'})


def _json(conversation: Conversation, turns: Sequence[Turn]) -> str:
    return conversation_export(conversation, turns).model_dump_json(indent=2)


def _markdown(conversation: Conversation, path: Sequence[Turn]) -> str:
    blocks = [f"# {conversation.title}"]
    for turn in path:
        blocks += [f"## You, {turn.asked_at.isoformat(timespec='seconds')}", turn.question]
        blocks += ["## QUESTRAG", turn.answer or turn.problem or "(no answer yet)"]
        sources = turn.receipt.sources if turn.receipt else ()
        if sources:
            blocks.append("\n".join(f"- Source: {s.question} ({s.source or s.id})" for s in sources))
    return "\n\n".join(blocks) + "\n"


def _newest_below(turns: Sequence[Turn], turn_id: str) -> str:
    """Return the newest turn that continues the given one, or that one itself.

    Args:
        turns: all of the conversation, oldest first.

    Raises:
        NotFound: the turn is not one of them.
    """
    if all(turn.id != turn_id for turn in turns):
        raise NotFound("There is no such message in this conversation.")
    below = [turn_id]
    for turn in turns:
        if turn.parent_id in below:
            below.append(turn.id)
    return below[-1]
