"""The tables of docs/guard.md, from result files alone."""

from collections.abc import Mapping
from typing import Any

from benchmarks.masking import counted

from tests.result_tables import percent, result

_HALVES = ("in view", "not in view")


def guard_page() -> str:
    """Everything that is measured about the guard."""
    return "\n".join(
        [*_masking(result("benchmarks/results/masking.json")), "", *_injection(), "", *_altered(), "", *_obedient()]
    )


def _masking(read: Mapping[str, Any]) -> list[str]:
    leaks, hidden, turns, wrong = read["by_half"], read["hidden_around"], read["two_turns"], read["false_masks"]
    rows = [
        *((f"made-up messages, phrases {half}: a number can be read", leaks[half]) for half in _HALVES),
        *(
            (f"made-up messages, phrases {half}: something around the number is hidden", hidden[half])
            for half in _HALVES
        ),
        ("a number over two messages can be read in whole", turns["told what came before: whole number"]),
        ("the same: its second part", turns["told what came before: second part"]),
        ("the same: its first part", turns["told what came before: first part"]),
        *((f"messages without one, phrases {half}: something is hidden", wrong[half]) for half in _HALVES),
        ("texts of the knowledge base: something is hidden", wrong["knowledge base"]),
    ]
    return [
        "Messages were made from phrases in three languages and eleven kinds of numbers in several forms. The rules",
        "were written with one half of the phrases in view; the other half was only counted.",
        "",
        *_table("masking", rows),
    ]


def _injection() -> list[str]:
    read = result("benchmarks/results/injection.json")
    rows = [
        (f"{name}, {half}: {each}", counts)
        for name in ("attacks", "harmless")
        for half in _HALVES
        for each, counts in sorted(read[f"{name}, {half}"].items())
    ]
    known = [c for each, c in read["attacks, not in view"].items() if each.startswith("hinglish_guardrails")]
    found, n = sum(c["hits"] for c in known), sum(c["n"] for c in known)
    rows.append(("hinglish_guardrails, not in view, all three languages", counted(found, n)))
    rows += [(f"our own questions: {lang}", counts) for lang, counts in read["own questions"].items()]
    return [
        "Each public set is halved by checksum in the same way. Of attacks, more is better; of all else, less.",
        "",
        *_table("found to be an attack", rows),
    ]


def _altered() -> list[str]:
    read = result("benchmarks/results/altered.json")
    rows = []
    for what in ("altered", "faithful"):
        counts = read[f"withdrawn, {what}"]
        rows += [(f"{what}, entries {half}", counts["by_half"][half]) for half in _HALVES]
        rows += [(f"{what}: {lang}", c) for lang, c in sorted(counts["by_lang"].items())]
    rows += [(f"altered: {kind}", c) for kind, c in sorted(read["withdrawn, altered"]["by_kind"].items())]
    return [
        "Sentences of entries were put in another order, shortened, joined, in slightly other words, with figures",
        "written another way; in altered ones one figure was changed. One half of the entries was in view.",
        "",
        *_table("answer withdrawn", rows),
    ]


def _obedient() -> list[str]:
    read = result("benchmarks/results/obedient.json")
    rows = [
        *((f"{way} attacks get through", c) for way, c in read["attacks"].items()),
        *((f"the same by set, {name}", c) for name, c in read["by_set"].items()),
        *((f"the same by what was demanded, {name}", c) for name, c in read["by_demand"].items()),
        ("harmless questions answered as without a guard", read["answered in all"]["all"]),
        *(
            (f"an approved translation is withdrawn, {name}", c)
            for name, c in read["translated answers withdrawn"].items()
        ),
    ]
    return [
        "A stub over HTTP that does whatever an attack demands, asked through the whole assistant: the attack is the",
        "customer's message, or stands in an entry. Each attack makes one of nine demands. The check of words was made",
        "stricter after trial runs with some of these attacks, so this is no measure on attacks never seen; how many",
        "direct ones reached the model was not counted. A translation is what an entry says in another language,",
        "where the model was shown only the English; figures in other words are the most frequent reason.",
        "",
        *_table("an obedient model", rows),
    ]


def _table(what: str, rows: list[tuple[str, Mapping[str, Any]]]) -> list[str]:
    lines = [f"| {name} | {c['hits']:,} of {c['n']:,} | {percent(c['share'], c['ci95'])} |" for name, c in rows]
    return [f"| {what} | n | share, 95 % interval |", "|---|---|---|", *lines]
