"""Any provider with an OpenAI-compatible interface: Groq, the Hugging Face router, Ollama, vLLM."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar

from questrag.chat.errors import Unavailable
from questrag.chat.prompt import Prompt
from questrag.chat.types import Completion, Generated, Token
from questrag.generation.providers import NotAsked, ProviderState
from questrag.generation.rests import OwnRests, Rest, Rests

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_T = TypeVar("_T")

_COOLDOWN_S = 5.0
"""For a key over its limit, when the provider does not say how long."""
_LONGEST_COOLDOWN_S = 3600.0
_REFUSED_S = 600.0
"""For a key that the provider does not accept."""
_USAGE_S = 0.5
"""What comes after the end of an answer is only its token counts: not worth a longer wait."""


class OpenAICompatible:
    """One provider. Its keys take turns, and a key that is over its limit or refused rests.

    A turn makes at most two calls, the second only while nothing has been received and only where another
    call can help. Nothing that a provider sends is trusted to have the right shape.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        model: str,
        keys: Sequence[str],
        *,
        max_tokens: int,
        first_token_s: float = 8.0,
        calls: int = 2,
        clock: Callable[[], float] = time.monotonic,
        rests: Rests | None = None,
    ) -> None:
        """
        Args:
            name: how receipts and error messages call it.
            keys: none for a server that asks for none.
            first_token_s: a provider silent for longer is not waited for.
            calls: 1 where another provider is asked next: so a turn is at most two calls whoever fails.
            clock: for how long a key rests, where ``rests`` is not given.
            rests: of the keys; without it nobody else knows of them.
        """
        self._name = name
        self._base_url = base_url
        self._model = model
        self._secrets = tuple(keys) or ("none",)
        self._max_tokens = max_tokens
        self._first_token_s = first_token_s
        self._calls = calls
        self._rests = rests or OwnRests(clock)
        self._connecting = asyncio.Lock()
        self._ring: deque[_Key] = deque()

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Generated, None]:
        answer = await self._begin(prompt)
        from openai import APIError

        async with aclosing(answer.texts) as texts:
            yield Token(answer.first)
            try:
                async for text in texts:
                    yield Token(text)
            except (APIError, ValueError):
                raise self._unavailable("the connection broke and the answer was cut short") from None
        if answer.said.finish in ("", "content_filter"):
            raise self._unavailable(f"the answer was cut short ({answer.said.finish or 'no end was sent'})")
        yield self._completion(answer.said)

    def states(self) -> list[ProviderState]:
        """Return how this provider does: keys that rest, and with which status they were refused."""
        resting = [rest for place in range(len(self._secrets)) if (rest := self._rests.of(place))]
        all_rest = len(resting) == len(self._secrets)
        problem = f"{self._name}: refused the call ({resting[0].status})" if resting else ""
        return [ProviderState(self._name, self._model, len(self._secrets), len(resting), all_rest, problem)]

    async def aclose(self) -> None:
        """Close the connections that are kept open between turns."""
        for key in self._ring:
            await key.client.close()
        self._ring.clear()

    async def _begin(self, prompt: Prompt) -> "_Answer":
        """Return an answer whose first words have arrived."""
        await self._connect()
        try:
            async with asyncio.timeout(self._first_token_s):
                await self._rests.look()
                try:
                    return await self._call(self._ready_key(), prompt)
                except _WorthAnotherCall as first:
                    if self._calls == 1:
                        raise
                    return await self._call_again(first, prompt)
        except TimeoutError:
            raise self._unavailable(f"nothing was received within {self._first_token_s:g} s") from None

    async def _call_again(self, first: "_WorthAnotherCall", prompt: Prompt) -> "_Answer":
        try:
            return await self._call(self._ready_key(), prompt)
        except NotAsked as problem:
            if isinstance(first, NotAsked):
                raise
            raise Unavailable(str(problem), retry_after_s=problem.retry_after_s) from None  # the first call was sent

    async def _connect(self) -> None:
        async with self._connecting:
            if not self._ring:
                # Importing the client takes most of a second: at the first question, and not on the event loop.
                clients = await asyncio.to_thread(_clients, self._base_url, self._secrets, self._first_token_s)
                self._ring.extend(_Key(place, client) for place, client in enumerate(clients))

    def _ready_key(self) -> "_Key":
        resting = []
        for _ in range(len(self._ring)):
            key = self._ring[0]
            self._ring.rotate(-1)
            rest = self._rests.of(key.place)
            if rest is None:
                return key
            resting.append(rest)
        soonest = min(resting, key=lambda rest: rest.left_s)
        what = f"every key is resting ({soonest.status}), the next one is free in {soonest.left_s:.0f} s"
        raise NotAsked(f"{self._name}: {what}", retry_after_s=soonest.left_s)

    async def _call(self, key: "_Key", prompt: Prompt) -> "_Answer":
        from httpx2 import ConnectError
        from openai import APIConnectionError, APIError, APIStatusError

        said = _Said(self._model)
        texts = self._texts(key.client, prompt, said)
        try:
            async for text in texts:
                if text.strip():
                    return _Answer(text.lstrip(), texts, said)
        except APIStatusError as error:
            raise await self._refusal(key, error.status_code, error.response.headers) from None
        except APIConnectionError as error:
            kind = _NotReached if isinstance(error.__cause__, ConnectError) else _WorthAnotherCall
            raise kind(f"{self._name}: the connection failed") from None
        except (APIError, ValueError):
            raise self._unavailable("what was received is not an answer") from None
        raise self._unavailable(f"the answer was empty ({said.finish or 'no end was sent'})")

    async def _texts(self, client: "AsyncOpenAI", prompt: Prompt, said: "_Said") -> AsyncGenerator[str, None]:
        """Yield the pieces of text of one call; ``said`` fills up on the way."""
        from openai import APIError

        messages: Any = prompt.messages()
        async with await client.chat.completions.create(
            model=self._model,
            messages=messages,
            max_tokens=self._max_tokens,
            temperature=0.0,
            stream=True,
            stream_options={"include_usage": True},
        ) as chunks:
            while not said.finish and (chunk := await anext(chunks, None)) is not None:
                if text := said.take(chunk):
                    yield text
            with suppress(APIError, ValueError, TimeoutError):
                async with asyncio.timeout(_USAGE_S):
                    while (chunk := await anext(chunks, None)) is not None:
                        said.take(chunk)

    async def _refusal(self, key: "_Key", status: int, headers: Mapping[str, str]) -> Unavailable:
        """Let the key rest where the status asks for it; return the error to raise."""
        rest_s = _retry_after_s(headers.get("retry-after", ""))
        if status in (401, 403):
            rest_s = _REFUSED_S
        elif status == 429 and rest_s is None:
            rest_s = _COOLDOWN_S
        may_pass = rest_s is None and (status in (408, 409) or status >= 500)
        if rest_s is not None:
            await self._rests.begin(key.place, Rest(rest_s, status))
        kind = _WorthAnotherCall if may_pass or status in (401, 403, 429) else Unavailable
        return kind(f"{self._name}: refused the call ({status})", retry_after_s=rest_s or 1.0)

    def _completion(self, said: "_Said") -> Completion:
        cut = (f"{self._name}: the answer reached its longest length and was cut",)
        return Completion(
            provider=self._name,
            model=said.model,
            prompt_tokens=said.prompt_tokens,
            completion_tokens=said.completion_tokens,
            cached_tokens=said.cached_tokens if said.cached_tokens <= (said.prompt_tokens or 0) else 0,
            degraded=cut if said.finish == "length" else (),
        )

    def _unavailable(self, what: str) -> Unavailable:
        # Never with a provider's own words: some repeat the key in them.
        return Unavailable(f"{self._name}: {what}")


