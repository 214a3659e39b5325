from collections.abc import Sequence

import pytest

from questrag.chat.errors import Unavailable
from questrag.chat.prompt import Prompt, Shown
from questrag.chat.types import Completion, Message, Passage, Replaced, Token
from questrag.generation.extractive import Extractive
from questrag.generation.fallback import FirstThatAnswers
from questrag.generation.grounded import Grounded
from questrag.generation.scripted import Scripted
from tests.fakes import WordCounter
from tests.peers import Heard, hear

BLOCK = Passage(
    id="block",
    question="How do I block my card?",
    answer="Call 1800 123 4567 or use the app. A new card costs Rs. 200 and comes within 7 days.",
)
LIMIT = Passage(
    id="limit", question="What is the ATM limit?", answer="You can take out 1 lakh a day, 2.5% extra abroad."
)
FEES = Passage(id="fees", question="What are the fees?", answer="The fee is Rs. 500 from 1 April 2026.", regulated=True)
APPROVED = Extractive(WordCounter())


def asked(
    *passages: Passage, question: str = "How do I block it?", kept: bool = False, history: Sequence[Message] = ()
) -> Prompt:
    sources = [Shown(n, p, p.answer, None if kept else 0.9) for n, p in enumerate(passages, start=1)]
    return Prompt(question, "en", tuple(history), tuple(sources))


async def checked(prompt: Prompt, *pieces: str) -> Heard:
    return await hear(Grounded(Scripted(pieces), APPROVED).stream(prompt))


def tokens(heard: Heard) -> list[str]:
    return [event.text for event in heard.events if isinstance(event, Token)]


async def test_an_answer_that_the_sources_bear_out_goes_through_unchanged() -> None:
    text = "Call 1800-123-4567 [1]. It costs ₹200 [1] and takes seven days. The limit is ₹1,00,000 [2]!"
    heard = await checked(asked(BLOCK, LIMIT), *text)

    assert heard.text == text
    assert heard.completion == Completion(provider="scripted", model="scripted", cited=("block", "limit"))


async def test_nothing_of_a_sentence_is_shown_before_it_is_whole() -> None:
    heard = await checked(asked(BLOCK), "Use the", " app", ". [1] ", "Then", " wait.\n", "Done", "? Yes")

    assert tokens(heard) == ["Use the app. [1] ", "Then wait.\n", "Done? ", "Yes"]


@pytest.mark.parametrize(
    ("invented", "kind"),
    [
        ("It costs Rs. 250.", "number"),
        ("It costs 2 lakh.", "number"),
        ("It takes nine days.", "number"),
        ("It takes ९ दिन।", "number"),
        ("It costs 7% more.", "percentage"),
        ("It works from 7 March.", "date"),
        ("Call 1800 123 9999.", "phone number"),
        ("Go to https://bank.evil/login.", "link"),
        ("Go to bank-login.co now.", "link"),
        ("Write to help@bank.evil.", "e-mail address"),
    ],
)
async def test_a_figure_that_nobody_gave_replaces_the_answer(invented: str, kind: str) -> None:
    model = Scripted(["Use the app. ", "Then wait. ", invented + " ", "Bye. ", "Bye."])
    heard = await hear(Grounded(model, APPROVED).stream(asked(BLOCK)))

    why = f"the model's answer had a {kind} that no source gives"
    assert heard.events[:3] == [Token("Use the app. "), Token("Then wait. "), Replaced(why)]
    assert heard.text == BLOCK.answer
    assert heard.completion.replaced == why
    assert heard.completion.degraded == (why,)
    assert heard.completion.provider == "extractive" and heard.completion.verbatim
    assert heard.completion.cited == ("block",)


async def test_the_model_is_closed_as_soon_as_it_invents_something() -> None:
    model = Scripted(["It costs Rs. 999 more. ", "And ", "so ", "on."])
    heard = await hear(Grounded(model, APPROVED).stream(asked(BLOCK)))

    assert model.left_early == 1
    assert heard.text == BLOCK.answer


async def test_nothing_is_withdrawn_when_nothing_was_shown() -> None:
    heard = await checked(asked(BLOCK), "It costs Rs. 999.")

    assert not any(isinstance(event, Replaced) for event in heard.events)
    assert heard.completion.replaced


async def test_a_number_cannot_hide_in_a_list_that_only_has_numbered_items() -> None:
    steps = Passage(id="steps", question="How?", answer="1. Log in\n2. Choose\n3. Confirm")

    assert (await checked(asked(steps), "1. Log in [1]\n2. Choose\n")).completion.replaced == ""
    assert (await checked(asked(steps), "It takes 3 days.")).completion.replaced


