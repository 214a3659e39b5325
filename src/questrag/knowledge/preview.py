"""An entry that is being written, as customers would see it."""

from dataclasses import dataclass

from questrag.chat.types import Lang
from questrag.knowledge.entry import Entry
from questrag.knowledge.placeholders import Profile, placeholder_key, placeholders


@dataclass(frozen=True, slots=True)
class Placeholder:
    name: str
    known: bool
    """The bank profile has this name."""
    value: str
    """What customers see; empty: the bank has not filled it in."""


@dataclass(frozen=True, slots=True)
class Shown:
    lang: Lang
    question: str
    answer: str


def placeholders_of(entry: Entry, profile: Profile) -> list[Placeholder]:
    """Return every placeholder once, with what it stands for in the language of the text that has it first."""
    found: dict[str, Placeholder] = {}
    for _, lang, text in (("question", entry.lang, entry.question), *entry.answer_texts()):
        for name in placeholders(text):
            found.setdefault(placeholder_key(name), Placeholder(name, name in profile, profile.text(name, lang)))
    return list(found.values())


def as_customers_see(entry: Entry, profile: Profile) -> list[Shown]:
    """Return each answer with its question, placeholders filled; the entry has no problems."""
    passage = entry.passage(profile)
    answers = {entry.lang: passage.answer, **{lang: passage.answers[lang] for lang in entry.answers}}
    return [Shown(lang, passage.questions.get(lang, passage.question), text) for lang, text in answers.items()]
