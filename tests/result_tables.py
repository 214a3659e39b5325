"""The tables of README and docs/retrieval.md, from result files alone."""

import json
from typing import Any

from questrag.settings import PROJECT

_LANGS = (("en", "English"), ("hinglish", "Hinglish"), ("hi", "Hindi"))
_SYSTEMS = ("bm25", "base_encoder", "encoder_alone")


def result(path: str) -> dict[str, Any]:
    """Read a result file, by its path in the project."""
    read: dict[str, Any] = json.loads((PROJECT / path).read_text(encoding="utf-8"))
    return read


def percent(share: float, interval: list[float]) -> str:
    return f"{100 * share:.1f} % [{100 * interval[0]:.1f}, {100 * interval[1]:.1f}]"


def retrieval_table(path: str) -> list[str]:
    """Right entry first, and in the first five, by language, beside the baselines."""
    read = result(path)
    head = "| right entry first (in the first five) | n | default | BM25 | untrained encoder | trained encoder alone |"
    rows = [head, "|---|---|---|---|---|---|", _row("all", read, [read["baselines"][name] for name in _SYSTEMS])]
    for lang, name in _LANGS:
        if lang in read["by_lang"]:
            others = [read["baselines"][system]["by_lang"][lang] for system in _SYSTEMS]
            rows.append(_row(name, read["by_lang"][lang], others))
    return rows


def _row(name: str, ours: dict[str, Any], others: list[dict[str, Any]]) -> str:
    cells = [f"{percent(r['recall@1'], r['ci95']['recall@1'])} ({100 * r['recall@5']:.1f} %)" for r in (ours, *others)]
    return f"| {name} | {ours['n']} | {' | '.join(cells)} |"


def retrieval_page() -> str:
    """Everything that is measured about the search."""
    unseen, pairs = "docs/results/unseen.json", result("docs/results/pairs.json")["minimal_pairs"]
    return "\n".join(
        [
            "### Our test questions",
            "",
            *retrieval_table("docs/results/retrieval.json"),
            "",
            "![Right entry first, by language](results/retrieval.svg)",
            "",
            *_styles(),
            "",
            "### A knowledge base it has never seen",
            "",
            *retrieval_table(unseen),
            "",
            "### Minimal pairs of opposite meaning",
            "",
            "| n sides | own entry before the opposite's | own entry first of all |",
            "|---|---|---|",
            f"| {pairs['n_sides']} | {percent(pairs['before_opposite'], pairs['ci95']['before_opposite'])} | "
            f"{percent(pairs['first'], pairs['ci95']['first'])} |",
            "",
            "### Misspelt on purpose",
            "",
            *_stress(),
            "",
            "![Right entry first, as more words are misspelt](results/stress.svg)",
            "",
            "### Answerable or not",
            "",
            *_scope(),
            "",
            "![Risk and coverage](results/risk-coverage.svg) ![Reliability](results/reliability.svg)",
            "",
            "### Follow-ups",
            "",
            *_followups(),
            "",
            "### What triplets, look-alikes and misspelling add",
            "",
            *_ablation(),
            "",
            "### What each step of reading adds",
            "",
            *_reading(),
            "",
            "### Public sets",
            "",
            *_intents(),
            "",
            "### Precision and scale",
            "",
            *_scale(),
        ]
    )


def _styles() -> list[str]:
    by_style = result("docs/results/retrieval.json")["by_style"]
    rows = [
        f"| {style} | {each['n']} | {percent(each['recall@1'], each['ci95']['recall@1'])} |"
        for style, each in by_style.items()
    ]
    return ["| style | n | right entry first |", "|---|---|---|", *rows]


def _stress() -> list[str]:
    curve = result("docs/results/retrieval.json")["spelling_stress"]
    names = ("default", *_SYSTEMS)
    rows = [
        f"| {100 * point['share']:.0f} % | {point['n']} | "
        + " | ".join(f"{100 * point[name]['recall@1']:.1f} %" for name in names)
        + " |"
        for point in curve
    ]
    head = "| words misspelt | n | default | BM25 | untrained encoder | trained encoder alone |"
    return [head, "|---|---|---|---|---|---|", *rows]


