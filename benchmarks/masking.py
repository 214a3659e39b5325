"""What personal numbers get past the mask, and what it hides without need: `python -m benchmarks.masking`."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from tests.personal_numbers import innocent, leaked, made, made_split

from benchmarks.results import save
from questrag.chat.privacy import mask
from questrag.evaluation.intervals import wilson95
from questrag.knowledge.base import read_knowledge
from questrag.settings import PROJECT

SEED = 1
HALVES = ("in view", "not in view")
"""Which half of the phrases a message was made of: see `tests.personal_numbers`."""


def counted(hits: int, n: int) -> dict[str, object]:
    return {"n": n, "hits": hits, "share": hits / n if n else 0.0, "ci95": wilson95(hits, n)}


def tally(marked: Iterable[tuple[str, bool]]) -> dict[str, dict[str, object]]:
    """Return how often something happened, by name, in the order in which the names came."""
    n: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    for name, hit in marked:
        n[name] += 1
        hits[name] += hit
    return {name: counted(hits[name], n[name]) for name in n}


def leaks(n: int) -> dict[str, dict[str, dict[str, object]]]:
    """Return leaks by half, kind, language and form, and where what stood around a number was hidden too."""
    marked: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for message in made(n, SEED):
        masked = mask(message.turns[0])
        leak = leaked(message.secret, masked, " ".join(message.around))
        marked["by_half"].append((HALVES[message.half], leak))
        marked["by_kind"].append((message.kind, leak))
        marked["by_lang"].append((message.lang, leak))
        marked["by_form"].append((message.form, leak))
        before, behind = message.around
        whole = leak or (masked.startswith(before) and masked.endswith(behind))
        marked["hidden_around"].append((HALVES[message.half], not whole))
    return {name: tally(each) for name, each in marked.items()}


def split(n: int) -> dict[str, dict[str, object]]:
    """Return how often a number over two turns can be read in whole, and how often its second part can."""
    marked = []
    for message in made_split(n, SEED + 1):
        first, second = message.turns
        begun = leaked(message.secret, mask(first), message.around[0])
        for name, rest in (("alone", mask(second)), ("told what came before", mask(second, before=mask(first)))):
            ended = leaked(message.secret, rest)
            marked += [
                (f"{name}: whole number", begun and ended),
                (f"{name}: first part", begun),
                (f"{name}: second part", ended),
            ]
    return tally(marked)


def false_masks(n: int) -> dict[str, dict[str, object]]:
    """Return how often something is hidden that everybody may know."""
    made_up = tally((HALVES[half], mask(text) != text) for _, half, text in innocent(n, SEED + 2))
    entries = read_knowledge(PROJECT / "data" / "knowledge")[0].entries
    texts = {text for entry in entries for text in (entry.question, entry.answer, *entry.answers.values())}
    texts |= {each.text for entry in entries for each in entry.paraphrases}
    return {**made_up, **tally(("knowledge base", mask(text) != text) for text in sorted(texts))}


def main() -> None:
    by = leaks(10_000)
    turns, innocents = split(3_000), false_masks(6_000)
    n_leaks = sum(int(str(each["hits"])) for each in by["by_half"].values())
    kb = innocents["knowledge base"]
    targets = {
        "no personal number in 10,000 messages can be read": n_leaks == 0,
        "false masks <= 1 % of the texts of the knowledge base": float(str(kb["share"])) <= 0.01,
        "no number over two turns can be read in whole": not turns["told what came before: whole number"]["hits"],
    }
    save("masking", {**by, "two_turns": turns, "false_masks": innocents, "seed": SEED}, targets)


if __name__ == "__main__":
    main()