async def test_what_the_customer_said_may_be_repeated_and_what_the_assistant_said_may_not() -> None:
    history = (Message("user", "My card ends in 4321"), Message("assistant", "It takes 77 days"))
    prompt = asked(BLOCK, question="Is 45000 too much?", history=history)

    assert (await checked(prompt, "Card 4321 and 45,000 are fine.")).completion.replaced == ""
    assert (await checked(prompt, "It takes 77 days.")).completion.replaced


@pytest.mark.parametrize(
    ("said", "shown", "removed", "cited"),
    [
        ("Use the app [7].", "Use the app.", 1, ("block",)),
        ("Use the app [1, 7] now [2].", "Use the app [1] now [2].", 1, ("block", "limit")),
        ("Use the app [2][1][9][8].", "Use the app [2][1].", 2, ("limit", "block")),
        ("Use the app【1†source】.", "Use the app[1].", 0, ("block",)),
        ("Use the app.", "Use the app.", 0, ("block",)),
        ("Use the app. [2]", "Use the app. [2]", 0, ("limit",)),
    ],
)
async def test_citations_of_what_was_not_given_are_removed_and_counted(
    said: str, shown: str, removed: int, cited: tuple[str, ...]
) -> None:
    heard = await checked(asked(BLOCK, LIMIT), *said)

    assert heard.text == shown
    assert heard.completion.citations_removed == removed
    assert heard.completion.cited == cited


async def test_a_reply_to_small_talk_draws_on_nothing() -> None:
    heard = await checked(asked(BLOCK, question="thank you", kept=True), "You are welcome.")

    assert heard.completion.cited == ()


@pytest.mark.parametrize("pieces", [(), (" ", "\n"), ("[9]",)])
async def test_an_empty_answer_is_replaced(pieces: tuple[str, ...]) -> None:
    heard = await checked(asked(BLOCK), *pieces)

    assert heard.text == BLOCK.answer
    assert heard.completion.replaced == "the model's answer was empty"


@pytest.mark.parametrize("kept", [False, True])
async def test_the_model_is_not_asked_where_the_approved_words_are_due(kept: bool) -> None:
    model = Scripted(["The fee is about Rs. 500."])
    heard = await hear(Grounded(model, APPROVED).stream(asked(FEES, BLOCK, question="What fees?", kept=kept)))

    assert model.asked == []
    assert heard.text == FEES.answer
    assert heard.completion.degraded == () and heard.completion.replaced == ""


async def test_a_regulated_entry_kept_from_an_earlier_turn_is_found_behind_a_newer_one() -> None:
    model = Scripted(["The fee is about Rs. 500."])
    heard = await hear(Grounded(model, APPROVED).stream(asked(BLOCK, FEES, question="What are the fees?", kept=True)))

    assert model.asked == [] and heard.text == FEES.answer


async def test_a_model_that_fails_before_a_whole_sentence_has_shown_nothing() -> None:
    cut = Grounded(Scripted(["Use ", "the ", "app"], fails_after=2), APPROVED)
    other = Scripted(["Use the app."])
    heard = await hear(FirstThatAnswers([cut, other, APPROVED], deadline_s=5).stream(asked(BLOCK)))

    assert heard.events[0] == Token("Use the app.")
    assert heard.completion.degraded == ("scripted: failed as it was told to",)


async def test_a_model_that_fails_alone_says_so() -> None:
    with pytest.raises(Unavailable):
        await hear(Grounded(Scripted(["Use the app. ", "Now."], fails_after=1), APPROVED).stream(asked(BLOCK)))


async def test_an_answer_already_replaced_further_in_is_passed_on_as_it_is() -> None:
    inner = FirstThatAnswers([Scripted(["Use it [2]. ", "Now "], fails_after=2), APPROVED], deadline_s=5)
    heard = await hear(Grounded(inner, APPROVED).stream(asked(BLOCK, LIMIT)))

    assert heard.text == BLOCK.answer
    assert heard.completion.cited == ("block",) and heard.completion.verbatim
    assert heard.completion.replaced == "scripted: failed as it was told to"


async def test_a_hand_off_cites_nothing() -> None:
    question = "Where did my neighbour leave his umbrella last night?"
    heard = await hear(Grounded(APPROVED, APPROVED).stream(asked(BLOCK, question=question, kept=True)))

    assert heard.completion.handed_off and heard.completion.cited == ()
