import time
from collections.abc import Sequence

import pytest

from questrag.chat.errors import Unavailable
from questrag.chat.ports import Generator
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
    sources = [Shown(n, p, p.answer, 0.0 if kept else 0.9, kept) for n, p in enumerate(passages, start=1)]
    return Prompt(question, "en", tuple(history), tuple(sources), enough=0.5)


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
        ("It costs Rs. 250.", "amount"),
        ("It costs 2 lakh.", "amount"),
        ("It takes nine days.", "duration"),
        ("It takes ९ दिन।", "duration"),
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


async def test_a_plain_number_of_the_customers_may_be_repeated_and_no_rate_and_nothing_the_assistant_said() -> None:
    history = (Message("user", "My card ends in 4321"), Message("assistant", "It takes 77 days"))
    prompt = asked(BLOCK, question="Is the rate 9.5%?", history=history)

    assert (await checked(prompt, "Card 4321 is fine.")).completion.replaced == ""
    assert (await checked(prompt, "Yes, the rate is 9.5%.")).completion.replaced
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


async def test_with_nothing_to_go_on_the_model_is_not_asked() -> None:
    model = Scripted(["India won the match."])
    heard = await hear(Grounded(model, APPROVED).stream(asked(question="Who won the match?")))

    assert model.asked == []
    assert heard.completion.handed_off and not heard.completion.paid


async def test_small_talk_needs_no_source() -> None:
    heard = await checked(asked(question="hello"), "Hello, how can I help?")

    assert heard.text == "Hello, how can I help?" and heard.completion.provider == "scripted"


async def test_the_model_never_sees_a_regulated_entry_behind_the_best_one_and_numbers_stay() -> None:
    model = Scripted(["Use the app [1]. The limit is 1 lakh [3]. The rest is a secret [2]."])
    heard = await hear(Grounded(model, APPROVED).stream(asked(BLOCK, FEES, LIMIT)))

    assert [(shown.number, shown.passage.id) for shown in model.asked[0].sources] == [(1, "block"), (3, "limit")]
    assert heard.text == "Use the app [1]. The limit is 1 lakh [3]. The rest is a secret."
    assert heard.completion.cited == ("block", "limit") and heard.completion.citations_removed == 1


async def test_a_figure_of_a_regulated_entry_is_not_the_models_to_give() -> None:
    heard = await checked(asked(BLOCK, FEES), "The fee is Rs. 500.")

    assert heard.text == BLOCK.answer and heard.completion.replaced


async def test_the_regulated_entry_that_this_turn_named_answers_also_when_it_was_kept() -> None:
    model = Scripted(["The fee is about Rs. 500."])
    kept = (Shown(1, FEES, FEES.answer, 0.9, live=True), Shown(2, BLOCK, BLOCK.answer, 0.0, live=True))
    heard = await hear(Grounded(model, APPROVED).stream(Prompt("and how much?", "en", sources=kept, enough=0.5)))

    assert model.asked == [] and heard.text == FEES.answer
    assert not heard.completion.paid


@pytest.mark.parametrize(
    ("said", "cited"),
    [
        ("It costs ₹200.", ("block",)),
        ("You can take out a lakh.", ("limit",)),
        ("You can take out extra abroad.", ("limit",)),
        ("It costs ₹200, and 1 lakh can go.", ()),
        ("Please be patient.", ()),
    ],
)
async def test_an_answer_without_citations_draws_on_a_source_only_where_there_is_no_doubt(
    said: str, cited: tuple[str, ...]
) -> None:
    assert (await checked(asked(BLOCK, LIMIT), said)).completion.cited == cited


@pytest.mark.parametrize(
    "said",
    [
        "I do not have this information. Shall I connect you to a person?",
        "I'm sorry, but I don't have any information about that [1].",
        "The sources do not mention this.",
        "Maaf kijiye, mere paas iski jaankari nahi hai. Kya main kisi vyakti se jodun?",
        "क्षमा करें, मेरे पास यह जानकारी नहीं है।",
    ],
)
async def test_a_model_that_says_it_does_not_know_hands_off_and_cites_nothing(said: str) -> None:
    for pieces in ([said], list(said)):
        heard = await checked(asked(BLOCK, LIMIT), *pieces)

        assert heard.completion.handed_off and heard.completion.cited == ()
        assert "[" not in heard.text
        assert heard.completion.paid and heard.completion.replaced == ""


@pytest.mark.parametrize(
    "said",
    [
        "Use the app [1]. I do not have details of your card.",
        "Use the app [1]. If you do not have this information, call.",
    ],
)
async def test_an_answer_with_a_remark_on_what_is_not_known_is_an_answer(said: str) -> None:
    heard = await checked(asked(BLOCK), said)

    assert not heard.completion.handed_off and heard.completion.cited == ("block",)


async def test_a_replaced_answer_was_paid_for_and_its_tokens_are_not_the_providers() -> None:
    model = Scripted(["Pay Rs. 900."], completion=Completion(provider="x", model="y", prompt_tokens=9))
    completion = (await hear(Grounded(model, APPROVED).stream(asked(BLOCK)))).completion

    assert completion.paid
    assert completion.prompt_tokens is None and completion.completion_tokens is None


class Closing(Scripted):
    closed = 0

    async def aclose(self) -> None:
        type(self).closed += 1


async def test_closing_closes_what_is_inside() -> None:
    inner: list[Generator] = [Grounded(Closing([]), APPROVED), Scripted([]), Grounded(Closing([]), APPROVED), APPROVED]
    await FirstThatAnswers(inner, deadline_s=1).aclose()

    assert Closing.closed == 2


@pytest.mark.parametrize(
    "run",
    (
        ' |. |[|[1|[1,|[1 |[1†|. [|. [1|."|! [1]|.)|1. |\n|a|'
        "I do not have |I have |mere paas |मेरे पास |The sources do not "
    ).split("|"),
)
async def test_the_time_grows_with_the_text_and_no_faster(run: str) -> None:
    """Eight times the text: about eight times the time, where a rule that reads again and again takes 64 times."""

    async def seconds(characters: int) -> float:
        times = []
        for _ in range(5):
            started = time.process_time()
            await checked(asked(BLOCK), (run * characters)[:characters])
            times.append(time.process_time() - started)
        return min(times)

    assert await seconds(8_000) < 20 * await seconds(1_000)


async def test_a_long_sentence_in_small_pieces_is_not_read_again_and_again() -> None:
    started = time.process_time()
    await checked(asked(BLOCK), *("word " * 1_600))

    assert time.process_time() - started < 1


async def test_a_figure_of_the_entrys_answer_in_another_language_is_borne_out() -> None:
    both = Passage(id="both", question="When?", answer="Once a day.", answers={"hinglish": "24 ghante mein ek baar."})

    assert (await checked(asked(both), "It happens every 24 hours.")).completion.replaced == ""