class _WorthAnotherCall(Unavailable):
    """A second call, perhaps with another key, may well succeed."""


class _NotReached(_WorthAnotherCall, NotAsked):
    """No connection was made, so nothing was sent."""


@dataclass(frozen=True, slots=True)
class _Key:
    place: int
    client: "AsyncOpenAI"


@dataclass(slots=True)
class _Said:
    """What a stream has said about its answer so far."""

    model: str
    finish: str = ""
    """Why the answer ended; empty while it has not."""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int = 0

    def take(self, chunk: object) -> str:
        """Note what a chunk says, and return its text. The client does not check what it parses, so this does."""
        self.model = _of(chunk, "model", str) or self.model
        usage = getattr(chunk, "usage", None)
        if (count := _tokens(usage, "prompt_tokens")) is not None:
            self.prompt_tokens = count
        if (count := _tokens(usage, "completion_tokens")) is not None:
            self.completion_tokens = count
        if (count := _tokens(getattr(usage, "prompt_tokens_details", None), "cached_tokens")) is not None:
            self.cached_tokens = count
        choices = _of(chunk, "choices", list)
        if not choices:
            return ""
        self.finish = _of(choices[0], "finish_reason", str) or self.finish
        text = _of(getattr(choices[0], "delta", None), "content", str) or ""
        return text.encode(errors="replace").decode()  # half of a surrogate pair could not be stored


@dataclass(frozen=True, slots=True)
class _Answer:
    first: str
    texts: AsyncGenerator[str, None]
    """What follows the first text. Closing it closes the call."""
    said: _Said


def _of(record: object, name: str, kind: type[_T]) -> _T | None:
    value = getattr(record, name, None)
    return value if isinstance(value, kind) else None


def _tokens(usage: object, name: str) -> int | None:
    """Return a number of tokens that can be one; a store could not hold just any."""
    count = getattr(usage, name, None)
    return count if type(count) is int and 0 <= count < 2**31 else None


def _clients(base_url: str, secrets: Sequence[str], timeout_s: float) -> list["AsyncOpenAI"]:
    """Return a client for each key; they share their connections, and send what customers ask nowhere else."""
    from openai import AsyncOpenAI, DefaultAsyncHttpx2Client

    http = DefaultAsyncHttpx2Client(follow_redirects=False)
    first = AsyncOpenAI(api_key=secrets[0], base_url=base_url, max_retries=0, timeout=timeout_s, http_client=http)
    return [first, *(first.copy(api_key=secret) for secret in secrets[1:])]


def _retry_after_s(header: str) -> float | None:
    """Return how long a Retry-After header asks to wait, given as seconds or as a date.

    >>> _retry_after_s("2.5"), _retry_after_s("Thu, 01 Jan 1970 00:00:00 GMT"), _retry_after_s("soon")
    (2.5, 0.0, None)
    """
    try:
        wait_s = float(header)
    except ValueError:
        try:
            until = parsedate_to_datetime(header)
        except ValueError:
            return None
        wait_s = (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    # A comparison with "nan" is false, which makes it the longest wait rather than none.
    return max(0.0, wait_s) if wait_s < _LONGEST_COOLDOWN_S else _LONGEST_COOLDOWN_S
