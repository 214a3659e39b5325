"""Sessions made of the knowledge base: as many turns to learn from as one likes, with their labels."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from questrag.chat.errors import Invalid
from questrag.chat.followup import needs_context
from questrag.chat.language import language_of
from questrag.chat.types import LANGS, Lang
from questrag.evaluation.labelled import LabelledConversation, LabelledTurn
from questrag.knowledge.entry import Entry

WITHHELD = 0.4
"""Share of an entry's phrasings that are asked and not indexed: a question that stands in the index word for word
would teach a policy that the search is never wrong."""

_LEAST_PHRASINGS = 5
_OWN_WORDS = frozenset({"smalltalk", "off_topic", "unanswerable"})
"""Kinds whose text is taken from the conversations as it stands, because they are about no entry."""
_GO_ON: dict[Lang, tuple[str, ...]] = {
    "en": ("and ", "what about ", "ok, ", "also, ", ""),
    "hinglish": ("aur ", "acha ", "phir ", "to ", ""),
    "hi": ("और ", "अच्छा ", "फिर ", "तो ", ""),
}
_GO_BACK: dict[Lang, tuple[str, ...]] = {
    "en": ("back to the earlier one, ", "about what I asked first: ", "that other thing, ", "sorry, again: "),
    "hinglish": ("pehle wali baat, ", "wo jo pehle pucha tha, ", "wapas usi par, ", "ek baar phir, "),
    "hi": ("पहले वाली बात, ", "वो जो पहले पूछा था, ", "वापस उसी पर, ", "एक बार फिर, "),
}


@dataclass(frozen=True, slots=True)
class Withheld:
    """A knowledge base to practise on: what is indexed, and what is asked."""

    entries: tuple[Entry, ...]
    """As they are, without the phrasings that are asked."""
    asked: Mapping[str, Mapping[Lang, tuple[str, ...]]]
    """By entry and language."""

    @property
    def grave(self) -> frozenset[str]:
        """Entries about fraud."""
        return frozenset(entry.id for entry in self.entries if entry.category == "fraud")


def withhold(entries: Iterable[Entry], rng: Random, *, leave_out: Collection[str]) -> Withheld:
    """Take some phrasings out of every entry that has enough of them.

    Args:
        leave_out: ids of entries that are measured on; nothing is asked about them, they stay as they are.
    """
    kept: list[Entry] = []
    asked: dict[str, dict[Lang, tuple[str, ...]]] = {}
    for entry in entries:
        n = len(entry.paraphrases)
        if entry.id in leave_out or n < _LEAST_PHRASINGS:
            kept.append(entry)
            continue
        taken = set(rng.sample(range(n), max(1, round(WITHHELD * n))))
        kept.append(replace(entry, paraphrases=tuple(p for i, p in enumerate(entry.paraphrases) if i not in taken)))
        by_lang: dict[Lang, list[str]] = defaultdict(list)
        for i in sorted(taken):
            by_lang[entry.paraphrases[i].lang].append(entry.paraphrases[i].text)
        asked[entry.id] = {lang: tuple(texts) for lang, texts in by_lang.items()}
    return Withheld(tuple(kept), asked)


@dataclass(slots=True)
class _Patterns:
    """What real conversations lend: their course, and the words of turns that name no thing of their own."""

    courses: list[LabelledConversation] = field(default_factory=list)
    words: dict[tuple[str, Lang], list[str]] = field(default_factory=lambda: defaultdict(list))


def simulate(
    practice: Withheld, conversations: Sequence[LabelledConversation], *, turns: int, seed: int
) -> list[LabelledConversation]:
    """Make conversations of at least so many turns together; the same arguments give the same ones.

    Each follows the course of a real one: where it opens a topic another entry is asked about, where it goes on a
    neighbour of that entry with the shared words left out, where it comes back an entry of before.

    Raises:
        Invalid: there is nothing to make them of.
    """
    patterns = _patterns(conversations)
    neighbours = _neighbours(practice)
    if not patterns.courses or not neighbours:
        raise Invalid("sessions need conversations to follow, and entries with at least five ways to ask")
    rng = Random(seed)  # noqa: S311 # nothing secret
    made: list[LabelledConversation] = []
    n = 0
    while n < turns:
        course = rng.choice(patterns.courses)
        steps = tuple(_steps(course, practice, neighbours, patterns, rng))
        made.append(LabelledConversation(f"made-{seed}-{len(made)}", course.lang, steps))
        n += len(steps)
    return made


def _patterns(conversations: Sequence[LabelledConversation]) -> _Patterns:
    patterns = _Patterns()
    for conversation in conversations:
        if conversation.turns:
            patterns.courses.append(conversation)
        for turn in conversation.turns:
            if turn.kind in _OWN_WORDS or (turn.kind in ("followup_covered", "clarify") and needs_context(turn.user)):
                patterns.words[turn.kind, language_of(turn.user)].append(turn.user)
    return patterns


def _neighbours(practice: Withheld) -> dict[str, list[str]]:
    """Return for every entry that is asked about the others of its category, those of its intent twice."""
    entries = [entry for entry in practice.entries if entry.id in practice.asked]
    by_category: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_category[entry.category].append(entry)
    return {
        entry.id: [
            other.id
            for other in by_category[entry.category]
            for _ in range(2 if other.intent == entry.intent else 1)
            if other.id != entry.id
        ]
        for entry in entries
    }


def _steps(
    course: LabelledConversation,
    practice: Withheld,
    neighbours: Mapping[str, Sequence[str]],
    patterns: _Patterns,
    rng: Random,
) -> Iterator[LabelledTurn]:
    topics: dict[frozenset[str], str] = {}
    entries = sorted(practice.asked)
    last, before = "", ""
    for turn in course.turns:
        lang = course.lang
        if turn.kind in _OWN_WORDS or not turn.needs:
            words = patterns.words.get((turn.kind, lang)) or [turn.user]
            yield LabelledTurn(rng.choice(words), frozenset(), turn.kind)
            continue
        known = turn.needs in topics
        if not known:
            near = neighbours[last] if last and turn.kind == "followup_new" else []
            if turn.kind == "sensitive":
                grave = practice.grave
                near = [each for each in entries if each in grave]
            topics[turn.needs] = rng.choice(near or entries)
        entry = topics[turn.needs]
        words = patterns.words.get((turn.kind, lang), [])
        if known and entry == last and words and turn.kind in ("followup_covered", "clarify") and rng.random() < 0.7:
            text = rng.choice(words)
        else:
            text = _asked(practice.asked[entry], lang, rng)
            if turn.kind in ("followup_new", "followup_covered", "clarify") and last:
                text = rng.choice(_GO_ON[lang]) + _elided(text, before)
            elif turn.kind == "return":
                text = rng.choice(_GO_BACK[lang]) + _elided(text, before)
        yield LabelledTurn(text, frozenset({entry}), turn.kind)
        last, before = entry, f"{before} {text}" if turn.kind.startswith("followup") else text


def _asked(by_lang: Mapping[Lang, Sequence[str]], lang: Lang, rng: Random) -> str:
    """Return one way to ask, in this language where there is one."""
    return rng.choice(by_lang.get(lang) or next(by_lang[each] for each in LANGS if each in by_lang))


def _elided(text: str, before: str) -> str:
    """Leave out the words that were said before, as people do, but never all of them.

    >>> _elided("home loan papers needed", "home loan rate")
    'papers needed'
    """
    said = {word.strip(".,?!।").lower() for word in before.split()}
    rest = [word for word in text.split() if word.strip(".,?!।").lower() not in said]
    return " ".join(rest) if rest else text
