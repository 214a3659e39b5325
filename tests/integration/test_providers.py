"""Providers over real HTTP: one that follows the rules, with quotas, and one that breaks every rule there is."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import openai  # noqa: F401  # slow, and otherwise part of the first call's deadline
import pytest
from llmock.pytest_plugin import LLMock

from questrag.chat.errors import Unavailable
from questrag.chat.prompt import Prompt, Shown
from questrag.chat.turn import collect
from questrag.chat.types import Completion, Passage, Replaced, Token, TokenBill
from questrag.generation.extractive import Extractive
from questrag.generation.fallback import FirstThatAnswers
from questrag.generation.grounded import Grounded
from questrag.generation.openai_compatible import OpenAICompatible
from questrag.generation.providers import states_of
from tests import peers
from tests.fakes import WordCounter, an_assistant
from tests.peers import ANSWER, Peer, Play, hear

KEYS = ("key-one-secret", "key-two-secret")
BLOCK = Passage(id="cards-block", question="How do I block my card?", answer="Use the app or call your bank.")
PROMPT = Prompt("How do I block my card?", "en", sources=(Shown(1, BLOCK, BLOCK.answer, 0.9),))
APPROVED = Extractive(WordCounter())
FULL = "".join(ANSWER)
MODEL_TEXT = {"model": FULL, "approved": BLOCK.answer}


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def provider(
    base_url: str, keys: tuple[str, ...] = KEYS, *, first_token_s: float = 5.0, clock: Clock | None = None
) -> AsyncGenerator[OpenAICompatible, None]:
    model = OpenAICompatible(
        "groq",
        base_url,
        "peer-1",
        keys,
        max_tokens=64,
        first_token_s=first_token_s,
        clock=clock or time.monotonic,
    )
    async with aclosing(model):
        yield model


def with_approved(model: OpenAICompatible, *, deadline_s: float = 10.0, clock: Clock | None = None) -> FirstThatAnswers:
    return FirstThatAnswers([model, APPROVED], deadline_s=deadline_s, clock=clock or time.monotonic)


FAULTS: dict[str, tuple[Play, str, int]] = {
    # what the provider does, whose answer the customer gets, calls made
    "no choices": (peers.sends({"model": "peer-1", "choices": []}), "approved", 1),
    "choices null": (peers.sends({"model": "peer-1", "choices": None}), "approved", 1),
    "choices a number": (peers.sends({"choices": 5}), "approved", 1),
    "choice null": (peers.sends({"choices": [None]}), "approved", 1),
    "delta null": (peers.sends({"choices": [{"delta": None, "finish_reason": "stop"}]}), "approved", 1),
    "delta missing": (peers.sends({"choices": [{"finish_reason": "stop"}]}), "approved", 1),
    "content null": (peers.sends({"choices": [{"delta": {"content": None}}]}), "approved", 1),
    "content a number": (peers.sends({"choices": [{"delta": {"content": 5}}]}), "approved", 1),
    "nothing but done": (peers.sends(), "approved", 1),
    "empty answer": (peers.ends("stop", ""), "approved", 1),
    "blank answer": (peers.ends("stop", " ", "\n"), "approved", 1),
    "length before a word": (peers.ends("length"), "approved", 1),
    "length": (peers.ends("length", *ANSWER), "model", 1),
    "content filter at once": (peers.ends("content_filter"), "approved", 1),
    "content filter midway": (peers.ends("content_filter", *ANSWER[:2]), "approved", 1),
    "no done": (peers.ends("stop", *ANSWER, done=False), "model", 1),
    "no done, line kept open": (peers.ends("stop", *ANSWER, hang=True), "model", 1),
    "no finish reason": (peers.ends(None, *ANSWER), "approved", 1),
    "ends early": (peers.ends(None, *ANSWER[:2], done=False), "approved", 1),
    "page with status 200": (peers.sends(b"<html><h1>Bad gateway</h1></html>", kind="text/html"), "approved", 1),
    "whole answer as JSON": (peers.sends(b'{"choices": [{"message": {}}]}', kind="application/json"), "approved", 1),
    "wrong content type": (
        peers.sends(
            {"choices": [{"delta": {"content": FULL}, "finish_reason": "stop"}], "usage": "none"},
            kind="text/plain",
        ),
        "model",
        1,
    ),
    "broken compression": (peers.sends(b"not gzip", content_encoding="gzip"), "approved", 2),
    "error event at once": (peers.sends({"error": {"message": "overloaded"}}), "approved", 1),
    "error event midway": (peers.sends({"error": {"message": "overloaded"}}, said=True), "approved", 1),
    "events that are no objects": (peers.sends(5, "x", None, []), "approved", 1),
    "truncated JSON at once": (peers.sends(b'data: {"choices": [{"del\n\n'), "approved", 1),
    "truncated JSON midway": (peers.sends(b'data: {"choices": [{"del\n\n', said=True), "approved", 1),
    "not UTF-8": (peers.sends(b'data: {"choices": "\xff\xfe"}\n\n', said=True), "approved", 1),
    "reset before the headers": (peers.breaks_off(head=False), "approved", 2),
    "reset before a word": (peers.breaks_off(), "approved", 2),
    "reset midway": (peers.breaks_off(*ANSWER[:2]), "approved", 1),
    "closed without a word": (peers.closes_without_a_word, "approved", 2),
    "no HTTP": (peers.speaks_no_http, "approved", 2),
    "400": (peers.refuses(400), "approved", 1),
    "404": (peers.refuses(404), "approved", 1),
    "401": (peers.refuses(401), "approved", 2),
    "403": (peers.refuses(403), "approved", 2),
    "408": (peers.refuses(408), "approved", 2),
    "413": (peers.refuses(413), "approved", 1),
    "429": (peers.refuses(429), "approved", 2),
    "500": (peers.refuses(500), "approved", 2),
    "500 with a page": (peers.refuses(500, "<html>"), "approved", 2),
    "503 with Retry-After": (peers.refuses(503, retry_after="60"), "approved", 1),
}
SILENCES: dict[str, Play] = {
    "hangs before the headers": peers.hangs_without_a_word,
    "hangs before a word": peers.ends(None, hang=True),
    "hangs midway": peers.ends(None, *ANSWER[:2], hang=True),
    "only keeps alive": peers.only_keeps_alive,
    "drips for ever": peers.drips,
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_every_fault_ends_in_a_whole_answer_after_at_most_two_calls_and_alone_in_an_error(fault: str) -> None:
    play, whose, calls = FAULTS[fault]
    async with Peer(play) as peer, provider(peer.base_url) as model:
        heard = await hear(with_approved(model).stream(PROMPT))
        assert len(peer.calls) == calls
        if whose == "approved":
            with pytest.raises(Unavailable, match="groq: "):
                await hear(model.stream(PROMPT))

    assert heard.text == MODEL_TEXT[whose]
    assert heard.completion.provider == {"model": "groq", "approved": "extractive"}[whose]
    assert bool(heard.completion.degraded) == (whose == "approved" or fault == "length")


@pytest.mark.parametrize("fault", SILENCES)
async def test_a_provider_that_never_ends_is_given_up_in_time(fault: str) -> None:
    started = time.monotonic()
    async with Peer(SILENCES[fault]) as peer, provider(peer.base_url, first_token_s=0.25) as model:
        heard = await hear(with_approved(model, deadline_s=1.0).stream(PROMPT))
        await asyncio.wait_for(peer.left.wait(), 2)

    assert heard.text == BLOCK.answer
    assert heard.completion.degraded
    assert len(peer.calls) == 1
    assert time.monotonic() - started < 3


async def test_words_already_shown_are_withdrawn_before_the_approved_answer() -> None:
    async with Peer(peers.breaks_off(*ANSWER[:2])) as peer, provider(peer.base_url) as model:
        heard = await hear(with_approved(model).stream(PROMPT))

    kinds = [type(event) for event in heard.events]
    assert kinds[0] is Token and kinds.count(Replaced) == 1
    assert "cut short" in heard.completion.replaced


async def test_a_healthy_answer_carries_the_model_that_answered_and_its_own_token_counts() -> None:
    async with Peer(peers.answers) as peer, provider(peer.base_url) as model:
        heard = await hear(model.stream(PROMPT))

    assert heard.text == FULL
    assert heard.completion == Completion(provider="groq", model="peer-1", prompt_tokens=11, completion_tokens=5)
    sent = peer.calls[0].body
    assert sent["stream"] and sent["temperature"] == 0 and sent["max_tokens"] == 64
    assert sent["stream_options"] == {"include_usage": True}
    assert sent["messages"] == PROMPT.messages()


async def test_half_a_surrogate_pair_does_not_get_into_an_answer() -> None:
    play = peers.sends({"choices": [{"delta": {"content": "Hi \ud83d!"}, "finish_reason": "stop"}]})
    async with Peer(play) as peer, provider(peer.base_url) as model:
        heard = await hear(model.stream(PROMPT))

    assert heard.text == "Hi ?!"


@pytest.mark.parametrize("fault", [peers.refuses(429), peers.refuses(401), peers.refuses(503), peers.breaks_off()])
async def test_a_second_call_with_another_key_saves_the_turn(fault: Play) -> None:
    async with Peer(fault, peers.answers) as peer, provider(peer.base_url) as model:
        heard = await hear(model.stream(PROMPT))

    assert heard.text == FULL and heard.completion.degraded == ()
    assert sorted(peer.keys) == sorted(KEYS)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_provider_that_sends_a_question_elsewhere_is_not_followed(status: int) -> None:
    async with Peer(peers.answers) as elsewhere:
        away = peers.refuses(status, location=f"{elsewhere.base_url}/chat/completions")
        async with Peer(away) as peer, provider(peer.base_url) as model:
            with pytest.raises(Unavailable, match=f"refused the call \\({status}\\)"):
                await hear(model.stream(PROMPT))

    assert (len(peer.calls), len(elsewhere.calls)) == (1, 0)


async def test_keys_take_turns() -> None:
    async with Peer(peers.answers) as peer, provider(peer.base_url) as model:
        for _ in range(4):
            await hear(model.stream(PROMPT))

    assert peer.keys == [*KEYS, *KEYS]


@pytest.mark.parametrize(
    ("refusal", "rests_s"),
    [
        (peers.refuses(429, retry_after="20"), 20),
        (peers.refuses(429, retry_after="0.5"), 0.5),
        (peers.refuses(429, retry_after="soon"), 5),
        (peers.refuses(429), 5),
        (peers.refuses(401), 600),
        (peers.refuses(403), 600),
        (peers.refuses(503, retry_after="20"), 20),
    ],
)
async def test_a_refused_key_rests_as_long_as_it_has_to(refusal: Play, rests_s: float) -> None:
    clock = Clock()
    async with (
        Peer(refusal, peers.answers) as peer,
        provider(peer.base_url, KEYS[:1], clock=clock) as model,
    ):
        for moved_s in (0.0, rests_s - 0.1):
            clock.now += moved_s
            with pytest.raises(Unavailable) as refused:
                await hear(model.stream(PROMPT))
        assert len(peer.calls) == 1
        assert refused.value.retry_after_s == pytest.approx(0.1)

        clock.now += 0.2
        assert (await hear(model.stream(PROMPT))).text == FULL


def _in_a_minute() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)


async def test_retry_after_may_be_a_date() -> None:
    play = peers.refuses(429, retry_after=_in_a_minute())
    async with Peer(play) as peer, provider(peer.base_url, KEYS[:1]) as model:
        with pytest.raises(Unavailable) as refused:
            await hear(model.stream(PROMPT))

    assert 1 < refused.value.retry_after_s <= 60


async def test_a_key_is_in_no_error_message_even_when_the_provider_repeats_it() -> None:
    echo = f'{{"error": {{"message": "Incorrect API key provided: {KEYS[0]}"}}}}'
    for play in (peers.refuses(401, echo), peers.refuses(400, echo), peers.sends(f"data: {echo}\n\n".encode())):
        async with Peer(play) as peer, provider(peer.base_url, KEYS[:1]) as model:
            with pytest.raises(Unavailable) as refused:
                await hear(model.stream(PROMPT))
            heard = await hear(with_approved(model).stream(PROMPT))

        assert KEYS[0] not in f"{refused.value!r} {heard.completion.degraded}"


async def test_the_provider_sees_a_reader_leave() -> None:
    async with Peer(peers.drips) as peer, provider(peer.base_url) as model:
        stream = with_approved(model).stream(PROMPT)
        async with aclosing(stream):
            assert await anext(stream) == Token("word ")
        await asyncio.wait_for(peer.left.wait(), 2)

    assert len(peer.calls) == 1


async def test_the_provider_sees_a_reader_cancelled_while_a_sentence_is_held_back() -> None:
    async with Peer(peers.drips) as peer, provider(peer.base_url) as model:
        chain = FirstThatAnswers([Grounded(model, APPROVED), APPROVED], deadline_s=10)
        reading = asyncio.create_task(hear(chain.stream(PROMPT)))
        await asyncio.wait_for(peer.called.wait(), 5)
        reading.cancel()
        await asyncio.wait_for(peer.left.wait(), 2)
        with pytest.raises(asyncio.CancelledError):
            await reading


async def test_a_server_that_wants_no_key_needs_none() -> None:
    async with Peer(peers.answers) as peer, provider(peer.base_url, ()) as model:
        assert (await hear(model.stream(PROMPT))).text == FULL


async def test_a_provider_that_keeps_failing_is_left_out_and_tried_again_later() -> None:
    clock = Clock()
    async with (
        Peer(peers.refuses(400), peers.refuses(400), peers.refuses(400), peers.answers) as peer,
        provider(peer.base_url) as model,
    ):
        chain = with_approved(model, clock=clock)
        for _ in range(5):
            heard = await hear(chain.stream(PROMPT))
            assert heard.text == BLOCK.answer
        assert len(peer.calls) == 3
        assert "not asked again yet" in heard.completion.degraded[0]

        clock.now += 31
        assert (await hear(chain.stream(PROMPT))).text == FULL
        assert (await hear(chain.stream(PROMPT))).text == FULL


async def test_the_next_provider_answers_when_the_first_is_down_and_the_receipt_says_so() -> None:
    async with (
        Peer(peers.refuses(500)) as down,
        Peer(peers.answers) as up,
        provider(down.base_url) as first,
        provider(up.base_url) as second,
    ):
        chain = FirstThatAnswers([first, second, APPROVED], deadline_s=10)
        heard = await hear(chain.stream(PROMPT))

    assert heard.text == FULL
    assert heard.completion.degraded == ("groq: refused the call (500)",)


async def test_no_other_provider_is_asked_once_a_word_was_shown() -> None:
    async with (
        Peer(peers.breaks_off(*ANSWER[:2])) as broken,
        Peer(peers.answers) as up,
        provider(broken.base_url) as first,
        provider(up.base_url) as second,
    ):
        with pytest.raises(Unavailable, match="cut short"):
            await hear(FirstThatAnswers([first, second], deadline_s=10).stream(PROMPT))

    assert up.calls == []


@pytest.mark.parametrize("count", [True, -1, 2**31, 10**30, 1.5, "9", None])
async def test_a_token_count_that_can_be_none_is_not_taken(count: object) -> None:
    usage = {"choices": [], "usage": {"prompt_tokens": count, "completion_tokens": 0}}
    said = {"choices": [{"delta": {"content": FULL}, "finish_reason": "stop"}]}
    async with Peer(peers.sends(said, usage)) as peer, provider(peer.base_url) as model:
        completion = (await hear(model.stream(PROMPT))).completion

    assert completion.prompt_tokens is None and completion.completion_tokens == 0


async def billed_after(usage: object) -> TokenBill:
    """Return what the receipt of a turn says, through every generator that the server puts before a provider."""
    async with Peer(peers.reports(usage)) as peer, provider(peer.base_url) as model:
        chain = FirstThatAnswers([Grounded(model, APPROVED), APPROVED], deadline_s=10)
        answer = await collect(an_assistant(generator=chain).answer("How do I block my debit card?"))
    assert answer.text == FULL
    return answer.receipt.tokens


@pytest.mark.parametrize("cached", [0, 1, 1024, 1100])
async def test_what_the_provider_read_from_its_prefix_cache_is_in_the_receipt(cached: int) -> None:
    counted = {"prompt_tokens": 1100, "completion_tokens": 5}
    tokens = await billed_after({**counted, "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0}})

    assert (tokens.counted_by, tokens.prompt, tokens.cached, tokens.billed) == ("provider", 1100, cached, 1100 - cached)


@pytest.mark.parametrize("details", [None, {}, [], 7, "none", {"cached_tokens": None}, [{"cached_tokens": 7}]])
async def test_nothing_was_cached_where_the_provider_does_not_say(details: object) -> None:
    counted = {"prompt_tokens": 1100, "completion_tokens": 5}
    for usage in (counted, {**counted, "prompt_tokens_details": details}):
        tokens = await billed_after(usage)
        assert (tokens.prompt, tokens.cached, tokens.billed) == (1100, 0, 1100)


@pytest.mark.parametrize("count", [-1, 1101, "1101", 2**31, 10**30, 1.5, "many", [9], {"tokens": 9}])
async def test_a_cached_count_that_can_be_none_is_not_taken(count: object) -> None:
    details = {"prompt_tokens_details": {"cached_tokens": count}}
    tokens = await billed_after({"prompt_tokens": 1100, "completion_tokens": 5, **details})

    assert (tokens.prompt, tokens.cached, tokens.billed) == (1100, 0, 1100)


async def test_a_cached_count_without_the_prompts_own_is_not_taken() -> None:
    tokens = await billed_after({"prompt_tokens": "?", "prompt_tokens_details": {"cached_tokens": 9}})

    assert (tokens.counted_by, tokens.cached, tokens.billed) == ("words", 0, tokens.prompt)


@pytest.mark.parametrize(
    "play", [peers.refuses(400), peers.refuses(429), peers.breaks_off(), peers.ends("content_filter", *ANSWER[:2])]
)
async def test_approved_words_after_a_provider_was_sent_the_prompt_are_paid_for(play: Play) -> None:
    async with Peer(play) as peer, provider(peer.base_url, KEYS[:1]) as model:
        heard = await hear(with_approved(model).stream(PROMPT))

    assert heard.text == BLOCK.answer and heard.completion.paid
    assert heard.completion.prompt_tokens is None


async def test_approved_words_are_free_where_the_provider_could_not_be_reached_or_its_keys_rest() -> None:
    async with Peer(peers.refuses(429, retry_after="60")) as peer, provider(peer.base_url, KEYS[:1]) as model:
        paid = [(await hear(with_approved(model).stream(PROMPT))).completion.paid for _ in range(2)]
        base_url = peer.base_url
    async with provider(base_url) as model:  # nobody listens there any more
        unreachable = (await hear(with_approved(model).stream(PROMPT))).completion

    assert paid == [True, False]
    assert not unreachable.paid and "connection failed" in unreachable.degraded[0]


async def test_a_turn_that_asks_no_model_does_not_spend_the_one_try_of_a_model_that_was_left_out() -> None:
    clock = Clock()
    fees = Passage(id="fees", question="Fees?", answer="As approved.", regulated=True)
    regulated = Prompt("Fees?", "en", sources=(Shown(1, fees, fees.answer, 0.9),))
    async with Peer(*[peers.refuses(400)] * 3, peers.answers) as peer, provider(peer.base_url) as model:
        chain = FirstThatAnswers([Grounded(model, APPROVED), APPROVED], deadline_s=10, clock=clock)
        for _ in range(3):
            await hear(chain.stream(PROMPT))
        clock.now += 31
        heard = await hear(chain.stream(regulated))
        assert heard.text == fees.answer and not heard.completion.paid

        assert (await hear(chain.stream(PROMPT))).text == FULL


async def test_a_reader_who_leaves_does_not_spend_the_one_try_either() -> None:
    clock = Clock()
    async with Peer(*[peers.refuses(400)] * 3, peers.answers) as peer, provider(peer.base_url) as model:
        chain = with_approved(model, clock=clock)
        for _ in range(3):
            await hear(chain.stream(PROMPT))
        clock.now += 31
        async with aclosing(chain.stream(PROMPT)) as stream:
            await anext(stream)

        assert (await hear(chain.stream(PROMPT))).text == FULL


async def test_a_provider_that_is_asked_alone_shares_its_keys_and_what_was_learnt_of_it() -> None:
    clock = Clock()
    refusing = [peers.refuses(400)] * 2
    async with (
        Peer(*refusing, peers.answers) as peer,
        Peer(peers.answers) as other_peer,
        provider(peer.base_url) as model,
        provider(other_peer.base_url) as other,
    ):
        chain = FirstThatAnswers([model, other, APPROVED], deadline_s=10, failures_to_open=2, clock=clock)
        alone = chain.only(0)
        assert (await hear(alone.stream(PROMPT))).text == BLOCK.answer
        assert (await hear(chain.stream(PROMPT))).text == FULL
        assert (await hear(alone.stream(PROMPT))).completion.degraded[0].endswith("(not asked again yet)")
        assert (len(peer.calls), len(other_peer.calls)) == (2, 1)

        clock.now += 31
        assert (await hear(alone.stream(PROMPT))).text == FULL
        assert (await hear(chain.stream(PROMPT))).completion.degraded == ()
        assert (await hear(chain.only(1).stream(PROMPT))).text == FULL

    assert peer.keys == [*KEYS, *KEYS], "keys take turns, whoever asks"
    assert len(other_peer.calls) == 2


# Against llmock: quotas and stream faults as providers have them -------------------------------


async def test_a_provider_tells_how_many_keys_rest_and_why_and_never_a_key() -> None:
    clock = Clock()
    play = [peers.refuses(429, retry_after="30"), peers.answers]
    async with Peer(*play) as peer, provider(peer.base_url, clock=clock) as model:
        chain = with_approved(model)
        (before,) = chain.states()
        await hear(chain.stream(PROMPT))
        (resting,) = chain.states()
        clock.now += 31
        (after,) = chain.states()

    assert (before.name, before.model, before.keys, before.keys_resting) == ("groq", "peer-1", 2, 0)
    assert (before.resting, before.last_problem) == (False, "")
    assert (resting.keys_resting, resting.resting, resting.last_problem) == (1, False, "groq: refused the call (429)")
    assert after == before
    assert "secret" not in repr(resting)


async def test_a_provider_whose_keys_all_rest_or_that_failed_too_often_is_resting_until_it_answers_again() -> None:
    clock = Clock()
    async with Peer(*[peers.refuses(500)] * 6, peers.answers) as peer, provider(peer.base_url, clock=clock) as model:
        chain = FirstThatAnswers([Grounded(model, APPROVED), APPROVED], deadline_s=10.0, clock=clock)
        seen = []
        for _ in range(3):
            await hear(chain.stream(PROMPT))
            seen.append(chain.states()[0])
        clock.now += 31
        tried_again = chain.states()[0]
        await hear(chain.stream(PROMPT))
        answered = chain.states()[0]

    assert [state.resting for state in seen] == [False, False, True]
    assert all(state.last_problem == "groq: refused the call (500)" for state in (*seen, tried_again))
    assert (tried_again.resting, answered.resting, answered.last_problem) == (False, False, "")

    async with Peer(peers.refuses(401)) as peer, provider(peer.base_url) as model:
        await hear(with_approved(model).stream(PROMPT))
        (refused,) = states_of(Grounded(model, APPROVED))
    assert (refused.keys_resting, refused.resting) == (2, True)
    assert states_of(APPROVED) == ()


async def test_quotas_are_counted_per_key_and_nobody_is_asked_while_all_keys_rest(llmock: LLMock) -> None:
    llmock.limits(rpm=1)
    async with provider(llmock.base_url("groq")) as model:
        for _ in range(2):
            assert (await hear(model.stream(PROMPT))).text
        for _ in range(3):
            with pytest.raises(Unavailable) as refused:
                await hear(model.stream(PROMPT))

    assert [record.status for record in llmock.requests] == [200, 200, 429, 429]
    assert 50 < refused.value.retry_after_s <= 60


async def test_retry_after_is_kept_to_the_second(llmock: LLMock) -> None:
    llmock.rate_limit(retry_after=0.3).reply(FULL)
    async with provider(llmock.base_url("groq"), KEYS[:1]) as model:
        while True:
            try:
                heard = await hear(model.stream(PROMPT))
                break
            except Unavailable as resting:
                await asyncio.sleep(resting.retry_after_s)

    assert heard.text == FULL
    assert heard.completion.prompt_tokens
    llmock.assert_resilient()


@pytest.mark.parametrize("fault", ["disconnect", "truncate", "corrupt"])
async def test_a_stream_that_breaks_midway_is_replaced_and_not_repeated(llmock: LLMock, fault: str) -> None:
    getattr(llmock.reply(FULL, times=None), fault)(after_chunks=3)
    async with provider(llmock.base_url("groq")) as model:
        heard = await hear(with_approved(model).stream(PROMPT))

    assert heard.text == BLOCK.answer
    assert heard.completion.replaced.startswith("groq: ")
    assert len(llmock.requests) == 1


async def test_a_connection_lost_before_the_first_word_is_tried_once_more(llmock: LLMock) -> None:
    llmock.reply(FULL, times=None).disconnect(after_chunks=0)
    async with provider(llmock.base_url("groq")) as model:
        heard = await hear(with_approved(model).stream(PROMPT))

    assert heard.text == FULL
    assert len(llmock.requests) == 2


async def test_a_stalled_stream_is_left_at_the_deadline(llmock: LLMock) -> None:
    llmock.stall(after_chunks=3, seconds=3)
    async with provider(llmock.base_url("groq")) as model:
        heard = await hear(with_approved(model, deadline_s=1.0).stream(PROMPT))

    assert heard.text == BLOCK.answer
    assert "within 1 s" in heard.completion.replaced
    llmock.assert_resilient()


async def test_an_outage_costs_three_turns_of_calls_and_then_none(llmock: LLMock) -> None:
    llmock.outage(status=500)
    async with provider(llmock.base_url("groq")) as model:
        chain = with_approved(model)
        for _ in range(6):
            assert (await hear(chain.stream(PROMPT))).text == BLOCK.answer

    assert len(llmock.requests) == 6
