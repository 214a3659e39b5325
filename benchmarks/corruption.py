"""What happens to damaged, truncated and swapped models and indexes: `python -m benchmarks.corruption`."""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.results import save
from questrag.artifacts import MANIFEST, open_artifact, seal
from questrag.chat.errors import Misconfigured
from questrag.evaluation.intervals import wilson95
from questrag.knowledge.base import read_knowledge
from questrag.library import Library, documents_of, open_library
from questrag.policy.learned import Fused
from questrag.policy.two_way import open_bert, open_logistic
from questrag.retrieval.encoder import OnnxEncoder
from questrag.retrieval.index import SearchIndex, build_index
from questrag.retrieval.ranking import Ranking
from questrag.settings import PROJECT, load_settings

MODELS = PROJECT / "models"
SEED = 1
CASES, EDITS = 500, 200
LEGITIMATE = "another text, as if it was edited"
_HOW = (
    "one bit flipped",
    "truncated",
    "emptied",
    "removed",
    "two files exchanged",
    "file of another version",
    "manifest: one bit flipped",
    "manifest: one item changed",
    "manifest: one file left out",
    "manifest of another folder",
    "whole folder of another kind",
    "whole folder of another version",
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A folder that the server opens, and how."""

    name: str
    folder: Path
    other: Path
    """An intact folder of the same kind that is another version and does not fit the rest."""
    open: Callable[[Path], object]
    """Raises what the start of the server would stop at."""


@dataclass(frozen=True, slots=True)
class Case:
    what: str
    how: str
    outcome: str
    """`refused`, or what happened instead."""
    message: str


def opened(library: Library, index: Path, scratch: Path) -> list[Opened]:
    """Return every folder that a server opens; other versions of them are made in ``scratch``."""
    encoder = library.encoder.version
    dials = {"confidence": 0.7, "enough": 0.45, "ask_from": 1.0, "dial": 1.0}
    documents = documents_of(library.knowledge)[1:30]
    build_index(documents, library.encoder, scratch / "index", knowledge="another", exact=True)

    def fused(folder: Path) -> object:
        return Fused.open(folder, encoder=encoder, **dials)

    def searched(folder: Path) -> object:
        return SearchIndex(folder).require(encoder=encoder, knowledge=library.index.info["knowledge"])

    def encoded(folder: Path) -> object:
        made = OnnxEncoder.open(folder)
        return Ranking.open(MODELS / "ranking", encoder=made.version)  # what the server opens next

    def one(name: str, open_it: Callable[[Path], object]) -> Opened:
        return Opened(name, MODELS / name, _another(MODELS / name, scratch / name), open_it)

    return [
        Opened("retriever", MODELS / "retriever", MODELS / "base", encoded),
        Opened("index", index, scratch / "index", searched),
        one("ranking", lambda folder: Ranking.open(folder, encoder=encoder)),
        one("policy", fused),
        one("policy-logistic", lambda folder: open_logistic(folder, encoder=encoder, confidence=0.7)),
        one("policy-bert", lambda folder: open_bert(folder, encoder=encoder, confidence=0.7)),
    ]


def _another(folder: Path, out: Path) -> Path:
    """Return an intact copy with other bytes in its files, made for another encoder."""
    made = open_artifact(folder, json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["kind"])
    out.mkdir(parents=True)
    for name in made.files:
        (out / name).write_bytes((folder / name).read_bytes() + b"\n")
    seal(out, made.kind, {**made.info, "encoder": "another@000000000000"})
    return out


def cases(all_opened: Sequence[Opened], n: int, scratch: Path) -> Iterator[Case]:
    """Yield what came of ``n`` damaged folders: every kind of damage to every folder, in turn."""
    rng = Random(SEED)
    done = 0
    while done < n:
        how = _HOW[done % len(_HOW)]
        each = all_opened[done // len(_HOW) % len(all_opened)]
        target = scratch / "case" / each.name
        _linked(each.folder, target)
        names = _damage(how, each, target, all_opened, rng)
        if not names:  # a folder of one file has nothing to exchange
            how = "one bit flipped"
            names = _damage(how, each, target, all_opened, rng)
        yield _outcome(each, how, target, names)
        shutil.rmtree(target)
        done += 1


def _outcome(each: Opened, how: str, target: Path, names: Iterable[str]) -> Case:
    try:
        each.open(target)
    except Misconfigured as error:
        named = any(name in str(error) for name in names)
        return Case(each.name, how, "refused" if named else "refused, but not by name", str(error))
    except Exception as error:  # noqa: BLE001 - a crash is what is counted here
        return Case(each.name, how, "crashed", repr(error))
    return Case(each.name, how, "accepted", "")


def _linked(folder: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for path in folder.iterdir():
        (target / path.name).symlink_to(path)


def _damage(how: str, each: Opened, target: Path, everything: Sequence[Opened], rng: Random) -> list[str]:
    """Damage a folder; return the names of which one has to be in the message, or nothing where it cannot be done."""
    files = sorted(json.loads((each.folder / MANIFEST).read_text(encoding="utf-8"))["files"])
    name = rng.choice(files)
    strangers = [other.folder for other in everything if other.name != each.name]
    match how:
        case "two files exchanged":
            if len(files) < 2:
                return []
            return _exchanged(target, rng.sample(files, 2))
        case "file of another version":
            differing = [one for one in files if (each.other / one).read_bytes() != (each.folder / one).read_bytes()]
            name = rng.choice(differing)
            _put(target / name, (each.other / name).read_bytes())
            return [name]
        case "manifest of another folder":
            _put(target / MANIFEST, (rng.choice(strangers) / MANIFEST).read_bytes())
            return [MANIFEST]
        case "whole folder of another kind":
            _linked(rng.choice(strangers), target)
            return [MANIFEST, str(target)]
        case "whole folder of another version":
            _linked(each.other, target)
            # Another encoder is sound: the models that were made for the first one say that they are not for it.
            return [str(target), *([str(MODELS / "ranking")] if each.name == "retriever" else [])]
    if how.startswith("manifest"):
        _put(target / MANIFEST, _manifest(how, (each.folder / MANIFEST).read_bytes(), rng))
        return [MANIFEST]
    _put(target / name, _bytes(how, (each.folder / name).read_bytes(), rng))
    return [name]


def _bytes(how: str, content: bytes, rng: Random) -> bytes | None:
    match how:
        case "one bit flipped":
            place = rng.randrange(len(content))
            return b"".join((content[:place], bytes([content[place] ^ 1 << rng.randrange(8)]), content[place + 1 :]))
        case "truncated":
            return content[: rng.randrange(1, len(content) - 1)]
        case "emptied":
            return b""
    return None


def _manifest(how: str, content: bytes, rng: Random) -> bytes | None:
    if how == "manifest: one bit flipped":
        return _bytes("one bit flipped", content, rng)
    body = json.loads(content)
    if how == "manifest: one file left out":
        del body["files"][rng.choice(sorted(body["files"]))]
    else:
        name = rng.choice(sorted(body["info"]))
        body["info"][name] += "0"
    return (json.dumps(body, indent=2, sort_keys=True) + "\n").encode()


def _exchanged(target: Path, names: list[str]) -> list[str]:
    first, second = ((target / name).read_bytes() for name in names)
    _put(target / names[0], second)
    _put(target / names[1], first)
    return names


def _put(path: Path, content: bytes | None) -> None:
    path.unlink()  # a link to the real one
    if content is not None:
        path.write_bytes(content)


def edits(n: int, scratch: Path) -> Iterator[Case]:
    """Yield what came of damaged files of entries. A bank may edit those: what is still sound is no error."""
    rng = Random(SEED)
    files = sorted((PROJECT / "data" / "knowledge").glob("*.jsonl"))
    for number in range(n):
        path, how = rng.choice(files), ("one bit flipped", "truncated")[number % 2]
        target = scratch / path.name
        target.write_bytes(_bytes(how, path.read_bytes(), rng) or b"")
        try:
            problems = read_knowledge(target)[1]
        except Misconfigured as error:
            yield Case("knowledge", how, "refused" if path.name in str(error) else "refused, but not by name", "")
            continue
        except Exception as error:  # noqa: BLE001 - a crash is what is counted here
            yield Case("knowledge", how, "crashed", repr(error))
            continue
        named = all(f"{path.name}:" in str(each) for each in problems)
        outcome = "refused" if named else "refused, but not by name"
        yield Case("knowledge", how, outcome if problems else LEGITIMATE, str(problems[:1]))


def counted(found: Iterable[tuple[str, bool]]) -> Mapping[str, object]:
    n: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for name, was in found:
        n[name] += 1
        refused[name] += was
    return {name: {"n": n[name], "refused": refused[name]} for name in sorted(n)}


def main() -> None:
    settings = load_settings()
    library = open_library(settings)
    with tempfile.TemporaryDirectory() as scratch:
        index, knowledge = Path(scratch) / "index", library.knowledge
        documents, version = documents_of(knowledge), knowledge.version
        build_index(documents, library.encoder, index, knowledge=version, beside=settings.index_dir)  # as it is served
        found = list(cases(opened(library, index, Path(scratch) / "others"), CASES, Path(scratch)))
        entries = list(edits(EDITS, Path(scratch)))
    wrong = [each for each in found if each.outcome != "refused"]
    n = len(found)
    figures: dict[str, object] = {
        "n": n,
        "refused": n - len(wrong),
        "ci95": wilson95(n - len(wrong), n),
        "by_damage": counted((each.how, each.outcome == "refused") for each in found),
        "by_folder": counted((each.what, each.outcome == "refused") for each in found),
        "wrong": [f"{each.what}, {each.how}: {each.outcome} {each.message}" for each in wrong],
        "entries": {"n": len(entries), **Counter(each.outcome for each in entries)},
        "seed": SEED,
    }
    sound = ("refused", LEGITIMATE)
    targets = {
        f"{n} damaged models and indexes are all refused, and the message names the file": not wrong,
        "damaged files of entries are refused by name wherever they are no legitimate edit": all(
            each.outcome in sound for each in entries
        ),
    }
    save("corruption", figures, targets)


if __name__ == "__main__":
    main()
