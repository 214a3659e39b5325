"""`questrag evaluate followups`: whether a question that leans on the ones before still finds its entry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from questrag.chat.errors import Invalid
from questrag.chat.ports import KnowledgeBase, Retriever
from questrag.evaluation.intervals import bootstrap95
from questrag.evaluation.labelled import LabelledConversation
from questrag.evaluation.metrics import recall
from questrag.evaluation.runs import provenance
from questrag.progress import Progress

DEPTH = 5
FOLLOW_UPS = ("followup_new", "followup_covered")


@dataclass(frozen=True, slots=True)
class _Outcome:
    conversation: str
    kind: str
    lang: str
    first: float
    five: float
    bare_first: float
    bare_five: float
    """Of the question as it stands, without the ones before."""


def evaluate_followups(
    retriever: Retriever,
    conversations: Sequence[LabelledConversation],
    *,
    knowledge: KnowledgeBase,
    progress: Progress | None = None,
) -> dict[str, object]:
    """Return how often the needed entry is first and in the first five, with and without what was asked before.

    Turns that need no entry are left out. Intervals draw whole conversations.

    Raises:
        Invalid: no turn needs an entry.
        NotFound: a turn needs an entry that the knowledge base does not have.
    """
    outcomes: list[_Outcome] = []
    for done, conversation in enumerate(conversations, start=1):
        earlier: list[str] = []
        for turn in conversation.turns:
            if turn.needs:
                for entry_id in turn.needs:
                    knowledge.passage(entry_id)
                found = [[hit.passage.id for hit in retriever.search(turn.user, DEPTH, past)] for past in (earlier, ())]
                scores = [recall(ranking, turn.needs, k) for ranking in found for k in (1, DEPTH)]
                outcomes.append(_Outcome(conversation.id, turn.kind, conversation.lang, *scores))
            earlier.append(turn.user)
        if progress:
            progress(done, len(conversations))
    if not outcomes:
        raise Invalid("no turn needs an entry: there is nothing to measure")
    follow = [each for each in outcomes if each.kind in FOLLOW_UPS]
    return {
        "n": len(outcomes),
        "follow_ups": _summary(follow) if follow else {},
        "by_kind": {
            kind: _summary([o for o in outcomes if o.kind == kind]) for kind in _names(o.kind for o in outcomes)
        },
        "follow_ups_by_lang": {
            lang: _summary([each for each in follow if each.lang == lang]) for lang in _names(o.lang for o in follow)
        },
        "provenance": provenance(
            knowledge=knowledge.version, encoder=retriever.encoder_version, index=retriever.index_version
        ),
    }


def _names(values: Iterable[str]) -> list[str]:
    return sorted(set(values))


def _summary(outcomes: Sequence[_Outcome]) -> dict[str, object]:
    columns = {
        "recall@1": [each.first for each in outcomes],
        "recall@5": [each.five for each in outcomes],
        "bare_recall@1": [each.bare_first for each in outcomes],
        "bare_recall@5": [each.bare_five for each in outcomes],
        "gain@5": [each.five - each.bare_five for each in outcomes],
    }
    clusters = [each.conversation for each in outcomes]
    return {
        "n": len(outcomes),
        **{name: sum(values) / len(values) for name, values in columns.items()},
        "ci95": {name: bootstrap95(values, clusters) for name, values in columns.items()},
    }
