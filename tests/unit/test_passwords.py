"""Which passwords may be chosen."""

import pytest

from questrag.web.passwords import common_passwords, password_fault

GUESSED = "is one of those that are guessed first: choose another, such as a few words in a row"


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "PASSWORD",
        "Password1",
        "P@ssw0rd123",
        "p4$$w0rd",
        "ｐａｓｓｗｏｒｄ",
        "iloveyou",
        "sunshine2024",
        "Priya@123",
        "jaihind@1",
        "hdfcbank!",
        "Icici#2024",
        "Krishna108",
        "welcome@123",
        "1qaz2wsx",
        "password१२३",
    ],
)
def test_what_is_guessed_first_is_refused_whatever_its_case_width_script_or_ending(password: str) -> None:
    assert password_fault(password, "asha") == GUESSED


@pytest.mark.parametrize(
    "password", ["aaaaaaaa", "abababab", "xyzxyzxyzx", "abcdefgh", "87654321", "१२३४५६७८", "        "]
)
def test_a_row_or_a_repetition_is_refused(password: str) -> None:
    assert password_fault(password, "asha") == "must not be a row or a repetition of characters"


@pytest.mark.parametrize("password", ["priya and a goat", "my PRIYA, my love", "xxPriyaxx11", "ｐｒｉｙａ and more"])
def test_the_user_name_may_not_be_in_it(password: str) -> None:
    assert password_fault(password, "Priya") == "must not contain the user name"


@pytest.mark.parametrize("password", ["QuestRAG is mine", "my-questrag-2024"])
def test_the_name_of_the_service_may_not_be_in_it(password: str) -> None:
    assert password_fault(password, "asha") == "must not contain the name of this service"


@pytest.mark.parametrize(
    "password",
    [
        "a long pass phrase",
        "correct horse battery staple",
        "zebra umbrella",
        "chai garam chai",
        "मेरा पासवर्ड लंबा है",
        "🔑🪷🐘🌧🥭🚲🎏🧵",
        "k7#Qm2!x",
        "sunshine over the dal lake",
        "x" * 64 + "yz",
    ],
)
def test_length_is_enough_and_no_kinds_of_characters_are_asked_for(password: str) -> None:
    assert password_fault(password, "asha") == ""


def test_the_list_has_thousands_of_entries_that_can_be_met_and_says_whose_it_is() -> None:
    common = common_passwords()
    assert len(common) > 10_000
    assert all(word == word.casefold() and len(word) >= 4 for word in common)
    assert {"12345678", "qwertyuiop", "vandemataram"} <= common
    assert not any(word.startswith("#") for word in common)
