"""Pictures of the data card."""

from pathlib import Path
from typing import Any

from questrag.chat.errors import Misconfigured


def draw(stats: dict[str, Any], folder: Path) -> list[Path]:
    """Write one SVG for the entries by category and one for the kinds of turn; equal numbers give equal files.

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


def _bars(counts: dict[str, int], title: str, path: Path) -> Path:
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        raise Misconfigured("plots need matplotlib: pip install 'questrag[plots]'") from None
    ordered = sorted(counts.items(), key=lambda item: item[1])
    with matplotlib.rc_context({"svg.hashsalt": "questrag", "svg.fonttype": "none", "font.family": "sans-serif"}):
        figure = Figure(figsize=(7, 0.28 * len(ordered) + 1), layout="constrained")
        axes = figure.add_subplot()
        bars = axes.barh([name for name, _ in ordered], [n for _, n in ordered], color="#2b6cb0")
        axes.bar_label(bars, padding=3)
        axes.set_title(title, loc="left")
        axes.spines[["top", "right", "bottom"]].set_visible(False)
        axes.set_xticks([])
        figure.savefig(path, metadata={"Date": None, "Creator": None})
    return path
