import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questrag.chat.errors import ArtifactError, NotFound
from questrag.knowledge.base import EntryBase, read_knowledge
from questrag.knowledge.entry import Entry, Paraphrase, Problem, check, parse_line
from questrag.knowledge.placeholders import Profile
from questrag.knowledge.profile import read_profile

BLOCK: dict[str, object] = {
    "id": "card-block",
    "question": "How do I block my card?",
    "answer": "In the app, under Cards.",
}
FULL: dict[str, object] = {
    **BLOCK,
    "category": "cards",
    "intent": "block_card",
    "paraphrases": [{"text": "card block kaise kare", "lang": "hinglish"}],
    "answers": {"hi": "ऐप में, कार्ड के नीचे।", "hinglish": "App mein, Cards ke neeche."},
    "lang": "en",
    "source": "Cards guide",
    "as_of": "2026-11-01",
    "regulated": True,
    "reviewer": {"name": "A", "rounds": [1, 2]},
}


def entry(record: dict[str, object]) -> Entry:
    checked = check(record, "faq.jsonl", 1)
    assert isinstance(checked, Entry), [str(problem) for problem in checked]
    return checked


def problems(record: object) -> list[str]:
    checked = check(record, "faq.jsonl", 1)
    assert isinstance(checked, list)
    return [str(problem).removeprefix("faq.jsonl:1: ") for problem in checked]


def write(path: Path, *records: object, newline: str = "\n") -> Path:
    lines = [r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in records]
    path.write_bytes("".join(line + newline for line in lines).encode())
    return path


def test_id_question_and_answer_are_enough() -> None:
    assert entry(BLOCK) == Entry(id="card-block", question="How do I block my card?", answer="In the app, under Cards.")


def test_a_null_is_the_same_as_nothing() -> None:
    assert entry({**BLOCK, "category": None, "as_of": None, "paraphrases": None}) == entry(BLOCK)


def test_an_entry_written_and_read_again_is_the_same_and_keeps_unknown_fields() -> None:
    full = entry(FULL)
    assert full.paraphrases == (Paraphrase("card block kaise kare", "hinglish"),)
    assert full.extra == {"reviewer": {"name": "A", "rounds": [1, 2]}}
    assert parse_line(full.to_json().encode(), "faq.jsonl", 1) == full
    assert json.loads(full.to_json()) == FULL


@given(st.text(min_size=1, max_size=300), st.text(min_size=1, max_size=300))
def test_any_text_is_either_refused_or_kept_but_for_spaces_around_it(question: str, answer: str) -> None:
    record = {**BLOCK, "question": question, "answer": answer}
    checked = parse_line(json.dumps(record).encode(), "faq.jsonl", 1)
    if isinstance(checked, Entry):
        assert checked.question in question
        assert checked.answer in answer
        assert parse_line(checked.to_json().encode(), "faq.jsonl", 1) == checked
    else:
        assert not question.strip() or not answer.strip() or "\0" in question + answer


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"answer": "  \n "}, "answer: is empty: fill it in, or remove the entry"),
        ({"question": None}, "question: is missing: every entry needs one"),
        ({"id": 7}, "id: is a number, not text: put it in quotes"),
        ({"question": "x" * 2001}, "question: has 2,001 characters: at most 2,000 are allowed, shorten or split it"),
        ({"answer": "x" * 20_001}, "answer: has 20,001 characters: at most 20,000 are allowed, shorten or split it"),
        ({"answer": "a\0b"}, "answer: holds a NUL character: remove it"),
        ({"note": ["a\0b"]}, "note: holds a NUL character: remove it"),
        ({"answer": "a\ud800"}, "answer: holds bytes that are not UTF-8, or half a character: save the file as UTF-8"),
        ({"lang": "fr"}, "lang: is 'fr': use 'en', 'hinglish' or 'hi'"),
        ({"answers": {"fr": "oui"}}, "answers.fr: is 'fr': use 'en', 'hinglish' or 'hi'"),
        ({"regulated": "perhaps"}, "regulated: is 'perhaps': use true or false"),
        ({"as_of": "01/11/2026"}, "as_of: is '01/11/2026': give a date such as 2026-11-01"),
        ({"as_of": "2026-02-30"}, "as_of: is '2026-02-30': give a date such as 2026-11-01"),
        ({"paraphrases": [{"text": " "}]}, "paraphrases[0].text: is empty: fill it in, or remove the entry"),
        ({"paraphrases": ["hi"]}, 'paraphrases[0]: is text, not an object: write {"text": ..., "lang": ...}'),
    ],
)
def test_a_problem_names_the_field_and_what_to_do(change: dict[str, object], problem: str) -> None:
    assert problems({**BLOCK, **change}) == [problem]


