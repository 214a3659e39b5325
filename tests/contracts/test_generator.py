"""What every `Generator` promises, whatever is behind it."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, aclosing

import pytest

from questrag.chat.ports import Generator
from questrag.chat.prompt import Prompt, Shown
from questrag.chat.types import Completion, Message, Passage, Replaced, Token
from questrag.generation.extractive import Extractive
from questrag.generation.fallback import FirstThatAnswers
from questrag.generation.grounded import Grounded
from questrag.generation.openai_compatible import OpenAICompatible
from questrag.generation.scripted import Scripted
from tests import peers
from tests.fakes import WordCounter
from tests.peers import Peer, hear

FEES = Passage(id="fees", question="What is the ATM fee?", answer="Your bank's schedule shows the fee.", regulated=True)
BLOCK = Passage(
    id="block",
    question="How do I block my card?",
    answer="Open the app and block the card. It takes 2 minutes.",
    answers={"hinglish": "App kholiye aur card block kijiye.", "hi": "ऐप खोलिए और कार्ड ब्लॉक कीजिए।"},
)

PROMPTS = {
    "a question with a source": Prompt(BLOCK.question, "en", sources=(Shown(1, BLOCK, BLOCK.answer, 0.9),)),
    "a regulated source": Prompt(FEES.question, "en", sources=(Shown(1, FEES, FEES.answer, 0.9),)),
    "a follow-up on a kept source": Prompt(
        "and then?",
        "en",
        history=(Message("user", BLOCK.question), Message("assistant", BLOCK.answer)),
        sources=(Shown(1, BLOCK, BLOCK.answer, 0.0, live=True),),
        enough=0.5,
    ),
    "small talk": Prompt("नमस्ते", "hi"),
    "nothing to answer from": Prompt("Who won the match yesterday?", "en"),
}

Make = Callable[[str], Generator]
APPROVED = Extractive(WordCounter())
GOOD = ("Open the app. ", "Then block ", "the card.")


def _scripted(fails_after: int | None = None, *pieces: str) -> Scripted:
    return Scripted(pieces or GOOD, fails_after=fails_after)


MAKES: dict[str, Make] = {
    "extractive": lambda url: APPROVED,
    "scripted": lambda url: _scripted(),
    "provider": lambda url: OpenAICompatible("peer", url, "peer-1", ["key"], max_tokens=64),
    "first of two": lambda url: FirstThatAnswers([_scripted(), APPROVED], deadline_s=5),
    "first fails": lambda url: FirstThatAnswers([_scripted(0), _scripted(), APPROVED], deadline_s=5),
    "first fails midway": lambda url: FirstThatAnswers([_scripted(2), APPROVED], deadline_s=5),
    "grounded": lambda url: Grounded(_scripted(), APPROVED),
    "grounded, invents a number": lambda url: Grounded(_scripted(None, "Do it. ", "Pay 900 rupees. "), APPROVED),
    "as it is served": lambda url: FirstThatAnswers([Grounded(_scripted(2), APPROVED), APPROVED], deadline_s=5),
    "grounded around the rest": lambda url: Grounded(
        FirstThatAnswers([_scripted(2), APPROVED], deadline_s=5), APPROVED
    ),
}


@pytest.fixture(params=MAKES)
async def generator(request: pytest.FixtureRequest) -> AsyncGenerator[Generator, None]:
    async with AsyncExitStack() as stack:
        peer = await stack.enter_async_context(Peer(peers.answers))
        generator = MAKES[request.param](peer.base_url)
        if isinstance(generator, OpenAICompatible):
            await stack.enter_async_context(aclosing(generator))
        yield generator


@pytest.fixture(params=PROMPTS)
def prompt(request: pytest.FixtureRequest) -> Prompt:
    return PROMPTS[request.param]


async def test_a_completion_comes_last_and_only_once(generator: Generator, prompt: Prompt) -> None:
    heard = await hear(generator.stream(prompt))

    assert [type(event) for event in heard.events].count(Completion) == 1
    assert isinstance(heard.events[-1], Completion)


async def test_something_is_said_and_no_piece_is_empty(generator: Generator, prompt: Prompt) -> None:
    heard = await hear(generator.stream(prompt))

    assert heard.text.strip()
    assert all(event.text for event in heard.events if isinstance(event, Token))


async def test_nothing_is_withdrawn_before_it_was_said(generator: Generator, prompt: Prompt) -> None:
    heard = await hear(generator.stream(prompt))

    assert not isinstance(heard.events[0], Replaced)
    assert bool(heard.completion.replaced) or not any(isinstance(event, Replaced) for event in heard.events)


async def test_only_sources_that_were_given_are_cited_and_none_twice(generator: Generator, prompt: Prompt) -> None:
    heard = await hear(generator.stream(prompt))

    cited = heard.completion.cited
    assert len(set(cited)) == len(cited)
    assert set(cited) <= {shown.passage.id for shown in prompt.sources}


async def test_a_verbatim_answer_is_in_the_words_of_its_entry(generator: Generator, prompt: Prompt) -> None:
    heard = await hear(generator.stream(prompt))

    if heard.completion.verbatim:
        entry = {shown.passage.id: shown.passage for shown in prompt.sources}[heard.completion.cited[0]]
        assert heard.text == entry.answer_in(prompt.lang)


async def test_a_reader_may_leave_at_any_point(generator: Generator, prompt: Prompt) -> None:
    events = len((await hear(generator.stream(prompt))).events)
    for heard in range(events):
        stream = generator.stream(prompt)
        for _ in range(heard):
            await anext(stream, None)
        await stream.aclose()
        assert await anext(stream, None) is None


async def test_a_second_turn_is_answered_like_the_first(generator: Generator, prompt: Prompt) -> None:
    first, second = [await hear(generator.stream(prompt)) for _ in range(2)]

    assert first.text == second.text
