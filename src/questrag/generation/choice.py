"""The models that a customer may choose from."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from questrag.chat.ports import Generator
from questrag.generation.extractive import Extractive
from questrag.generation.fallback import FirstThatAnswers

APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class Offer:
    """One of them; receipts name a provider and its model in the same words."""

    id: str
    provider: str
    model: str
    generator: Generator
    """Asks it alone, and gives approved words where it cannot answer."""

    @property
    def kind(self) -> Literal["approved", "language_model"]:
        return "approved" if self.id == APPROVED else "language_model"


def offers(named: Iterable[tuple[str, str]], generator: Generator, approved: Extractive) -> tuple[Offer, ...]:
    """Return what can be chosen, in the order in which it is asked where nothing was chosen.

    Args:
        named: provider and model of those that ``generator`` asks, in its order.
        generator: what answers where nothing was chosen.
        approved: gives approved words and asks nobody.
    """
    models = (
        [Offer(f"{provider}/{model}", provider, model, generator.only(n)) for n, (provider, model) in enumerate(named)]
        if isinstance(generator, FirstThatAnswers)
        else []
    )
    return (*models, Offer(APPROVED, "extractive", "verbatim", approved))