def test_every_problem_of_an_entry_is_named() -> None:
    assert len(problems({"id": "", "question": "", "answer": 1, "lang": "xx"})) == 4


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b'{"id": "a"', "is not valid JSON: Expecting ',' delimiter at column 11"),
        (b'["a"]', "is not a JSON object: write one {...} a line"),
        (
            b'{"id":"a","question":"q","answer":"a","x":NaN}',
            "holds NaN, which JSON does not know: write a number, or null",
        ),
        (b'{"x":' + b"9" * 5000 + b"}", "holds a number of more than 4,300 digits: put it in quotes"),
        (b"[" * 100_000, "is nested too deeply"),
        (
            b'{"id":"a","question":"q","answer":"a","x":"\\ud800"}',
            "one of the fields x holds what UTF-8 JSON cannot hold: correct or remove it",
        ),
    ],
)
def test_a_line_that_is_no_entry_is_a_problem_not_a_crash(line: bytes, problem: str) -> None:
    assert parse_line(line, "faq.jsonl", 12) == [Problem("faq.jsonl", 12, "", problem)]


def test_a_problem_can_always_be_printed() -> None:
    assert str(Problem("faq.jsonl", 3, "\ud800", "is odd")) == "faq.jsonl:3: ?: is odd"


def test_placeholders_are_filled_from_the_profile_or_say_whom_to_ask_and_never_show() -> None:
    texts = {"answer": "Call {{Phone Number}}, {{Hours}}.", "answers": {"hi": "{{Hours}} में {{Phone Number}}"}}
    phone = Profile({"phone_number": {"en": "1800 000 000", "hi": "१८०० ००० ०००"}})
    passage = EntryBase([entry({**BLOCK, **texts})], phone).passage("card-block")
    assert passage.answer == ("Call 1800 000 000, your bank's Hours.\nNot on file here: Hours. Please ask your branch.")
    assert passage.answer_in("hi") == ("बैंक का Hours में १८०० ००० ०००\nयहाँ दर्ज नहीं है: Hours। कृपया अपनी शाखा से पूछें।")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Fee: {{}}", "Fee: your bank's own rule"),
        ("{{ card_fee[1] }}", "your bank's card fee 1"),
        ("{{{{Card}} Number}}", "your bank's Card Number"),
        ("See the Website}}.", "See the Website."),
        ("{{" + "long " * 100 + "}}", f"your bank's {('long ' * 12).strip()}"),
    ],
)
def test_no_placeholder_comes_through_raw(text: str, shown: str) -> None:
    answer = EntryBase([entry({**BLOCK, "answer": text})]).passage("card-block").answer
    assert answer.partition("\nNot on file here: ")[0] == shown


def test_a_bank_profile_fills_placeholders_and_what_is_not_known_yet_stays_open(tmp_path: Path) -> None:
    path = tmp_path / "bank.json"
    path.write_bytes(b"\xef\xbb\xbf" + '{"Phone Number": "1800 000 000 (हिन्दी)", "Hours": " ", "fee": null}'.encode())
    profile = read_profile(path)
    assert [name in profile for name in ("phone number", "hours", "Fee", "other")] == [True, True, True, False]
    base = EntryBase([entry({**BLOCK, "answer": "{{phone_number}}, {{Hours}}"})], profile)
    assert base.passage("card-block").answer.startswith("1800 000 000 (हिन्दी), your bank's Hours\nNot on file")


