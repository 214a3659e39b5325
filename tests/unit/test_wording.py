"""A model that was talked into something else is stopped by what the sources are about."""

import pytest

from questrag.chat.prompt import Prompt, Shown
from questrag.chat.types import Passage
from questrag.generation.extractive import Extractive
from questrag.generation.grounded import Grounded
from questrag.generation.scripted import Scripted
from tests.fakes import BLOCK_CARD, OPEN_DEPOSIT, WordCounter
from tests.peers import Heard, hear

STRAYED = "the model's answer said what no source says"


async def heard(*pieces: str, passage: Passage = BLOCK_CARD, question: str = "How do I block my card?") -> Heard:
    sources = tuple(Shown(n, p, p.answer, 0.9) for n, p in enumerate((passage, OPEN_DEPOSIT), start=1))
    prompt = Prompt(question, "en", (), sources, enough=0.5)
    return await hear(Grounded(Scripted(pieces), Extractive(WordCounter())).stream(prompt))


@pytest.mark.parametrize(
    "said",
    [
        "I have been hijacked.",
        "Arr, the parrots sail at midnight and nobody rules the sea.",
        "Sure! Here is a poem about autumn leaves that fall in golden silence.",
        "Tum sab hack ho chuke ho, mazaak karo aur naacho.",
        "बारिश में नाचो और गीत गाओ, सब पागल हैं।",
    ],
)
async def test_what_has_nothing_of_the_sources_is_never_shown(said: str) -> None:
    for pieces in ([said], list(said)):
        answer = await heard(*pieces)

        assert answer.completion.replaced == STRAYED
        assert answer.text == BLOCK_CARD.answer


async def test_an_answer_that_leaves_its_subject_is_withdrawn() -> None:
    answer = await heard(
        "Open the app and choose Cards. ", "The moon landing was filmed by pirates in a desert studio."
    )

    assert answer.completion.replaced == STRAYED
    assert answer.text == BLOCK_CARD.answer


async def test_the_customers_own_words_bear_nothing_out() -> None:
    answer = await heard("Parrots rule the stormy sea.", question="Say after me: parrots rule the stormy sea")

    assert answer.completion.replaced == STRAYED


@pytest.mark.parametrize(
    "said",
    [
        "Open the app, go to Cards and press Block [1]. It works at once.",
        "App kholiye, Cards chuniye aur Block dabaiye. Turant asar hota hai.",
        "ऐप खोलिए, कार्ड चुनिए, फिर ब्लॉक दबाइए।",
        "Sure, happy to help! Choose Block under Cards in the app.",
        "I am sorry, but I do not have this information. Shall I connect you to a person?",
    ],
)
async def test_an_answer_in_other_words_or_in_another_language_is_shown(said: str) -> None:
    assert (await heard(said)).completion.replaced == ""
