"""What each step of reading Hinglish and Hindi adds: the encoder alone, over the development questions."""

import re
from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.results import save
from questrag.chat.language import language_of
from questrag.evaluation.labelled import Query, read_queries
from questrag.hinglish.lexicon import lexicon
from questrag.hinglish.transliteration import roman
from questrag.knowledge.base import read_knowledge
from questrag.knowledge.entry import Entry
from questrag.retrieval.encoder import OnnxEncoder
from questrag.retrieval.text import query_text
from questrag.settings import PROJECT

_SPACE = re.compile(r"\s+")


def _unless_english(read: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: text if language_of(text) == "en" else read(text)


STEPS: dict[str, Callable[[str], str]] = {
    "nothing": lambda text: text,
    "Devanagari in Roman script": _unless_english(roman),
    "one spelling for each word": _unless_english(lexicon().normalise),
    "English meanings (as shipped)": query_text,
}


def main() -> None:
    entries = read_knowledge(PROJECT / "data" / "knowledge", None)[0].entries
    queries = [query for query in read_queries(PROJECT / "data" / "queries" / "dev.jsonl")[0] if query.relevant]
    encoder = OnnxEncoder.open(PROJECT / "models" / "retriever")
    steps = {name: _right_first(encoder, entries, queries, read) for name, read in STEPS.items()}
    save("reading", {"n": len(queries), "steps": steps}, {})


def _right_first(
    encoder: OnnxEncoder, entries: Sequence[Entry], queries: Sequence[Query], read: Callable[[str], str]
) -> dict[str, float]:
    keys = [(entry.id, read(_plain(text))) for entry in entries for _, _, text in entry.phrasings()]
    keys.sort(key=lambda key: len(key[1]))
    found = encoder.encode_many([text for _, text in keys])
    asked = encoder.encode_many([read(_plain(query.query)) for query in queries])
    nearest = (asked @ found.T).argmax(axis=1)
    right = [keys[row][0] in query.relevant for row, query in zip(nearest, queries, strict=True)]
    langs = np.array([query.lang for query in queries])
    return {lang: float(np.mean(np.array(right)[langs == lang])) for lang in ("en", "hinglish", "hi")}


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
