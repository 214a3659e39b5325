from dataclasses import replace

import pytest

from questrag.chat.prompt import SYSTEM, Prompt, build_prompt
from questrag.chat.types import Hit, Message, Passage
from tests.fakes import BLOCK_CARD, OPEN_DEPOSIT, RESET_PIN, WordCounter

TOKENS = WordCounter()
HITS = (Hit(BLOCK_CARD, 0.9), Hit(OPEN_DEPOSIT, 0.5))
HISTORY = tuple(Message("user" if i % 2 == 0 else "assistant", f"message {i} " + "word " * 20) for i in range(6))
LONG = Passage(id="long", question="What does the agreement say?", answer="Clause. " * 900)


def prompt_of(
    hits: tuple[Hit, ...] = HITS,
    live: tuple[Hit, ...] = (),
    history: tuple[Message, ...] = (),
    budget_tokens: int = 2000,
) -> Prompt:
    return build_prompt(
        "block my card", "en", history=history, hits=hits, live=live, tokens=TOKENS, budget_tokens=budget_tokens
    )


def test_what_stays_equal_comes_first_and_the_question_last() -> None:
    messages = prompt_of(history=HISTORY).messages()
    assert messages[0] == {"role": "system", "content": SYSTEM}
    assert [m["content"] for m in messages[1:-1]] == [m.content for m in HISTORY]
    assert messages[-1]["content"].endswith("Question (answer in English): block my card")
    assert "[1] How do I block my debit card?\nOpen the app" in messages[-1]["content"]


def test_fetched_and_kept_passages_are_numbered_together_by_score_and_nothing_stands_twice() -> None:
    prompt = prompt_of(live=(Hit(RESET_PIN, 0.7), Hit(BLOCK_CARD, 0.9)))
    assert [(s.number, s.passage.id, s.score, s.live) for s in prompt.sources] == [
        (1, "card-block", 0.9, False),
        (2, "pin-reset", 0.7, True),
        (3, "deposit-open", 0.5, False),
    ]


def test_of_equal_scores_the_fetched_passage_comes_first_and_then_the_one_kept_first() -> None:
    kept = (Hit(RESET_PIN, 0.5), Hit(LONG, 0.5))
    assert [s.passage.id for s in prompt_of(live=kept).sources] == ["card-block", "deposit-open", "pin-reset", "long"]


def test_the_weakest_source_goes_first_whether_it_was_fetched_or_kept() -> None:
    kept = (Hit(RESET_PIN, 0.7),)
    whole = prompt_of(live=kept)
    assert [s.passage.id for s in prompt_of(live=kept, budget_tokens=whole.tokens(TOKENS) - 1).sources] == [
        "card-block",
        "pin-reset",
    ]
    best_kept = prompt_of(live=(Hit(LONG, 0.95),), budget_tokens=250)
    assert [(s.passage.id, s.live) for s in best_kept.sources] == [("long", True)]
    assert best_kept.tokens(TOKENS) <= 250


def test_the_score_that_is_enough_for_an_answer_goes_with_the_prompt() -> None:
    prompt = build_prompt(
        "block my card", "en", history=(), hits=HITS, live=(), tokens=TOKENS, budget_tokens=2000, enough=0.4
    )
    assert prompt.enough == 0.4


def test_the_count_is_that_of_the_messages_that_are_sent() -> None:
    prompt = prompt_of(history=HISTORY)
    assert prompt.tokens(TOKENS) == sum(TOKENS.count(message["content"]) for message in prompt.messages())


def test_a_passage_is_shown_in_the_customers_language_where_the_entry_has_it() -> None:
    prompt = build_prompt(
        "card block kaise kare", "hinglish", history=(), hits=HITS, live=(), tokens=TOKENS, budget_tokens=2000
    )
    assert prompt.sources[0].text == BLOCK_CARD.answers["hinglish"]
    assert prompt.sources[1].text == OPEN_DEPOSIT.answer


def test_old_messages_go_before_passages_and_weak_passages_before_the_best() -> None:
    whole = prompt_of(history=HISTORY).tokens(TOKENS)
    shorter = prompt_of(history=HISTORY, budget_tokens=whole - 1)
    assert shorter.history == HISTORY[1:]
    assert len(shorter.sources) == 2
    least = prompt_of(history=HISTORY, budget_tokens=prompt_of(hits=HITS[:1]).tokens(TOKENS))
    assert (least.history, [s.passage.id for s in least.sources]) == ((), ["card-block"])


@pytest.mark.parametrize("budget_tokens", [200, 250, 400])
def test_the_best_passage_is_cut_to_the_budget_and_never_dropped(budget_tokens: int) -> None:
    prompt = prompt_of(hits=(Hit(LONG, 0.9), *HITS), budget_tokens=budget_tokens)
    (best,) = prompt.sources
    assert best.passage.id == "long"
    assert LONG.answer.startswith(best.text)
    assert prompt.tokens(TOKENS) <= budget_tokens


def test_a_budget_smaller_than_the_system_text_still_shows_some_of_the_best_passage() -> None:
    (best,) = prompt_of(hits=(Hit(LONG, 0.9),), budget_tokens=10).sources
    assert TOKENS.count(best.text) == 32


def test_a_regulated_passage_is_shown_like_any_other() -> None:
    regulated = replace(BLOCK_CARD, regulated=True)
    assert prompt_of(hits=(Hit(regulated, 0.9),)).sources[0].text == BLOCK_CARD.answer
