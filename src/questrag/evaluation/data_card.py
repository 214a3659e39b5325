"""`questrag knowledge stats`: what a knowledge base and the labelled sets beside it hold, in numbers and tables."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import mean, median
from typing import Any

from questrag.evaluation.data_check import LabelledData
from questrag.evaluation.labelled import LabelledConversation, Query
from questrag.evaluation.wording import sharing_ngrams, type_token_ratio
from questrag.hinglish.lexicon import Lexicon
from questrag.knowledge.entry import Entry

Stats = dict[str, Any]
"""What becomes JSON: names, counts and shares."""


def describe(
    entries: Sequence[Entry], labelled: LabelledData, lexicon: Lexicon, also: Mapping[str, Sequence[Entry]]
) -> Stats:
    """Count everything.

    Args:
        also: further entries by the name of their file, such as public sets; only their pairs are counted.
    """
    return {
        "entries": _entries(entries),
        "phrasings": _phrasings(entries),
        "pairs": {"own": _pairs(entries), **{name: _pairs(each) for name, each in also.items()}},
        "queries": {name: _queries(each) for name, each in labelled.queries.items()},
        "conversations": {name: _conversations(each) for name, each in labelled.conversations.items()},
        "lexicon": {"words": len(lexicon.words), "forms": len(lexicon.forms)},
    }


def _entries(entries: Sequence[Entry]) -> Stats:
    words = [len(entry.answer.split()) for entry in entries if entry.lang == "en"] or [0]
    return {
        "n": len(entries),
        "intents": len({(entry.category, entry.intent) for entry in entries}),
        "regulated": sum(entry.regulated for entry in entries),
        "in_three_languages": sum({"hinglish", "hi"} <= set(entry.answers) for entry in entries),
        "with_placeholders": sum("{{" in entry.answer for entry in entries),
        "answer_words": {
            "least": min(words),
            "median": median(words),
            "mean": round(mean(words), 1),
            "most": max(words),
        },
        "by_category": {
            category: {
                "entries": len(own),
                "intents": len({entry.intent for entry in own}),
                "regulated": sum(entry.regulated for entry in own),
            }
            for category, own in _grouped(entries)
        },
    }


def _grouped(entries: Iterable[Entry]) -> list[tuple[str, list[Entry]]]:
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.category, []).append(entry)
    return sorted(groups.items())


def _phrasings(entries: Sequence[Entry]) -> Stats:
    """Count the questions with their paraphrases, by language; the original questions are among them."""
    texts: dict[str, list[str]] = {}
    for entry in entries:
        for _, lang, text in entry.phrasings():
            texts.setdefault(lang, []).append(text)
    return {lang: _wording(own) for lang, own in sorted(texts.items())}


def _wording(texts: Sequence[str]) -> Stats:
    return {
        "n": len(texts),
        "words_mean": round(mean(len(text.split()) for text in texts), 1),
        "type_token_ratio": round(type_token_ratio(texts), 3),
        "share_with_a_4_gram_of_another": round(len(sharing_ngrams(texts)) / len(texts), 3),
    }


def _pairs(entries: Iterable[Entry]) -> int:
    """Count the pairs of a phrasing and an answer."""
    return sum(1 + len(entry.paraphrases) for entry in entries)


def _queries(queries: Sequence[Query]) -> Stats:
    langs = sorted({query.lang for query in queries})
    return {
        "n": len(queries),
        "answerable": dict(sorted(Counter(query.lang for query in queries if query.relevant).items())),
        "unanswerable": dict(sorted(Counter(query.kind for query in queries if not query.relevant).items())),
        "unanswerable_by_lang": dict(sorted(Counter(query.lang for query in queries if not query.relevant).items())),
        "pairs": len({query.pair for query in queries if query.pair}),
        "entries": len(frozenset().union(*(query.relevant for query in queries))),
        "wording": {lang: _wording([query.query for query in queries if query.lang == lang]) for lang in langs},
    }


def _conversations(conversations: Sequence[LabelledConversation]) -> Stats:
    turns = [turn for each in conversations for turn in each.turns]
    return {
        "n": len(conversations),
        "turns": len(turns),
        "by_lang": dict(sorted(Counter(each.lang for each in conversations).items())),
        "by_kind": dict(Counter(turn.kind for turn in turns).most_common()),
        "entries": len(frozenset().union(*(turn.needs for turn in turns))),
    }


def tables(stats: Stats) -> str:
    """Return the numbers as the Markdown tables of the data card."""
    parts = [_entry_tables(stats), _phrasing_table(stats), _query_table(stats), _conversation_table(stats)]
    pairs = " + ".join(f"{name} {n:,}" for name, n in stats["pairs"].items())
    parts.append(f"Question-answer pairs: {pairs} = {sum(stats['pairs'].values()):,}.")
    parts.append(f"Hinglish lexicon: {stats['lexicon']['words']:,} words, {stats['lexicon']['forms']:,} Roman forms.")
    return "\n\n".join(part for part in parts if part)


def _entry_tables(stats: Stats) -> str:
    own = stats["entries"]
    words = own["answer_words"]
    said = (
        f"{own['n']:,} entries, {own['intents']:,} intents, {own['regulated']:,} regulated, "
        f"{own['in_three_languages']:,} answered in three languages, {own['with_placeholders']:,} with placeholders. "
        "English answers have "
        f"{words['least']} to {words['most']} words, {words['median']:g} in the median."
    )
    rows = [(name, each["entries"], each["intents"], each["regulated"]) for name, each in own["by_category"].items()]
    return f"{said}\n\n{_table(('category', 'entries', 'intents', 'regulated'), rows)}"


def _phrasing_table(stats: Stats) -> str:
    return _table(
        ("phrasings", "n", "words", "type-token ratio (500 words)", "share four words in a row with another"),
        [(lang, *_wording_cells(each)) for lang, each in stats["phrasings"].items()],
    )


def _wording_cells(wording: Stats) -> tuple[str, str, str, str]:
    share = wording["share_with_a_4_gram_of_another"]
    return f"{wording['n']:,}", f"{wording['words_mean']}", f"{wording['type_token_ratio']:.2f}", f"{100 * share:.1f} %"


def _query_table(stats: Stats) -> str:
    rows = [
        (name, _listed(each["answerable"]), _listed(each["unanswerable"]), each["pairs"] or "", each["entries"])
        for name, each in stats["queries"].items()
    ]
    said = _table(("queries", "answerable", "unanswerable", "minimal pairs", "entries asked for"), rows)
    wording = [
        (f"{name}, {lang}", *_wording_cells(own))
        for name, each in stats["queries"].items()
        for lang, own in each["wording"].items()
    ]
    head = ("queries", "n", "words", "type-token ratio (500 words)", "share four words in a row with another")
    return f"{said}\n\n{_table(head, wording)}" if rows else ""


def _conversation_table(stats: Stats) -> str:
    rows = [
        (name, each["n"], f"{each['turns']:,}", _listed(each["by_lang"]), _listed(each["by_kind"]), each["entries"])
        for name, each in stats["conversations"].items()
    ]
    return _table(("conversations", "n", "turns", "languages", "kinds of turn", "entries needed"), rows) if rows else ""


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in counts.items())


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)
