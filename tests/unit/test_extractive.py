from dataclasses import replace
from typing import get_args

import pytest

from questrag.chat.prompt import Prompt, Shown
from questrag.chat.smalltalk import SmallTalk
from questrag.chat.types import LANGS, Lang, Passage, Token
from questrag.generation.extractive import Extractive, best_source
from questrag.generation.replies import NO_ANSWER, SMALL_TALK, TALK_TO_A_PERSON
from tests.fakes import WordCounter
from tests.peers import Heard, hear

STEPS = (
    "You can order a cheque book yourself.\n"
    "1. Log in and open the cheque services section.\n"
    "2. Choose the account and the number of leaves.\n"
    "3. Confirm and note the request number.\n"
    "The fee for more leaves is in the schedule of charges. It comes by post in Rs. 50 covers."
)
CHEQUES = Passage(id="cheques", question="How do I order a cheque book?", answer=STEPS)
BLOCK = Passage(
    id="block",
    question="How do I block my card?",
    answer="Use the app to block it.",
    answers={"hinglish": "App se block karein.", "hi": "ऐप से ब्लॉक करें।"},
)
LOAN = Passage(id="loan", question="What is the interest on a home loan?", answer="See the rate card of the bank.")


ENOUGH = 0.5


def shown(*passages: Passage, kept: bool = False, lang: Lang = "en") -> tuple[Shown, ...]:
    """Return sources; those that are only kept from earlier turns score nothing at this one."""
    scores = [0.0 if kept else 1 - n / 10 for n in range(1, len(passages) + 1)]
    return tuple(Shown(n, p, p.answer_in(lang), scores[n - 1], kept) for n, p in enumerate(passages, start=1))


async def answer(prompt: Prompt, max_answer_tokens: int = 220) -> Heard:
    prompt = replace(prompt, enough=ENOUGH)
    return await hear(Extractive(WordCounter(), max_answer_tokens).stream(prompt))


async def test_the_best_new_source_is_given_word_for_word() -> None:
    heard = await answer(Prompt("block card", "en", sources=shown(BLOCK, LOAN)))

    assert heard.text == BLOCK.answer
    assert heard.completion.cited == ("block",)
    assert heard.completion.verbatim and not heard.completion.handed_off
    assert (heard.completion.provider, heard.completion.model) == ("extractive", "verbatim")


@pytest.mark.parametrize("lang", LANGS)
async def test_the_answer_is_in_the_customers_language_where_the_entry_has_it(lang: Lang) -> None:
    heard = await answer(Prompt("card block", lang, sources=shown(BLOCK, lang=lang)))

    assert heard.text == BLOCK.answer_in(lang)


async def test_pieces_are_whole_words_with_the_space_after_them() -> None:
    heard = await answer(Prompt("cheque book", "en", sources=shown(CHEQUES)))

    pieces = [event.text for event in heard.events if isinstance(event, Token)]
    assert "".join(pieces) == STEPS
    assert len(pieces) > 10
    assert all(piece[-1].isspace() for piece in pieces[:-1])


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", get_args(SmallTalk))
def test_every_kind_of_small_talk_has_a_short_reply_in_every_language(kind: SmallTalk, lang: Lang) -> None:
    reply = SMALL_TALK[kind][lang]

    assert sum(reply.count(end) for end in ".?!।") <= 2 + reply.count('?"')
    assert not any(character.isdigit() for character in reply)


@pytest.mark.parametrize(
    ("question", "lang", "expected"),
    [("hello", "en", "Hello!"), ("shukriya", "hinglish", "swagat"), ("आप कौन हैं", "hi", "स्वचालित सहायक")],
)
async def test_small_talk_is_answered_in_kind_even_with_sources_at_hand(
    question: str, lang: Lang, expected: str
) -> None:
    heard = await answer(Prompt(question, lang, sources=shown(BLOCK, kept=True)))

    assert expected in heard.text
    assert heard.completion.cited == () and not heard.completion.handed_off and not heard.completion.verbatim