def _scope() -> list[str]:
    read = result("docs/results/scope.json")
    rows = [
        f"| {kind.replace('_', ' ')} | {each['n']} | {each['auroc']:.3f} | {100 * each['fpr95']:.1f} % | "
        + " | ".join(f"{read['baselines'][name]['by_kind'][kind]['auroc']:.3f}" for name in _SYSTEMS)
        + " |"
        for kind, each in read["by_kind"].items()
    ]
    served = read["served"]
    low, high = read["ci95"]["auroc"]
    return [
        "| unanswerable questions | n | AUROC | let through where 95 % of the others pass | BM25 | untrained encoder "
        "| trained encoder alone |",
        "|---|---|---|---|---|---|---|",
        *rows,
        "",
        f"All kinds together: AUROC {read['auroc']:.3f} [{low:.3f}, {high:.3f}], n = {read['n']:,}. Expected "
        f'calibration error {read["ece"]:.3f} for "an entry answers", {read["ece_best_entry"]:.3f} for "this entry '
        'answers". As '
        f"served (threshold {served['answer_from']:g}): {100 * served['answered']:.1f} % of the answerable questions "
        f"are answered, {100 * served['right_of_answered']:.1f} % of those with the right entry; "
        f"{100 * served['unanswerable_let_through']:.1f} % of the unanswerable ones get an answer.",
    ]


def _followups() -> list[str]:
    read = result("docs/results/followups.json")
    rows = {"follow-ups": read["follow_ups"], **read["by_kind"]}
    return [
        "| turns | n | needed entry in the first five | the same question alone | first | alone |",
        "|---|---|---|---|---|---|",
        *(
            f"| {name.replace('_', ' ')} | {each['n']} | {percent(each['recall@5'], each['ci95']['recall@5'])} | "
            f"{100 * each['bare_recall@5']:.1f} % | {100 * each['recall@1']:.1f} % | "
            f"{100 * each['bare_recall@1']:.1f} % |"
            for name, each in rows.items()
        ),
    ]


def _ablation() -> list[str]:
    read = result("docs/results/ablation.json")
    rows = [
        f"| {name} | {percent(each['right_first'], each['ci95'])} | "
        f"{', '.join(f'{100 * share:.1f}' for share in each['by_seed'])} |"
        for name, each in read["variants"].items()
    ]
    note = (
        f"Development questions among the entries they ask for, n = {read['n']}, encoder alone, {read['steps']} steps "
        "a run. Repeat with `questrag train ablation`."
    )
    return ["| variant | right entry first | by seed |", "|---|---|---|", *rows, "", note]


def _reading() -> list[str]:
    read = result("benchmarks/results/reading.json")
    rows = [
        f"| {name} | " + " | ".join(f"{100 * each[lang]:.1f} %" for lang in ("en", "hinglish", "hi")) + " |"
        for name, each in read["steps"].items()
    ]
    note = f"Development questions, n = {read['n']}, encoder alone. Repeat with `make bench`."
    return ["| text as it is, then with | English | Hinglish | Hindi |", "|---|---|---|---|", *rows, "", note]


def _intents() -> list[str]:
    rows = []
    for path, name in (("banking77", "BANKING77, 5-fold"), ("clinc150", "CLINC150, validation")):
        read = result(f"docs/results/{path}.json")
        cells = [percent(read[key]["accuracy"], read[key]["ci95"]) for key in ("nearest", "linear_probe", "eight_shot")]
        outside = f"{read['out_of_scope']['auroc']:.3f}" if "out_of_scope" in read else ""
        rows.append(f"| {name} | {read['n']:,} | {' | '.join(cells)} | {outside} |")
    head = "| set | n | nearest neighbours | linear probe | 8 examples an intent | out-of-scope AUROC |"
    return [head, "|---|---|---|---|---|---|", *rows]


def _scale() -> list[str]:
    scale, speed = (result(f"benchmarks/results/{name}.json") for name in ("scale", "search"))
    made = result("models/retriever/manifest.json")["info"]
    full, int8 = 100 * float(made["dev_full_precision"]), 100 * float(made["dev_int8"])
    return [
        "| what | figure |",
        "|---|---|",
        f"| right entry first by the encoder alone, development questions: int8 against full precision | {int8:.1f} % "
        f"against {full:.1f} % |",
        f"| encode and search, {speed['keys']:,} keys, one thread, n = {speed['n']:,} | p50 {speed['p50_ms']:.1f} ms, "
        f"p99 {speed['p99_ms']:.1f} ms |",
        f"| encoder on disk | {speed['encoder_mb']:.0f} MB |",
        f"| {scale['keys']:,} keys ({scale['kind']}, {scale['effort']} lists), search alone | "
        f"p50 {scale['p50_ms']:.1f} ms, p99 {scale['p99_ms']:.1f} ms, "
        f"recall@5 {scale['recall@5_of_exact']:.3f} of exact |",
        f"| that index | {scale['index_mb']:,} MB, made in {scale['made_s']} s |",
    ]