def test_rates_charges_limits_and_hours_are_typed_and_read_as_written_in_india(tmp_path: Path) -> None:
    sections = {
        "hours": {"branch_hours": {"en": "10 to 4", "hinglish": "10 se 4", "hi": "10 से 4"}},
        "rates_percent": {"savings_rate": 2.75, "fd_rate": [3, 7.1]},
        "charges_rupees": {"fee": 17.7},
        "limits_rupees": {"limit": 1250000},
        "counts": {"days": 7},
    }
    path = tmp_path / "bank.json"
    path.write_text(json.dumps(sections), encoding="utf-8")
    profile = read_profile(path)
    shown = [profile.text(name, "hi") for name in ("branch_hours", "savings_rate", "fd_rate", "fee", "limit", "days")]
    assert shown == ["10 से 4", "2.75%", "3% से 7.1%", "₹17.70", "₹12,50,000", "7"]


def test_an_entry_with_a_placeholder_that_the_profile_does_not_name_is_a_problem(tmp_path: Path) -> None:
    slips: tuple[dict[str, object], ...] = (
        {"answers": {"hi": "{{Fone}} पर"}},
        {"question": "Call {{}}?"},
        {"answer": "Call {{phone}."},
        {"paraphrases": [{"text": "call {{phone}}"}]},
    )
    path = write(tmp_path / "kb.jsonl", BLOCK, *({**BLOCK, "id": f"slip{n}", **slip} for n, slip in enumerate(slips)))
    base, problems = read_knowledge(path, Profile({"phone": {}}))
    unknown = "is not in the bank profile: correct the name, or add it there, with null while it is not known"
    assert [e.id for e in base.entries] == ["card-block"]
    assert [str(problem) for problem in problems] == [
        f"kb.jsonl:2: answers.hi: {{{{Fone}}}} {unknown}",
        f"kb.jsonl:3: question: {{{{}}}} {unknown}",
        "kb.jsonl:4: answer: holds a brace outside a {{placeholder}}: close it, or remove the brace",
        "kb.jsonl:5: paraphrases[0].text: holds {{phone}}: no customer types that, write what they would",
    ]
    assert read_knowledge(path)[1] == []  # without a profile nothing is expected


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, " cannot be read: No such file or directory"),
        (b'{"Phone": "caf\xe9"}', " is not UTF-8"),
        (b'{"Phone": "1"', " is not valid JSON: Expecting ',' delimiter"),
        (b'["Phone"]', " is not a JSON object"),
        (b'{"Phone": 1800}', ": Phone: is not text"),
        (b'{"Phone": {"en": "1"}}', ": Phone: is an object: give a text, or an object with"),
        (b'{"rates_percent": 2.75}', ": rates_percent: is a section"),
        (b'{"rates_percent": null}', ": rates_percent: is a section"),
        (b'{"contacts": {"phone": "1", "phone": "2"}}', " holds 'phone' twice"),
        (b'{"charges_rupees": {"fee": 2.955}}', ": charges_rupees.fee: has more than two decimals"),
        (b'{"rates_percent": {"fd": "7"}}', ": rates_percent.fd: is not a number"),
        (b'{"rates_percent": {"fd": 700}}', ": rates_percent.fd: is more than 100"),
        (b'{"charges_rupees": {"fee": true}}', ": charges_rupees.fee: is not a number"),
        (b'{"charges_rupees": {"fee": [500, 100]}}', ": charges_rupees.fee: has its ends the wrong way round"),
        (b'{"limits_rupees": {"atm": -1}}', ": limits_rupees.atm: is negative"),
        (b'{"counts": {"days": 1.5}}', ": counts.days: is not a whole number"),
        (b'{"contacts": {"fee": "1"}, "counts": {"Fee": 1}}', ": counts.Fee: means the same as 'contacts.fee'"),
        (b'{"--": "1"}', ": --: is no name"),
        (b'{"Phone Number": "1", "phone_number": "2"}', ": phone_number: means the same as 'Phone Number'"),
        (b'{"Phone": "{{Other}}"}', ": Phone: holds a placeholder itself"),
        (b'{"Phone": "a\\u0000"}', ": Phone: holds a NUL character"),
        (b'{"Phone\\ud800": 1}', ": Phone?: is not text"),
        (b'{"Phone": "' + b"x" * 2001 + b'"}', ": Phone: has 2,001 characters"),
    ],
)
def test_a_bank_profile_that_cannot_be_used_is_refused_by_file_and_name(
    tmp_path: Path, content: bytes | None, says: str
) -> None:
    path = tmp_path / "bank.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ArtifactError) as refused:
        read_profile(path)
    assert f"bank profile {path}{says}" in str(refused.value)


