"""The lexicon, the spelling rule and the transliteration, measured against each other."""

from collections import Counter, defaultdict
from hashlib import sha256

import pytest

from questrag.hinglish.lexicon import Lexicon, Word, lexicon
from questrag.hinglish.spelling import phonetic_key
from questrag.hinglish.transliteration import roman
from questrag.retrieval.text import VERSION, passage_text, terms


def test_the_lexicon_is_large_and_no_form_means_two_things() -> None:
    words = lexicon().words
    forms = Counter(form for word in words for form in (word.normal, *word.spellings))
    assert len(forms) >= 3000
    assert [form for form, times in forms.items() if times > 1] == []
    assert all(word.gloss and all(word.meanings) for word in words)
    assert sum(bool(word.devanagari) for word in words) > 0.95 * len(words)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("nhi", "nahi"),
        ("kese", "kaise"),
        ("pesa", "paisa"),
        ("chaiye", "chahiye"),
        ("milegaa", "milega"),
        ("qwrtz", ""),
    ],
)
def test_a_word_is_found_by_any_spelling(typed: str, normal: str) -> None:
    word = lexicon().find(typed)
    assert (word.normal if word else "") == normal


def test_english_words_that_are_hindi_too_are_marked() -> None:
    found = {form: lexicon().find(form) for form in ("to", "main", "do", "nahi")}
    assert {form: bool(word and word.also_english) for form, word in found.items()} == {
        "to": True,
        "main": True,
        "do": True,
        "nahi": False,
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("मेरा कार्ड ब्लॉक हो गया है", "mera kaard blok ho gaya hai"),
        ("समझना, निकालना और शिकायत", "samajhna, nikalna aur shikayat"),
        ("ज़रूरत पढ़ाई फ़ॉर्म", "zarurat padhai form"),
        ("१०० रुपये UPI से", "100 rupye UPI se"),
        ("no Hindi here", "no Hindi here"),
    ],
)
def test_devanagari_is_written_as_people_type_it(text: str, expected: str) -> None:
    assert roman(text) == expected


def test_transliteration_mostly_gives_a_spelling_of_the_word_that_was_meant() -> None:
    """English words in Devanagari are left out, and misspelt forms: the lexicon has them because no rule can."""
    words = [word for word in lexicon().words if word.normal not in word.gloss.lower()]
    pairs = [(form, word) for word in words for form in word.devanagari[:1]]
    exact = sum(roman(form) in (word.normal, *word.spellings) for form, word in pairs)
    sound = sum(phonetic_key(roman(form)) == phonetic_key(word.normal) for form, word in pairs)
    assert len(pairs) > 2500
    assert exact / len(pairs) >= 0.87
    assert sound / len(pairs) >= 0.93


def test_a_spelling_that_is_not_listed_is_rarely_taken_for_another_word() -> None:
    """Each spelling is left out in turn and looked up by its sound among the others."""
    sounds: dict[str, Counter[str]] = defaultdict(Counter)
    for form, word in lexicon().forms.items():
        sounds[phonetic_key(form)][word.normal] += 1
    found: list[bool] = []
    for form, word in lexicon().forms.items():
        others = sounds[key := phonetic_key(form)] - Counter([word.normal])
        if form != word.normal and len(key) >= 3 and len(others) == 1:
            found.append(word.normal in others)
    assert len(found) > 2000
    assert sum(found) / len(found) >= 0.95


def test_a_hinglish_text_and_the_same_text_in_devanagari_meet() -> None:
    normal = lexicon().normalise("mera paisa nahi aaya ab tak")
    assert lexicon().normalise("mra pesa nhi aya ab tk") == normal
    assert lexicon().normalise("मेरा पैसा नहीं आया अब तक") == normal


def test_what_the_search_reads_of_a_text_does_not_change_unnoticed() -> None:
    """An index that was made with one reading is wrong under another: a new `VERSION` makes a new index."""
    read = [(passage_text(text), terms(text)) for text in ("mera khata band karo", "मेरा कार्ड खो गया", "Lost my cards!")]
    assert (VERSION, sha256(repr(read).encode()).hexdigest()[:8]) == ("4", "ecd4b706")


def test_of_two_words_that_sound_alike_none_is_guessed() -> None:
    words = [Word("karna", "do", (), ("krna",), False), Word("karana", "have done", (), (), False)]
    assert phonetic_key("karna") == phonetic_key("karana")
    assert Lexicon(words).find("kharna") is None
    assert Lexicon(words[:1]).find("kharna") == words[0]
