"""The tables of docs/policy.md and the policy's rows of the README, from result files alone."""

from typing import Any

from questrag.settings import PROJECT
from tests.result_tables import percent, result

_SHOWN = (
    ("always", "top 5 at every turn (usual design)"),
    ("never", "never"),
    ("threshold", "threshold"),
    ("smalltalk_rule", "small-talk rule"),
    ("rules", "rules (`POLICY=rules`)"),
    ("logistic", "logistic regression, fetch or not"),
    ("bert", "BERT, fetch or not"),
    ("default", "**default**"),
    ("oracle", "oracle"),
)
_KINDS = (
    "new", "followup_new", "followup_covered", "return", "repeat", "clarify", "smalltalk", "off_topic",
    "unanswerable", "sensitive",
)  # fmt: skip

GATE = "benchmarks/results/gate.json"
OURS, UNSEEN = "docs/results/policy.json", "docs/results/policy_unseen.json"
REPRODUCED, COVERAGE = "docs/results/reproduce.json", "docs/results/off_policy.json"


def policy_table(path: str) -> list[str]:
    """Every policy on the same turns."""
    read = result(path)
    rows = [_row(name, read["policies"][key], read) for key, name in _SHOWN if key in read["policies"]]
    head = (
        f"| policy, n = {read['n_turns']} turns of {read['n_conversations']} conversations | what is needed is in the "
        "prompt | prompt tokens saved | turns that fetch | passages | unsafe skips |"
    )
    return [head, "|---|---|---|---|---|---|", *rows]


def _row(name: str, each: dict[str, Any], read: dict[str, Any]) -> str:
    right = percent(each["evidence_accuracy"], each["ci95"]["evidence_accuracy"])
    saved = percent(each["saving"], each["ci95"]["saving"])
    return (
        f"| {name} | {right} | {saved} | {100 * each['fetch_rate']:.1f} % | {each['passages']:.2f} | "
        f"{each['unsafe_skips']} of {each['n_needing']} |"
    )


def policy_page() -> str:
    """Everything that is measured about the policies."""
    lines = ["### Our test conversations", "", *policy_table(OURS), "", _verdict(OURS), "", *_by_kind(OURS), ""]
    lines += [*_by_lang(OURS), "", *_curve(OURS), "", *_mixes(OURS)]
    if (PROJECT / UNSEEN).exists():
        lines += ["", "### A knowledge base it has never seen", "", *policy_table(UNSEEN), "", _verdict(UNSEEN)]
    if (PROJECT / "docs/results/learners.json").exists():
        lines += ["", "### Ways to learn, on the same turns", "", *_learners()]
    if (PROJECT / REPRODUCED).exists():
        lines += ["", "### The table of arXiv 2401.06800, on our conversations", "", *four_way_lines()]
    if (PROJECT / COVERAGE).exists():
        lines += ["", "### What a log says about another policy", "", *_coverage()]
    if (PROJECT / GATE).exists():
        lines += ["", "### What the gate refuses", "", *_gate()]
    return "\n".join(lines)


def _gate() -> list[str]:
    read = result(GATE)
    bad, poison = read["bad"], read["poison"]
    named = {
        "honest": "learned from use",
        "poisoned": "learned from use, poisoned",
        "itself": "what serves already",
        "grown": "a policy with half of the weights, learned from its own use",
    }
    rows = [
        f"| {named.get(name, name)} | {'passed' if each['passed'] else 'refused'} | {-100 * each['less_right']:+.1f} | "
        f"{100 * each['tokens_saved']:+.1f} % | {' '.join(each['reasons'][:1])} |"
        for name, each in read["reports"].items()
    ]
    note = (
        f"Of {bad['n']} deliberately bad candidates {bad['refused']} were refused "
        f"[{100 * bad['ci95'][0]:.0f}, {100 * bad['ci95'][1]:.0f} %]. The log has {read['n_log']} turns with a verdict "
        'by the labels, a tenth of the skips explored. "Learned from use" is trained on it, "poisoned" on it with '
        f"{100 * poison['share']:.0f} % more votes from {poison['accounts']} accounts, all against what was shown for "
        f"protected intents: of {poison['protected_decisions']} decisions on those, {poison['without_evidence']} lose "
        f"the passage and {poison['skipped']} are skipped that were not (at most {100 * poison['ci95'][1]:.1f} %)."
    )
    head = "| candidate | gate | right, points | tokens saved | first reason |"
    return [head, "|---|---|---|---|---|", *rows, "", note]