def test_an_entry_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        EntryBase([entry(BLOCK)]).passage("card-lost")


def test_the_version_does_not_depend_on_files_line_ends_or_the_order_of_keys(tmp_path: Path) -> None:
    other = {**BLOCK, "id": "other"}
    one = write(tmp_path / "one.jsonl", FULL, other)
    (tmp_path / "many").mkdir()
    write(tmp_path / "many" / "1.jsonl", other, newline="\r\n")
    write(tmp_path / "many" / "2.jsonl", "\n", dict(reversed(FULL.items())), newline="\r\n")
    (tmp_path / "many" / "2.jsonl").write_bytes(b"\xef\xbb\xbf" + (tmp_path / "many" / "2.jsonl").read_bytes())
    read = [read_knowledge(path) for path in (one, tmp_path / "many")]
    assert [found for _, found in read] == [[], []]
    assert read[0][0].version == read[1][0].version
    assert len(read[0][0].version) == 12
    assert [e.id for e in read[1][0].entries] == ["other", "card-block"]


@pytest.mark.parametrize(
    "change", [{"answer": "No."}, {"regulated": False}, {"reviewer": None}, {"answers": {}}, {"as_of": ""}]
)
def test_the_version_changes_with_anything_in_an_entry(change: dict[str, object]) -> None:
    assert EntryBase([entry(FULL)]).version != EntryBase([entry({**FULL, **change})]).version


def test_the_version_changes_with_the_profile() -> None:
    entries = [entry(BLOCK)]
    assert EntryBase(entries).version != EntryBase(entries, Profile({"phone": {"en": "1"}})).version


def test_bad_lines_are_named_with_file_and_line_and_the_rest_is_used(tmp_path: Path) -> None:
    path = write(tmp_path / "faq.jsonl", BLOCK, "", {**BLOCK, "id": "b", "answer": ""}, "{", {**BLOCK, "id": "c"})
    path.write_bytes(path.read_bytes() + b'{"id": "d", "question": "caf\xe9?", "answer": "x"}')
    base, found = read_knowledge(path)
    assert [e.id for e in base.entries] == ["card-block", "c"]
    assert [str(problem) for problem in found] == [
        "faq.jsonl:3: answer: is empty: fill it in, or remove the entry",
        "faq.jsonl:4: is not valid JSON: Expecting property name enclosed in double quotes at column 2",
        "faq.jsonl:6: question: holds bytes that are not UTF-8, or half a character: save the file as UTF-8",
    ]


def test_of_two_entries_with_one_id_the_first_stays(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", BLOCK)
    write(tmp_path / "b.jsonl", {**BLOCK, "answer": "Another."}, {**BLOCK, "id": "b"})
    base, found = read_knowledge(tmp_path)
    assert base.passage("card-block").answer == "In the app, under Cards."
    assert len(base) == 2
    assert [str(problem) for problem in found] == [
        "b.jsonl:1: id: 'card-block' is already used at a.jsonl:1: give this entry an id of its own"
    ]


def test_two_entries_with_one_id_cannot_make_a_base() -> None:
    with pytest.raises(ValueError, match="same id"):
        EntryBase([entry(BLOCK), entry(BLOCK)])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "does not exist"),
        (b"", "no usable entry"),
        (b"{}\n", "bad.jsonl:1: id: is missing"),
        (b"\xff\xfea\0", "UTF-16"),
    ],
)
def test_a_knowledge_base_that_cannot_be_used_is_refused_by_name(
    tmp_path: Path, content: bytes | None, says: str
) -> None:
    path = tmp_path / "bad.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ArtifactError, match=says) as refused:
        read_knowledge(path)
    assert str(path) in str(refused.value)


def test_an_empty_folder_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"no file that ends in \.jsonl"):
        read_knowledge(tmp_path)