@pytest.mark.parametrize("lang", LANGS)
async def test_without_sources_the_customer_is_told_so_and_offered_a_person(lang: Lang) -> None:
    heard = await answer(Prompt("Who won the match yesterday?", lang))

    assert heard.text == NO_ANSWER[lang]
    assert heard.completion.handed_off and heard.completion.cited == ()


async def test_of_kept_sources_the_one_that_shares_most_words_answers() -> None:
    heard = await answer(
        Prompt("and what about the home loan interest then", "en", sources=shown(BLOCK, LOAN, kept=True))
    )

    assert heard.completion.cited == ("loan",)


def test_of_kept_sources_that_share_as_much_the_most_recent_answers() -> None:
    same = Passage(id="same", question=BLOCK.question, answer=BLOCK.answer)
    best = best_source(Prompt("block the card", "en", sources=shown(same, BLOCK, kept=True), enough=ENOUGH))

    assert best and best.passage.id == "same"


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize("score", [0.7, ENOUGH])
async def test_the_first_source_answers_whatever_the_words_where_its_score_is_enough(score: float, live: bool) -> None:
    kept = (Shown(1, LOAN, LOAN.answer, score, live=live), Shown(2, BLOCK, BLOCK.answer, 0.1, live=True))
    heard = await answer(Prompt("aur kitna time lagega?", "hinglish", sources=kept))

    assert heard.completion.cited == ("loan",)


async def test_a_fetched_source_whose_score_is_not_enough_is_no_answer_even_where_it_shares_words() -> None:
    doubtful = (Shown(1, BLOCK, BLOCK.answer, 0.49), Shown(2, LOAN, LOAN.answer, 0.2))
    heard = await answer(Prompt("How do I block my card?", "en", sources=doubtful))

    assert heard.text == NO_ANSWER["en"]
    assert heard.completion.handed_off and heard.completion.cited == ()


async def test_a_kept_source_that_fits_answers_where_what_was_fetched_is_not_enough() -> None:
    sources = (Shown(1, LOAN, LOAN.answer, 0.4), Shown(2, BLOCK, BLOCK.answer, 0.1, live=True))
    heard = await answer(Prompt("How can it be blocked?", "en", sources=sources))

    assert heard.completion.cited == ("block",)


@pytest.mark.parametrize(
    "question",
    [
        "Tell me a joke",
        "What is the weather today?",
        "Who won the match?",
        "What is my account number?",
        "card ka rang kya hai",
        "मौसम कैसा है?",
        "and then?",
    ],
)
async def test_a_kept_source_does_not_answer_what_it_is_not_about(question: str) -> None:
    heard = await answer(Prompt(question, "en", sources=shown(BLOCK, LOAN, CHEQUES, kept=True)))

    assert heard.completion.handed_off and heard.completion.cited == ()


@pytest.mark.parametrize(
    ("question", "cited"),
    [
        ("How can it be blocked?", "block"),
        ("interest?", "loan"),
        ("Which leaves section should I choose?", "cheques"),
    ],
)
async def test_a_kept_source_answers_what_shares_telling_words_with_it(question: str, cited: str) -> None:
    heard = await answer(Prompt(question, "en", sources=shown(BLOCK, LOAN, CHEQUES, kept=True)))

    assert heard.completion.cited == (cited,)


@pytest.mark.parametrize(
    ("question", "lang"),
    [
        ("talk to a human", "en"),
        ("I want to speak with someone please", "en"),
        ("customer care number", "en"),
        ("agent se baat karni hai", "hinglish"),
        ("kisi insaan se baat karao", "hinglish"),
        ("इंसान से बात करनी है", "hi"),
        ("कस्टमर केयर से जोड़िए", "hi"),
    ],
)
async def test_who_asks_for_a_person_is_told_where_to_find_one(question: str, lang: Lang) -> None:
    heard = await answer(Prompt(question, lang))

    assert heard.text == TALK_TO_A_PERSON[lang]
    assert heard.completion.handed_off


