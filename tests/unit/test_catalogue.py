"""Entries as a list that is filtered and searched, and entries beside one that is being written."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from questrag.chat.desk import Revision, Stage, revision_id
from questrag.knowledge.catalogue import Catalogue, Filters, Shelf
from questrag.knowledge.entry import Entry, Paraphrase
from questrag.knowledge.placeholders import Profile
from questrag.knowledge.preview import Placeholder, Shown, as_customers_see, placeholders_of

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
BLOCK = Entry(
    id="cards-block",
    question="How do I block my card?",
    answer="Open the app and tap Cards. The café's Wi-Fi is no place for it.",
    answers={"hi": "ऐप में कार्ड को ब्लॉक करें। फ़ीस ५०० रुपये।"},
    paraphrases=(Paraphrase("card band karo", "hinglish"),),
    category="cards",
    source="Cards guide",
    as_of="2026-04-01",
)
FEE = Entry(id="cards-fee", question="What is the annual fee?", answer="500 rupees for a card.", category="cards")
BRANCH = Entry(
    id="branch-hours", question="When is the branch open?", answer="10 to 4.", category="branches", regulated=True
)
PIN = Entry(id="pin", question="How do I reset my PIN?", answer="", lang="en", category="upi")
SHELF = Shelf([FEE, BRANCH, BLOCK])


def revision(
    entry: Entry, number: int = 1, stage: Stage = Stage.DRAFT, *, from_: datetime | None = None, retires: bool = False
) -> Revision:
    return Revision(
        id=revision_id(entry.id, number),
        entry_id=entry.id,
        number=number,
        line=entry.to_json(),
        created_at=NOW,
        changed_at=NOW,
        author="asha",
        stage=stage,
        effective_from=from_,
        retires=retires,
    )


def found(text: str = "", *revisions: Revision, serving: tuple[Revision, ...] = (), **filters: Any) -> list[str]:
    catalogue = Catalogue(SHELF, {one.entry_id: one for one in serving}, revisions)
    return [entry.id for entry in catalogue.find(Filters(text=text, **filters))]


def state(entry: Entry, *revisions: Revision, serving: tuple[Revision, ...] = ()) -> str:
    catalogue = Catalogue(SHELF, {one.entry_id: one for one in serving}, revisions)
    return next(catalogue.listed(item).state for item in catalogue.find(Filters()) if item.id == entry.id)


def test_without_words_the_list_is_in_order_of_category_and_id() -> None:
    assert found() == ["branch-hours", "cards-block", "cards-fee"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("BLOCK", ["cards-block"]),
        ("bloc car", ["cards-block"]),
        ("cafe", ["cards-block"]),
        ("band", ["cards-block"]),
        ("cards-fe", ["cards-fee"]),
        ("guide", ["cards-block"]),
        ("branches", ["branch-hours"]),
        ("block fee", []),
        ("lock", []),
        ("कार्ड", ["cards-block"]),
        ("ब्लॉ", ["cards-block"]),
        ("फीस", ["cards-block"]),
        ("फ़ीस", ["cards-block"]),
        ("ीस", []),
        ("५००", ["cards-block", "cards-fee"]),
        ("?!", []),
        ("  ", ["branch-hours", "cards-block", "cards-fee"]),
    ],
)
def test_every_word_has_to_begin_a_word_of_the_entry(text: str, wanted: list[str]) -> None:
    assert found(text) == wanted


def test_words_in_the_question_count_more_than_words_elsewhere_and_the_exact_id_most() -> None:
    assert found("card") == ["cards-block", "cards-fee"]
    assert found("rupees annual") == ["cards-fee"]
    shelf = Shelf(
        [replace(FEE, id="a", question="Fees of a card?"), replace(FEE, id="b", question="Card fee for a card")]
    )
    assert [entry.id for entry in Catalogue(shelf, {}, ()).find(Filters(text="fee card"))] == ["a", "b"]
    assert [entry.id for entry in Catalogue(shelf, {}, ()).find(Filters(text="b"))] == ["b"]
    assert found("fee")[0] == "cards-fee"


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({"category": "branches"}, ["branch-hours"]),
        ({"lang": "hi"}, ["cards-block"]),
        ({"regulated": True}, ["branch-hours"]),
        ({"regulated": False}, ["cards-block", "cards-fee"]),
        ({"as_of_before": "2026-04-01"}, ["branch-hours", "cards-fee"]),
        ({"as_of_before": "2026-04-02", "category": "cards"}, ["cards-block", "cards-fee"]),
        ({"category": "nowhere"}, []),
    ],
)
def test_filters_narrow_the_list_down(filters: dict[str, Any], wanted: list[str]) -> None:
    assert found(**filters) == wanted


def test_a_draft_of_an_entry_that_was_never_published_is_new() -> None:
    draft = revision(PIN)
    assert state(PIN, draft) == "new"
    assert found("pin", draft) == ["pin"]
    assert found("", draft, state="new") == ["pin"]
    assert found("", replace(draft, stage=Stage.DISCARDED)) == found()


def test_what_waits_for_its_time_or_for_the_index_is_scheduled() -> None:
    coming = revision(BLOCK, 1, Stage.PUBLISHED, from_=NOW + timedelta(days=1))
    assert state(BLOCK, coming) == "scheduled"
    assert state(PIN, revision(PIN, 1, Stage.PUBLISHED, from_=NOW)) == "scheduled"
    assert found("", coming, state="scheduled") == ["cards-block"]
    assert "cards-block" in found("", coming, state="published"), "customers are answered from it all the same"


def test_what_serves_and_what_came_before_it_is_published() -> None:
    first = revision(BLOCK, 1, Stage.PUBLISHED, from_=NOW - timedelta(days=2))
    second = revision(BLOCK, 2, Stage.PUBLISHED, from_=NOW - timedelta(days=1))
    assert state(BLOCK, first, second, serving=(second,)) == "published"
    assert state(BLOCK, first, second, serving=(first,)) == "scheduled"


def test_a_retired_entry_is_listed_as_it_was_last() -> None:
    gone = revision(PIN, 3, Stage.PUBLISHED, from_=NOW, retires=True)
    assert state(PIN, gone, serving=(gone,)) == "retired"
    assert found("reset", gone, serving=(gone,), state="retired") == ["pin"]


def test_open_revisions_are_found_by_where_they_stand() -> None:
    revisions = (revision(BLOCK, 1, Stage.REVIEW), revision(PIN), revision(FEE, 1, Stage.DISCARDED))
    assert found("", *revisions, state="review") == ["cards-block"]
    assert found("", *revisions, state="draft") == ["pin"]
    assert Catalogue(SHELF, {}, revisions).in_review == 1


def test_the_shorter_of_two_questions_with_the_words_comes_first() -> None:
    long = replace(FEE, id="a", question="What is the annual fee of a card that I have never used?")
    shelf = Shelf([long, replace(FEE, id="b"), replace(BRANCH, id="c", answer="No fee.")])
    assert [entry.id for entry in Catalogue(shelf, {}, ()).find(Filters(text="fee"))] == ["b", "a", "c"]


def test_categories_are_counted_over_what_serves() -> None:
    assert SHELF.categories == [("branches", 1), ("cards", 2)]


def test_an_entry_that_asks_nearly_the_same_is_found_in_any_order_of_words() -> None:
    def like(question: str, entry_id: str = "new") -> list[str]:
        return [other.id for other in SHELF.like(replace(BLOCK, id=entry_id, question=question, paraphrases=()))]

    assert like("My card: can I block it?") == ["cards-block"]
    assert like("cards band karo") == ["cards-block"]
    assert like("My card: can I block it?", "cards-block") == [], "an entry is not like itself"
    assert like("What is a card?") == [], "one word alone says little"
    assert like("") == []


# As customers see it --------------------------------------------------------------------------

RENT = Entry(
    id="rent",
    question="What does a locker at {{bank_name}} cost?",
    answer="{{Locker Rent}} a year, {{locker_rent}} in all. Ask {{branch}}.",
    answers={"hi": "साल के {{locker_rent}}।"},
    paraphrases=(Paraphrase("लॉकर का किराया?", "hi"),),
)
PROFILE = Profile({"bank_name": {"en": "Namuna Bank"}, "locker_rent": {"en": "₹2,000", "hi": "₹२,०००"}, "branch": {}})


def test_each_placeholder_is_named_once_with_what_customers_see_there() -> None:
    assert placeholders_of(RENT, PROFILE) == [
        Placeholder("bank_name", known=True, value="Namuna Bank"),
        Placeholder("Locker Rent", known=True, value="₹2,000"),
        Placeholder("branch", known=True, value=""),
    ]
    assert placeholders_of(RENT, Profile())[0] == Placeholder("bank_name", known=False, value="")


def test_each_answer_is_shown_with_its_question_and_filled() -> None:
    english, hindi = as_customers_see(RENT, PROFILE)
    assert english == Shown(
        "en",
        "What does a locker at Namuna Bank cost?",
        "₹2,000 a year, ₹2,000 in all. Ask your bank's branch.\nNot on file here: branch. Please ask your branch.",
    )
    assert hindi == Shown("hi", "लॉकर का किराया?", "साल के ₹२,०००।")
