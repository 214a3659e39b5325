"""Every provider is down, and every entry is asked its own question: `python -m benchmarks.no_providers`."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from pydantic import SecretStr

from benchmarks.results import save
from benchmarks.server import free_port
from questrag.chat.turn import Assistant, collect
from questrag.chat.types import Answer
from questrag.evaluation.intervals import wilson95
from questrag.generation.fallback import FirstThatAnswers
from questrag.knowledge.entry import Entry
from questrag.library import open_library
from questrag.settings import Settings, load_settings
from questrag.wiring import open_assistant

PROVIDERS = ("groq", "huggingface")
AT_LEAST = 0.99


@dataclass(frozen=True, slots=True)
class Told:
    entry: Entry
    approved: frozenset[str]
    """Answers of the entry, as customers see them."""
    answer: Answer

    @property
    def how(self) -> str:
        """`verbatim`: an approved text of the entry, word for word, alone or below what is said first in an emergency.

        `emergency card`: those first words alone. Anything else is `other`.
        """
        text, receipt = self.answer.text.strip(), self.answer.receipt
        if text in self.approved or (receipt.opening and text.endswith(tuple(f"\n\n{each}" for each in self.approved))):
            return "verbatim"
        return "emergency card" if receipt.opening and not receipt.cited else "other"

    @property
    def said_so(self) -> bool:
        """Whether the receipt names the providers that could not be asked."""
        degraded = " ".join(self.answer.receipt.degraded)
        return all(name in degraded for name in PROVIDERS)


def unreachable(settings: Settings) -> Settings:
    """Return the settings with two providers at ports where nobody listens."""
    down = {
        "groq_api_key_1": SecretStr("gsk-one"),
        "groq_base_url": f"http://127.0.0.1:{free_port()}/v1",
        "hf_token_1": SecretStr("hf-one"),
        "hf_base_url": f"http://127.0.0.1:{free_port()}/v1",
    }
    return settings.model_copy(update=down)


@asynccontextmanager
async def _closing(assistant: Assistant) -> AsyncGenerator[Assistant]:
    try:
        yield assistant
    finally:
        if isinstance(assistant.generator, FirstThatAnswers):
            await assistant.generator.aclose()


async def asked(settings: Settings) -> list[Told]:
    """Ask the question of every entry in a conversation of its own."""
    chosen = unreachable(settings)
    library = open_library(chosen)
    told = []
    async with _closing(open_assistant(chosen, library)) as assistant:
        for entry in library.knowledge.entries:
            async with aclosing(assistant.answer(entry.question)) as events:
                passage = library.knowledge.passage(entry.id)
                approved = frozenset(text.strip() for text in (passage.answer, *passage.answers.values()))
                told.append(Told(entry, approved, await collect(events)))
    return told


def main() -> None:
    told = asyncio.run(asked(load_settings()))
    n, whole = len(told), sum(each.how == "verbatim" for each in told)
    others = [each for each in told if each.how != "verbatim"]
    free = [each for each in told if not each.entry.regulated]
    figures: dict[str, object] = {
        "n": n,
        "verbatim": {"n": n, "hits": whole, "share": whole / n, "ci95": wilson95(whole, n)},
        "regulated": sum(each.entry.regulated for each in told),
        "not_regulated": {"n": len(free), "receipt_names_both_providers": sum(each.said_so for each in free)},
        "others": [f"{each.entry.id}: {each.how}, {each.answer.receipt.cited}" for each in others],
    }
    targets = {f"at least {AT_LEAST:.0%} answered word for word from their own entry": whole / n >= AT_LEAST}
    save("no_providers", figures, targets)


if __name__ == "__main__":
    main()