def _verdict(path: str) -> str:
    read = result(path)
    each = read["policies"]["default"]
    low, high = each["less_right_ci95"]
    worse = "shown to be no worse" if each["non_inferior"] else "not shown to be no worse"
    unsafe_high = each["unsafe_skip_rate_ci95"][1]
    return (
        f"The default is right on {100 * -each['less_right_than_always']:+.1f} points of the turns beside the usual "
        f"design [{100 * -high:+.1f}, {100 * -low:+.1f}] ({worse} by more than 1 point), and reaches "
        f"{100 * read['oracle_share']['default']:.0f} % of the oracle's saving. Unsafe skips: "
        f"{each['unsafe_skips']} of {each['n_needing']} turns that need an entry (at most {100 * unsafe_high:.1f} %), "
        f"{each['unsafe_skips_protected']} of {each['n_protected']} where approved wording, fraud or a loss is at "
        f"stake. Of the tokens that do not stand at the start of the conversation's last prompt, which a prefix cache "
        f"would know, {percent(each['billed_saving'], each['ci95']['billed_saving'])} are saved."
    )


def _by_kind(path: str) -> list[str]:
    read = result(path)["policies"]
    rows = [
        f"| {kind.replace('_', ' ')} | {each['n']} | "
        f"{100 * read['always']['by_kind'][kind]['evidence_accuracy']:.1f} % | "
        f"{100 * each['evidence_accuracy']:.1f} % | {100 * each['saving']:.1f} % | {each['passages']:.2f} |"
        for kind in _KINDS
        if (each := read["default"]["by_kind"].get(kind))
    ]
    return ["| turns | n | usual design | default | saved | passages |", "|---|---|---|---|---|---|", *rows]


def _by_lang(path: str) -> list[str]:
    read = result(path)["policies"]
    rows = [
        f"| {name} | {each['n']} | {100 * read['always']['by_lang'][lang]['evidence_accuracy']:.1f} % | "
        f"{100 * each['evidence_accuracy']:.1f} % | {100 * each['saving']:.1f} % |"
        for lang, name in (("en", "English"), ("hinglish", "Hinglish"), ("hi", "Hindi"))
        if (each := read["default"]["by_lang"].get(lang))
    ]
    return ["| language | n | usual design | default | saved |", "|---|---|---|---|---|", *rows]


def _curve(path: str) -> list[str]:
    read = result(path)["policies"]
    points = [
        (name, each) for name, each in read.items() if "*" in name or "@" in name or name in ("default", "threshold")
    ]
    points.sort(key=lambda point: point[1]["saving"])
    rows = [
        f"| {_point(name)} | {percent(each['evidence_accuracy'], each['ci95']['evidence_accuracy'])} | "
        f"{percent(each['saving'], each['ci95']['saving'])} | {each['unsafe_skips']} |"
        for name, each in points
    ]
    return ["| dial | what is needed is in the prompt | saved | unsafe skips |", "|---|---|---|---|", *rows]


def _point(name: str) -> str:
    kind, _, value = name.replace("*", "@").partition("@")
    setting = "POLICY_DIAL" if kind == "default" else "POLICY=threshold, SIMILARITY_THRESHOLD"
    return f"`{setting}={value}`" if value else f"{kind}, as it comes"


def _mixes(path: str) -> list[str]:
    read = result(path)["mixes"]
    rows = [
        f"| {mix} | {100 * each['always']['evidence_accuracy']:.1f} % | "
        f"{100 * each['default']['evidence_accuracy']:.1f} % | {100 * each['default']['saving']:.1f} % |"
        for mix, each in read.items()
    ]
    return ["| other traffic | usual design | default | saved |", "|---|---|---|---|", *rows]