@pytest.mark.parametrize("lang", LANGS)
def test_no_reply_sends_anybody_to_a_card_they_may_have_lost(lang: Lang) -> None:
    replies = [NO_ANSWER[lang], TALK_TO_A_PERSON[lang], *(reply[lang] for reply in SMALL_TALK.values())]

    assert not [text for text in replies if "back of" in text or "peeche" in text or "पीछे" in text]


@pytest.mark.parametrize("question", ["hello", "Who won?", "block card"])
async def test_no_provider_was_sent_anything(question: str) -> None:
    assert not (await answer(Prompt(question, "en", sources=shown(BLOCK)))).completion.paid


async def test_a_long_question_that_shares_no_word_with_kept_sources_is_handed_off() -> None:
    question = "My locker key was lost at the railway station on Sunday"
    heard = await answer(Prompt(question, "en", sources=shown(LOAN, BLOCK, kept=True)))

    assert heard.completion.handed_off


async def test_a_long_text_is_cut_to_the_sentences_that_answer_in_their_order() -> None:
    heard = await answer(Prompt("what fee do I pay for leaves", "en", sources=shown(CHEQUES)), max_answer_tokens=22)

    assert heard.text == (
        "2. Choose the account and the number of leaves. … The fee for more leaves is in the schedule of charges."
    )
    assert heard.completion.verbatim


@pytest.mark.parametrize("budget", [1, 5, 10, 20, 30, 40, 50])
async def test_what_is_left_of_a_long_text_is_made_of_its_own_whole_parts(budget: int) -> None:
    heard = await answer(Prompt("cheque book fee by post", "en", sources=shown(CHEQUES)), max_answer_tokens=budget)

    parts = heard.text.split(" … ")
    places = [STEPS.index(part) for part in parts]
    assert places == sorted(places)
    assert all(part[-1] == "." for part in parts)
    assert len(heard.text.split()) <= max(budget, 12)


async def test_sentences_that_stand_together_are_joined_as_in_the_text() -> None:
    heard = await answer(Prompt("request number", "en", sources=shown(CHEQUES)), max_answer_tokens=25)

    assert "2. Choose the account and the number of leaves.\n3. Confirm and note the request number." in heard.text


async def test_an_abbreviation_or_a_list_number_does_not_end_a_sentence() -> None:
    heard = await answer(Prompt("covers", "en", sources=shown(CHEQUES)), max_answer_tokens=8)

    assert heard.text == "It comes by post in Rs. 50 covers."


async def test_a_sentence_longer_than_the_budget_is_given_whole() -> None:
    long = Passage(id="long", question="?", answer="one " * 50 + "end")
    heard = await answer(Prompt("one", "en", sources=shown(long)), max_answer_tokens=10)

    assert heard.text == long.answer


async def test_a_regulated_answer_is_never_cut() -> None:
    regulated = Passage(id="fees", question="Fees?", answer=STEPS, regulated=True)
    heard = await answer(Prompt("fees", "en", sources=shown(regulated)), max_answer_tokens=5)

    assert heard.text == STEPS


async def test_a_passage_cut_to_fit_a_prompt_is_given_whole() -> None:
    cut = Shown(1, BLOCK, BLOCK.answer[:9], 0.9)

    assert (await answer(Prompt("block", "en", sources=(cut,)))).text == BLOCK.answer


async def test_hindi_sentences_are_told_apart() -> None:
    text = "कार्ड ऐप में ब्लॉक करें। शुल्क की जानकारी शाखा में मिलेगी। नया कार्ड डाक से आता है।"
    passage = Passage(id="hindi", question="कार्ड", answer=text, lang="hi")
    heard = await answer(Prompt("शुल्क कितना है", "hi", sources=shown(passage)), max_answer_tokens=7)

    assert heard.text == "शुल्क की जानकारी शाखा में मिलेगी।"
