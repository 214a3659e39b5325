"""What a request in the words of the OpenAI API asks of this assistant."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from questrag.chat.askback import chosen_words
from questrag.chat.errors import Invalid
from questrag.chat.privacy import mask
from questrag.chat.types import Status, Turn
from questrag.web.errors import readable
from questrag.web.inputs import Question
from questrag.web.openai_errors import Unsupported
from questrag.web.openai_views import ChatCompletionRequest, ChatMessage

IGNORED = frozenset(
    """
    frequency_penalty logit_bias max_completion_tokens max_tokens metadata parallel_tool_calls prediction
    presence_penalty prompt_cache_key prompt_cache_retention reasoning_effort safety_identifier seed service_tier
    temperature top_p user verbosity
    """.split()
)
"""Fields that shape how a model samples, or say who asks: accepted, and named in the answer as without effect."""

REFUSED: Mapping[str, tuple[object, ...]] = {
    "audio": (),
    "function_call": ("none", "auto"),
    "functions": ([],),
    "logprobs": (False,),
    "modalities": (["text"],),
    "n": (1,),
    "response_format": ({"type": "text"},),
    "stop": ([],),
    "store": (False,),
    "tool_choice": ("none", "auto"),
    "tools": ([],),
    "top_logprobs": (0,),
    "web_search_options": (),
}
"""Fields that ask for what is not done here, with the values, besides null, that ask for nothing."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A question with its context. Everything in it is masked."""

    question: str
    history: tuple[Turn, ...]
    """Never stored, and without receipts: the caller knows only what was said."""
    ignored: tuple[str, ...]


def read(request: ChatCompletionRequest) -> Wish:
    """Read what is asked. Takes some 2 ms for each 1,000 characters.

    Raises:
        Unsupported: it cannot be done here.
        Invalid: a message cannot be accepted as it is.
    """
    given = {name: value for name, value in (request.model_extra or {}).items() if value is not None}
    for name in given.keys() & REFUSED.keys():
        if given[name] not in REFUSED[name]:
            raise Unsupported(name)
    question, history = _conversation(request.messages)
    instructions = (f"messages[{i}]" for i, each in enumerate(request.messages) if _instructs(each))
    return Wish(question, history, (*sorted(IGNORED & given.keys()), *instructions))


def _instructs(message: ChatMessage) -> bool:
    return message.role in ("system", "developer")


def _conversation(messages: Sequence[ChatMessage]) -> tuple[str, tuple[Turn, ...]]:
    """Return the question, and the turns before it; what an assistant said before any question is left out."""
    said = _masked(
        (each.role, _text(each, f"messages[{i}]")) for i, each in enumerate(messages) if not _instructs(each)
    )
    if not said or said[-1][0] != "user":
        wrong = "must end with a message of the user"
        raise Invalid(f"`messages` {wrong}.", fields=[("messages", wrong)])
    turns: list[Turn] = []
    for role, text in said[:-1]:
        if role == "user":
            turns.append(_turn(text))
        elif turns and text:
            answer = "\n\n".join(filter(None, (turns[-1].answer, text)))
            turns[-1] = replace(turns[-1], answer=answer[:_MOST_READ], status=Status.ANSWERED)
    question = said[-1][1]
    return chosen_words(question, turns[-1].answer if turns else "") or question, tuple(turns)


_MOST_READ = 8000
"""Characters of an answer; a prompt shows its first tokens only (`Assistant.history_answer_tokens`)."""


def _masked(said: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Mask what was said; a number of the user may go on from one message to their next."""
    masked: list[tuple[str, str]] = []
    before = ""
    for role, text in said:
        masked.append((role, mask(text, before=before if role == "user" else "")))
        before = masked[-1][1] if role == "user" else before
    return masked


def _turn(question: str) -> Turn:
    return Turn(id="", conversation_id="", user_id="", question=question, asked_at=datetime.now(UTC))


def _text(message: ChatMessage, where: str) -> str:
    if message.role in ("tool", "function"):
        raise Unsupported(f"{where}.role", "names a tool, and tools are not supported here")
    for name in ("tool_calls", "function_call", "audio"):
        if (message.model_extra or {}).get(name):
            raise Unsupported(f"{where}.{name}")
    content, place = message.content, f"{where}.content"
    if isinstance(content, list):
        for i, part in enumerate(content):
            if part.type != "text":
                raise Unsupported(f"{place}[{i}].type", "must be 'text': nothing else can be read here")
        content = "\n".join(part.text or "" for part in content)
    return _question(content or "", place) if message.role == "user" else (content or "").strip()


def _question(text: str, where: str) -> str:
    try:
        return _QUESTION.validate_python(text)
    except ValidationError as error:
        wrong = readable(error.errors()[0])
        raise Invalid(f"`{where}` {wrong}.", fields=[(where, wrong)]) from None


_QUESTION: TypeAdapter[str] = TypeAdapter(Question)
