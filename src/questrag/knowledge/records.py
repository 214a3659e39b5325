"""JSON: lists of questions and answers, and conversations in which one side asks and the other answers."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from questrag.chat.errors import Invalid
from questrag.chat.smalltalk import small_talk
from questrag.knowledge.columns import columns, language, missing
from questrag.knowledge.entry import parse_json
from questrag.knowledge.sources import Bad, Found, Note, Reading, Source, encoding_of

_TURNS = ("turns", "messages", "conversations", "conversation", "dialogue", "dialog")
_SPEAKER = ("role", "from", "speaker")
_SAID = ("content", "value", "utterance", "text")
_ASKS = frozenset(("user", "human", "customer"))
_ANSWERS = frozenset(("assistant", "bot", "gpt", "agent", "model", "system"))
# "system" speaks first in a chat prompt, when nothing has been asked yet, and answers in dialogue corpora.


def read_jsonl(source: Source) -> Reading:
    """Read one object a line, in the project's own format or under any common names, or one conversation a line."""
    encoding, note = encoding_of(source.path)
    if note:
        yield note
    skipped: Counter[str] = Counter()
    for number, line in enumerate(source.lines(encoding), start=1):
        if not line.strip():
            continue
        try:
            record = parse_json(line.strip())
        except Invalid as error:
            yield Bad(str(error), number)
            continue
        if not isinstance(record, dict):
            yield Bad("is not a JSON object: write one {...} a line", number)
            continue
        pairs = _pairs(record, "")
        if not pairs:
            yield Bad(_nothing_in(record), number)
        for pair in pairs:
            if _worth(pair, skipped):
                yield Found(pair.fields, number)
    yield from _notes(skipped)


def read_json(source: Source) -> Reading:
    """Read a document with questions and answers, or conversations, anywhere inside it."""
    encoding, note = encoding_of(source.path)
    if note:
        yield note
    try:
        document = parse_json(source.text(encoding))
    except Invalid as error:
        yield Bad(str(error))
        return
    skipped: Counter[str] = Counter()
    found = False
    for pair in _walk(document):
        found = True
        if _worth(pair, skipped):
            yield Found(pair.fields, within=pair.where)
    if not found:
        yield Bad(_nothing_in(document))
    yield from _notes(skipped)


def is_conversations(source: Source) -> bool:
    """Tell from the beginning of a JSON file; a guess, which only decides what the import is called."""
    with source.path.open("rb") as file:
        start = file.read(4096)
    return re.search(rb'"rol1"\s*:|"(?:role|speaker)"\s*:\s*"|"from"\s*:\s*"(?:human|gpt)"', start) is not None


@dataclass(frozen=True, slots=True)
class _Pair:
    where: str
    fields: dict[str, object]
    spoken: bool
    """Part of a conversation, where not everything said is worth keeping."""


def _walk(document: object) -> Iterator[_Pair]:
    """Yield every question and answer of the document, in its order."""
    todo = [("", document)]
    while todo:  # not recursive: a document may be nested as deep as it likes
        where, value = todo.pop()
        if isinstance(value, dict):
            pairs = _pairs(value, where)
            yield from pairs
            if not pairs:
                todo += [(f"{where}.{key}" if where else str(key), below) for key, below in reversed(value.items())]
        elif isinstance(value, list):
            todo += [(f"{where}[{index}]", value[index]) for index in range(len(value) - 1, -1, -1)]


def _pairs(record: Mapping[str, object], where: str) -> list[_Pair]:
    for key in _TURNS:
        turns = record.get(key)
        if isinstance(turns, list) and turns and all(isinstance(turn, dict) for turn in turns):
            return list(_exchanges(turns, f"{where}.{key}" if where else key))
    names = _names(tuple(record))
    if names is None:
        return []
    fields = {names.get(key, key): _value(names.get(key, key), value) for key, value in record.items()}
    return [_Pair(where, fields, spoken="rol1" in record)]


@lru_cache(maxsize=256)
def _names(keys: tuple[str, ...]) -> Mapping[str, str] | None:
    """Return key -> field; None when there is no question or no answer among the keys."""
    return None if missing(keys) else {key: field for field, key in columns(keys).items()}


def _value(field: str, value: object) -> object:
    if field == "id" and isinstance(value, int):
        return str(value)
    return language(value) if field == "lang" and isinstance(value, str) else value


def _exchanges(turns: list[dict[str, object]], where: str) -> Iterator[_Pair]:
    """Pair what was asked, in one message or several, with the answer that follows."""
    asked: list[str] = []
    for index, turn in enumerate(turns):
        said = next((str(turn[key]) for key in _SAID if isinstance(turn.get(key), str)), "").strip()
        speaker = next((str(turn[key]).lower() for key in _SPEAKER if key in turn), "")
        if speaker in _ASKS and said:
            asked.append(said)
        elif speaker in _ANSWERS and said and asked:
            yield _Pair(f"{where}[{index}]", {"question": "\n".join(asked), "answer": said}, spoken=True)
            asked = []


_CLOSING = re.compile(
    r"you'?re\s+(?:very\s+|most\s+)?welcome\b|(?:i'?m\s+)?glad\s+(?:i|to)\b|my pleasure\b", re.IGNORECASE
)
_CLOSING_WORDS = 60


def _worth(pair: _Pair, skipped: Counter[str]) -> bool:
    """Return whether this is more than chatter; what is not is counted by its kind."""
    question, answer = pair.fields.get("question"), pair.fields.get("answer")
    if not pair.spoken or not isinstance(question, str) or not isinstance(answer, str):
        return True
    if small_talk(question):
        skipped["small talk"] += 1
    elif "?" not in question and _CLOSING.match(answer) and len(answer.split()) < _CLOSING_WORDS:
        skipped["thanks at the end of a conversation"] += 1
    else:
        return True
    return False


def _notes(skipped: Counter[str]) -> Iterator[Note]:
    for kind, times in skipped.items():
        yield Note(f"{times} turn{'s' if times > 1 else ''} left out: {kind}")


def _nothing_in(document: object) -> str:
    first = document[0] if isinstance(document, list) and document else document
    names = ", ".join(repr(str(name)[:40]) for name in list(first)[:12]) if isinstance(first, dict) else ""
    has = f" (there is {names})" if names else ""
    return f"holds no 'question' with an 'answer'{has}: name them so"
