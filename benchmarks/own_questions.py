"""A real bank's FAQ file as knowledge base, asked its own questions: `python -m benchmarks.own_questions FILE`."""

import sys
from pathlib import Path

from benchmarks.results import SCRATCH, save
from questrag.evaluation.intervals import bootstrap95
from questrag.knowledge.report import plain
from questrag.library import open_library
from questrag.settings import Settings


def own_questions(path: Path, data_dir: Path) -> list[float]:
    """Return for every entry 1 when the first hit for its question carries that question, else 0.

    Letter case, spaces and punctuation do not make another question.
    """
    settings = Settings(kb_path=path, data_dir=data_dir)
    library = open_library(settings)
    retriever = library.retriever(settings.retriever)
    return [
        float(plain(retriever.search(entry.question, 1)[0].passage.question) == plain(entry.question))
        for entry in library.knowledge.entries
    ]


def main() -> None:
    path = Path(sys.argv[1])
    found = own_questions(path, SCRATCH)
    low, high = bootstrap95(found, [str(i) for i in range(len(found))])
    share = sum(found) / len(found)
    figures: dict[str, object] = {
        "file": path.name,
        "n": len(found),
        "same_question_first": share,
        "ci95": [low, high],
    }
    save("own_questions", figures, {"same question first >= 99 %": share >= 0.99})


if __name__ == "__main__":
    main()