def _learners() -> list[str]:
    read = result("docs/results/learners.json")
    rows = [
        f"| {name} | {100 * each['right']:.1f} % ± {100 * each['right_sd']:.1f} | "
        f"{100 * each['saving']:.1f} % ± {100 * each['saving_sd']:.1f} | "
        f"{'yes' if each['kept_margin'] == 1 else 'no'} |"
        for name, each in read["learners"].items()
    ]
    note = (
        f"Reward table of the test conversations, n = {read['n']}; the usual design is right on "
        f"{100 * read['always_right']:.1f} %. Mean ± standard deviation over {read['seeds']} seeds. Each was fitted at "
        "the highest price at which it keeps within three quarters of a point of the usual design on the development "
        "conversations; where it does so at none, at the lowest."
    )
    head = "| learner | what is needed is in the prompt | saved | keeps the margin |"
    return [head, "|---|---|---|---|", *rows, "", note]


def four_way_lines() -> list[str]:
    """The table of arXiv 2401.06800, and how it was made."""
    read = result(REPRODUCED)
    seeds = read["seeds"]
    rows = [
        f"| {name} | {percent(each['evidence_accuracy'], each['ci95'])} | {100 * each['saving']:.1f} %"
        f"{_spread(name, each, len(seeds))} | {100 * each['fetch_rate']:.1f} % |"
        for name, each in read["rows"].items()
    ]
    named = ", ".join(map(str, seeds))
    over = f"Mean ± standard deviation over seeds {named}" if len(seeds) > 1 else f"Seed {named}"
    note = (
        f"{over}; reward `{read['reward']}`; SIMILARITY_THRESHOLD {read['threshold']}; n = {read['n']} turns, "
        'intervals drawn by conversation. "Both" fetches where the policy and the threshold would. In each row a turn '
        "that does not fetch keeps what the last answer drew on."
    )
    head = "| policy | what is needed is in the prompt | prompt tokens saved | turns that fetch |"
    return [head, "|---|---|---|---|", *rows, "", note]


def _spread(name: str, each: dict[str, Any], n_seeds: int) -> str:
    trained = name.startswith(("policy", "both"))
    return f" ± {100 * each['saving_sd']:.1f}" if trained and n_seeds > 1 else ""


def _coverage() -> list[str]:
    read = result(COVERAGE)
    names = {"ips": "inverse propensities", "snips": "self-normalised", "doubly_robust": "doubly robust"}
    rows = [
        f"| {name} | {percent(each['share'], each['interval'])} | {100 * each['bound_share']:.1f} % | "
        f"{each['mean_width']:.3f} | {each['mean_effective_n']:.0f} |"
        for method, name in names.items()
        if (each := read["methods"].get(method))
    ]
    note = (
        f"{read['n_logs']} simulated logs of {read['conversations']} conversations of about six turns, as a small bank "
        f"has in a week; POLICY_EXPLORATION is {read['exploration']} (seed {read['seed']}). The true value of the new "
        "policy is known, and rewards lie between -0.1 and 1."
    )
    head = (
        "| estimate | 95 % intervals that hold the true value | lower bounds below it | mean width | effective turns |"
    )
    return [head, "|---|---|---|---|---|", *rows, "", note]


def readme_policy() -> list[str]:
    """The rows of the README."""
    lines = [*policy_table(OURS), "", _verdict(OURS)]
    if (PROJECT / UNSEEN).exists():
        read = result(UNSEEN)
        each, usual = read["policies"]["default"], read["policies"]["always"]
        lines += [
            "",
            f"On a knowledge base that it has never seen (n = {read['n_turns']} turns): "
            f"{percent(each['evidence_accuracy'], each['ci95']['evidence_accuracy'])} beside "
            f"{percent(usual['evidence_accuracy'], usual['ci95']['evidence_accuracy'])}, "
            f"{percent(each['saving'], each['ci95']['saving'])} of the prompt tokens saved.",
        ]
    return lines
