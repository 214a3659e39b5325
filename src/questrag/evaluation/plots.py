"""Pictures of the data card and of results; equal numbers give equal files."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from questrag.chat.errors import Misconfigured


def draw(stats: dict[str, Any], folder: Path) -> list[Path]:
    """Write one SVG for the entries by category and one for the kinds of turn.

    Raises:
        Misconfigured: matplotlib is not installed.
    """
    categories = {name: each["entries"] for name, each in stats["entries"]["by_category"].items()}
    kinds: dict[str, int] = {}
    for part in stats["conversations"].values():
        for kind, n in part["by_kind"].items():
            kinds[kind] = kinds.get(kind, 0) + n
    drawn = [_bars(categories, "Entries by category", folder / "categories.svg")]
    if kinds:
        drawn.append(_bars(kinds, "Turns of the conversations by kind", folder / "turns.svg"))
    return drawn


def draw_results(folder: Path) -> list[Path]:
    """Write the pictures of whatever result files lie in a folder, beside them.

    Raises:
        Misconfigured: matplotlib is not installed.
    """
    drawn: list[Path] = []
    for name, pictures in _PICTURES.items():
        path = folder / name
        if path.exists():
            result = json.loads(path.read_text(encoding="utf-8"))
            drawn += [draw_one(result, folder / target) for target, draw_one in pictures if _has(result, target)]
    return drawn


_LANGS = {"en": "English", "hinglish": "Hinglish", "hi": "Hindi"}
_SYSTEMS = {
    "": "default",
    "bm25": "BM25",
    "encoder_alone": "trained encoder alone",
    "base_encoder": "untrained encoder",
}
_COLOURS = ("#2b6cb0", "#dd6b20", "#68a063", "#a0aec0")


def _has(result: dict[str, Any], target: str) -> bool:
    return target != "stress.svg" or "spelling_stress" in result


def _by_language(result: dict[str, Any], path: Path) -> Path:
    """Bars of the right entry first, with intervals."""
    systems = {"": result, **result["baselines"]}
    with _axes(path, "Right entry first, with 95 % intervals", (7, 3.4)) as axes:
        for i, (key, name) in enumerate(_SYSTEMS.items()):
            scores = [systems[key]["by_lang"][lang] for lang in _LANGS if lang in result["by_lang"]]
            heights = [each["recall@1"] for each in scores]
            around = [
                [abs(h - each["ci95"]["recall@1"][side]) for h, each in zip(heights, scores, strict=True)]
                for side in (0, 1)
            ]
            places = [place + 0.2 * (i - 1.5) for place in range(len(scores))]
            axes.bar(places, heights, 0.19, yerr=around, label=name, color=_COLOURS[i], capsize=2)
        axes.set_xticks(
            range(len(result["by_lang"])), [name for lang, name in _LANGS.items() if lang in result["by_lang"]]
        )
        axes.set_ylim(0, 1)
        axes.legend(ncols=2, frameon=False, loc="lower center", bbox_to_anchor=(0.5, -0.45))
    return path


def _stress(result: dict[str, Any], path: Path) -> Path:
    with _axes(path, "Right entry first, as more words are misspelt", (7, 3.2)) as axes:
        curve = result["spelling_stress"]
        for i, (key, name) in enumerate(_SYSTEMS.items()):
            points = [point[key or "default"]["recall@1"] for point in curve]
            axes.plot([point["share"] for point in curve], points, marker="o", label=name, color=_COLOURS[i])
        axes.set_xlabel("share of words misspelt")
        axes.set_ylim(0, 1)
        axes.legend(frameon=False)
    return path


def _risk(result: dict[str, Any], path: Path) -> Path:
    with _axes(path, "Wrong answers among those given, the most certain first", (7, 3)) as axes:
        axes.plot(*zip(*result["risk_coverage"], strict=True), marker="o", color=_COLOURS[0])
        axes.set_xlabel("share of questions answered")
        axes.set_ylim(0)
    return path


def _reliability(result: dict[str, Any], path: Path) -> Path:
    with _axes(path, "Said and came true: an entry answers", (4, 4)) as axes:
        axes.plot([0, 1], [0, 1], color="#a0aec0", linestyle="--")
        axes.plot(
            *zip(*((said, came) for said, came, _ in result["reliability"]), strict=True), marker="o", color=_COLOURS[0]
        )
        axes.set_xlabel("probability that was said")
        axes.set_ylabel("share that came true")
    return path


_PICTURES: dict[str, list[tuple[str, Callable[[dict[str, Any], Path], Path]]]] = {
    "retrieval.json": [("retrieval.svg", _by_language), ("stress.svg", _stress)],
    "scope.json": [("risk-coverage.svg", _risk), ("reliability.svg", _reliability)],
}


def _bars(counts: dict[str, int], title: str, path: Path) -> Path:
    ordered = sorted(counts.items(), key=lambda item: item[1])
    with _axes(path, title, (7, 0.28 * len(ordered) + 1)) as axes:
        bars = axes.barh([name for name, _ in ordered], [n for _, n in ordered], color=_COLOURS[0])
        axes.bar_label(bars, padding=3)
        axes.spines[["bottom"]].set_visible(False)
        axes.set_xticks([])
    return path


@contextmanager
def _axes(path: Path, title: str, size: tuple[float, float]) -> Iterator[Any]:
    """Give axes to draw on, and write them to ``path``."""
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        raise Misconfigured("plots need matplotlib: pip install 'questrag[plots]'") from None
    with matplotlib.rc_context({"svg.hashsalt": "questrag", "svg.fonttype": "none", "font.family": "sans-serif"}):
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.add_subplot()
        axes.set_title(title, loc="left")
        axes.spines[["top", "right"]].set_visible(False)
        yield axes
        figure.savefig(path, metadata={"Date": None, "Creator": None})
