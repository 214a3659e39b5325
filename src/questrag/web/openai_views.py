"""What clients of the OpenAI API send and are sent, as types."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from questrag.chat.types import Answer, Status
from questrag.web.openai_errors import OpenAIError
from questrag.web.views import ReceiptView, SourceView

# A constraint is checked on valid Unicode only, so it is also what refuses lone surrogates.
_Text = Annotated[str, StringConstraints(max_length=65536)]
_Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class ContentPart(BaseModel):
    type: _Name
    """`text`; images, sound and files are refused."""
    text: _Text | None = None


class ChatMessage(BaseModel):
    model_config = ConfigDict(extra="allow")

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    """`system` and `developer` are ignored: the bank's assistant takes no instructions from its callers. `tool` and
    `function` are refused."""
    content: _Text | list[ContentPart] | None = None


class StreamOptions(BaseModel):
    include_usage: bool | None = None


class ChatCompletionRequest(BaseModel):
    """Other fields of the OpenAI API may be there: what shapes sampling is ignored, what needs tools, pictures or
    another form of the answer is refused (400)."""

    model_config = ConfigDict(extra="allow")

    model: _Name
    """One of `GET /v1/models`."""
    messages: list[ChatMessage] = Field(min_length=1)
    """The last one of the user is the question; those before are its context."""
    stream: bool | None = None
    stream_options: StreamOptions | None = None


class Extension(BaseModel):
    """What the OpenAI API has no words for."""

    status: Status
    """`handed_off`: nothing approved fits, and the customer was offered a person."""
    sources: list[SourceView]
    receipt: ReceiptView
    ignored: list[str]
    """What of the request had no effect: fields that shape sampling, and instructions."""


class CachedTokens(BaseModel):
    cached_tokens: int


class TokenUsage(BaseModel):
    """The tokens of the receipt; its `tokens.paid` says whether a model was asked at all."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: CachedTokens


class AssistantMessage(BaseModel):
    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class Choice(BaseModel):
    index: Literal[0] = 0
    message: AssistantMessage
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


class ChatCompletion(BaseModel):
    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    """As it was asked for; `questrag.receipt.versions.model` is who really answered."""
    choices: list[Choice]
    usage: TokenUsage
    questrag: Extension


class Delta(BaseModel):
    role: Literal["assistant"] | None = None
    content: str | None = None


class ChunkChoice(BaseModel):
    index: int
    delta: Delta
    logprobs: None
    finish_reason: Literal["stop"] | None


class ChatCompletionChunk(BaseModel):
    """Fields that are not set are not sent."""

    id: str
    object: Literal["chat.completion.chunk"]
    created: int
    model: str
    choices: list[ChunkChoice]
    """Empty in the chunk that carries the usage."""
    usage: TokenUsage | None = None
    """Only with `stream_options.include_usage`."""
    questrag: Extension | None = None
    """In the chunk with the finish reason."""


class Model(BaseModel):
    id: str
    object: Literal["model"] = "model"
    created: Literal[0] = 0
    """Unknown."""
    owned_by: str
    """The provider."""


class ModelList(BaseModel):
    object: Literal["list"] = "list"
    data: list[Model]


STREAM_SCHEMAS: dict[str, Any] = TypeAdapter(ChatCompletionChunk | OpenAIError).json_schema(
    ref_template="#/components/schemas/{model}"
)["$defs"]


def usage_of(answer: Answer) -> TokenUsage:
    tokens = answer.receipt.tokens
    return TokenUsage(
        prompt_tokens=tokens.prompt,
        completion_tokens=tokens.completion,
        total_tokens=tokens.prompt + tokens.completion,
        prompt_tokens_details=CachedTokens(cached_tokens=tokens.cached),
    )


def extension_of(answer: Answer, ignored: list[str]) -> Extension:
    receipt = ReceiptView.model_validate(answer.receipt)
    return Extension(status=answer.status, sources=receipt.sources, receipt=receipt, ignored=ignored)
