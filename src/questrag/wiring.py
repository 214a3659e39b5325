"""The one place that chooses which implementation stands behind each port."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from questrag.chat.desk import Revision
from questrag.chat.errors import ArtifactError, Misconfigured, NotFound
from questrag.chat.ports import Desk, Generator, KnowledgeBase, Policy, Store, TokenCounter
from questrag.chat.turn import Assistant
from questrag.generation.choice import Offer, offers
from questrag.generation.extractive import Extractive
from questrag.generation.fallback import FirstThatAnswers
from questrag.generation.grounded import Grounded
from questrag.generation.openai_compatible import OpenAICompatible
from questrag.generation.rests import RestsOf
from questrag.knowledge.base import EntryBase
from questrag.knowledge.entry import Entry
from questrag.knowledge.profile import Bank, bank_of
from questrag.knowledge.revising import present
from questrag.knowledge.revisions import in_force
from questrag.library import Library, knowledge_files, open_library
from questrag.policy.explore import Exploring
from questrag.policy.learned import Fused
from questrag.policy.rules import (
    AlwaysFetch,
    LiveFirst,
    NeverFetch,
    RegulatedFirst,
    SmallTalkFirst,
    Threshold,
    UnclearFirst,
)
from questrag.policy.two_way import open_bert, open_logistic
from questrag.policy.versions import PolicyVersions
from questrag.progress import Progress
from questrag.retrieval.encoder import WordPieceCounter
from questrag.retrieval.milvus import InMilvus
from questrag.settings import Settings

_ANSWER_TOKENS = 400
"""An approved answer up to this length is given whole; Hindi takes three times the tokens of English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything a front door needs, ready to use."""

    assistant: Assistant
    store: Store
    knowledge: KnowledgeBase
    providers: tuple[str, ...] = ("extractive",)
    """Who is asked for an answer, in this order."""
    models: tuple[Offer, ...] = ()
    """What a customer may choose to be answered by."""
    files: Mapping[Path, tuple[int, int]] = field(default_factory=dict)
    """What `files_in_use` found before they were read."""
    served: str = ""
    """Version of the policy `default` that was opened, see `PolicyVersions`; empty for any other policy."""
    refused: str = ""
    """Why what is published is not what is served; empty when it is."""
    library: Library | None = None
    """What is searched; None for parts that were made by hand."""
    base: Mapping[str, Entry] = field(default_factory=dict)
    """The entries of the files, by id: what stands when nothing was published."""
    revisions: Mapping[str, Revision] = field(default_factory=dict)
    """The published revisions in what is served, by entry; retirements too."""

    @property
    def bank(self) -> Bank:
        """Who the knowledge base speaks for; all empty where nobody said."""
        return bank_of(self.knowledge.profile) if isinstance(self.knowledge, EntryBase) else Bank()

    def vectors_answer(self) -> bool | None:
        """Return whether Milvus can be searched at this moment, within its timeout; None: it is not used."""
        near = self.library.index.near if self.library else None
        return near.answers() if isinstance(near, InMilvus) else None

    def assistant_with(self, model: str | None) -> Assistant:
        """Return the assistant answering by the model of this id; None: by the first that can.

        Raises:
            NotFound: it is not on offer.
        """
        if model is None:
            return self.assistant
        generators = [offer.generator for offer in self.models if offer.id == model]
        if not generators:
            raise NotFound("This model is not on offer.")
        return replace(self.assistant, generator=generators[0])

    async def close(self) -> None:
        """Close the connections to providers and to the database."""
        if isinstance(self.assistant.generator, FirstThatAnswers):
            await self.assistant.generator.aclose()
        await self.store.close()


def open_assistant(settings: Settings, library: Library, rests: RestsOf | None = None) -> Assistant:
    """Put a turn's parts together around an open library.

    Args:
        rests: of the providers' keys; without it nobody else knows of them.
    """
    return Assistant(
        knowledge=library.knowledge,
        retriever=library.retriever(settings.retriever),
        policy=open_policy(settings, library.encoder.version),
        generator=_generator(settings, library.tokens, rests),
        tokens=library.tokens,
        k=settings.top_k,
        budget_tokens=settings.prompt_budget_tokens,
        live_turns=settings.live_turns,
        enough=settings.similarity_threshold,
    )


def approved_only(assistant: Assistant, *, because: str = "") -> Assistant:
    """Return the same assistant answering in approved words alone: no provider is asked.

    Args:
        because: why not, for the receipt of each answer; empty where that was asked for.
    """
    return replace(assistant, generator=_approved(assistant.tokens, because))


async def assemble(
    settings: Settings,
    *,
    progress: Progress | None = None,
    now: Callable[[], datetime] = present,
    rests: RestsOf | None = None,
) -> Parts:
    """Build the parts that the settings ask for, around what is published at this moment.

    Args:
        rests: see `open_assistant`.

    Raises:
        ArtifactError: a file is missing or damaged, or the knowledge base has a problem in it.
        Misconfigured: something must be changed first; the message says what.
        Unavailable: the database cannot be reached.
    """
    async with AsyncExitStack() as stack:
        store = await open_store(settings)
        stack.push_async_callback(store.close)
        files = files_in_use(settings)
        published = await published_in(store, now())
        library = await asyncio.to_thread(open_library, settings, published=published, progress=progress)
        library.require_sound()
        assistant = open_assistant(settings, library, rests)
        stack.pop_all()
    return Parts(
        files=files,
        served=_served(settings),
        assistant=assistant,
        models=_models(settings, assistant),
        store=store,
        knowledge=library.knowledge,
        library=library,
        base=library.base,
        revisions=published,
        providers=(*(name for name, *_ in _offers(settings)), "extractive"),
    )


async def published_in(desk: Desk, now: datetime) -> dict[str, Revision]:
    """Return the published revisions that are in force, by entry. Raises: Unavailable."""
    return in_force(await desk.every(Revision), now)


def renew(settings: Settings, parts: Parts, published: Mapping[str, Revision], *, mend: bool = False) -> Parts:
    """Return the same parts around the files and the policy of now; turns under way keep those they have.

    Takes as long as an index takes to be made.

    Args:
        published: revisions in force, by entry.
        mend: make the index again where it is damaged.

    Raises:
        ArtifactError: what is there now cannot be served.
    """
    files = files_in_use(settings)
    library = open_library(settings, published=published, before=parts.library, mend=mend)
    library.require_sound()
    if isinstance(parts.knowledge, EntryBase) and parts.knowledge.profile and not library.knowledge.profile:
        raise ArtifactError("the bank profile is gone: put it back, or start anew without it")
    assistant = replace(
        parts.assistant,
        knowledge=library.knowledge,
        retriever=library.retriever(settings.retriever),
        policy=open_policy(settings, library.encoder.version),
    )
    return replace(
        parts,
        assistant=assistant,
        knowledge=library.knowledge,
        library=library,
        base=library.base,
        revisions=published,
        files=files,
        served=_served(settings),
        refused="",
    )


def with_draft(settings: Settings, parts: Parts, entry: Entry) -> Assistant:
    """Return the assistant as it would be if this entry were published. Takes about a second for 1,700 entries.

    Raises:
        Misconfigured: the parts were not assembled from a knowledge base.
    """
    if parts.library is None:
        raise Misconfigured("There is no knowledge base that a draft could be put into.")
    library = parts.library.with_entry(entry, settings.index_dir)
    return replace(parts.assistant, knowledge=library.knowledge, retriever=library.retriever(settings.retriever))


def _served(settings: Settings) -> str:
    return policy_versions(settings).served() if settings.policy == "default" else ""


def files_in_use(settings: Settings) -> dict[Path, tuple[int, int]]:
    """Return the files of the knowledge base, the bank profile, the golden questions, and which policy serves.

    Each with its time of change and its size.
    """
    golden = settings.golden_path
    files = [*knowledge_files(settings), policy_versions(settings).log, *([golden] if golden else [])]
    found: dict[Path, tuple[int, int]] = {}
    for file in files:
        with suppress(OSError):  # it may go while we look
            about = file.stat()
            found[file] = (about.st_mtime_ns, about.st_size)
    return found


def policy_versions(settings: Settings) -> PolicyVersions:
    """Return the policies learned from use, of which one may serve instead of the shipped one."""
    return PolicyVersions(settings.data_dir / "policies")


def open_fused(settings: Settings, encoder: str, folder: Path | None = None) -> Fused:
    """Open a policy of the kind `default`.

    Args:
        folder: None: the version that serves.

    Raises:
        ArtifactError: it is missing, damaged, or was trained with another encoder.
    """
    return Fused.open(
        folder or policy_versions(settings).served_folder() or settings.policy_model_path,
        encoder=encoder,
        confidence=settings.confidence_threshold,
        enough=settings.similarity_threshold,
        ask_from=settings.ask_back_threshold,
        dial=settings.policy_dial,
    )


def open_policy(settings: Settings, encoder: str, folder: Path | None = None) -> Policy:
    """Open the policy that the settings name.

    Args:
        encoder: version of the encoder behind the search.
        folder: of the policy `default`; None: the version that serves.

    Raises:
        ArtifactError: a trained policy is missing, damaged, or was trained with another encoder.
        Misconfigured: the search does not give the probabilities that a trained policy reads.
    """
    enough, confidence = settings.similarity_threshold, settings.confidence_threshold
    if settings.policy in ("default", "bert", "logistic") and settings.retriever != "hybrid":
        raise Misconfigured(
            f"POLICY={settings.policy} reads the probabilities of RETRIEVER=hybrid: "
            f"with RETRIEVER={settings.retriever} set POLICY=rules"
        )

    threshold = Threshold(enough)
    unclear = (
        UnclearFirst(threshold, enough, settings.ask_back_threshold) if settings.retriever == "hybrid" else threshold
    )
    choices: dict[str, Callable[[], Policy]] = {
        "default": lambda: SmallTalkFirst(open_fused(settings, encoder, folder)),
        "rules": lambda: SmallTalkFirst(LiveFirst(RegulatedFirst(unclear, enough), enough)),
        "bert": lambda: open_bert(settings.policy_bert_path, encoder=encoder, confidence=confidence),
        "logistic": lambda: open_logistic(settings.policy_logistic_path, encoder=encoder, confidence=confidence),
        "always": AlwaysFetch,
        "never": NeverFetch,
        "smalltalk": lambda: SmallTalkFirst(AlwaysFetch()),
        "threshold": lambda: threshold,
    }
    policy = choices[settings.policy]()
    return Exploring(policy, settings.policy_exploration) if settings.policy_exploration else policy


def open_eval_model(settings: Settings) -> OpenAICompatible:
    """Return the model that judges answers: of the provider that is asked first, on Groq GROQ_EVAL_MODEL.

    Raises:
        Misconfigured: there is no provider.
    """
    for name, url, model, keys in _offers(settings):
        judge = settings.groq_eval_model if name == "groq" else model
        return OpenAICompatible(name, url, judge, keys, max_tokens=settings.llm_max_tokens)
    raise Misconfigured("no model can judge: set GROQ_API_KEY_1, HF_TOKEN_1 or LLM_BASE_URL")


def _approved(tokens: TokenCounter, because: str = "") -> Extractive:
    return Extractive(tokens, max_answer_tokens=_ANSWER_TOKENS, because=because)


def _models(settings: Settings, assistant: Assistant) -> tuple[Offer, ...]:
    named = [(name, model) for name, _, model, _ in _offers(settings)]
    return offers(named, assistant.generator, _approved(assistant.tokens))


def _generator(settings: Settings, tokens: WordPieceCounter, rests: RestsOf | None) -> Generator:
    approved = _approved(tokens)
    offered, longest = _offers(settings), settings.llm_max_tokens
    calls = 1 if len(offered) > 1 else 2

    def asked(name: str, url: str, model: str, keys: list[str]) -> OpenAICompatible:
        known = rests(url, model, keys) if rests else None
        return OpenAICompatible(name, url, model, keys, max_tokens=longest, calls=calls, rests=known)

    checked = [Grounded(asked(*offer), approved) for offer in offered]
    if not checked:
        return approved
    return FirstThatAnswers([*checked, approved], deadline_s=settings.llm_deadline_s)


def _offers(settings: Settings) -> list[tuple[str, str, str, list[str]]]:
    """Return name, address, model and keys of every provider that the settings name, in order."""
    own_key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else "none"
    offers = [
        ("custom", settings.llm_base_url, settings.llm_model, [own_key] if settings.llm_base_url else []),
        ("groq", settings.groq_base_url, settings.groq_chat_model, settings.groq_keys),
        ("huggingface", settings.hf_base_url, settings.hf_chat_model, settings.hf_keys),
    ]
    return [offer for offer in offers if offer[-1]]


async def open_store(settings: Settings) -> Store:
    """Open MongoDB where MONGODB_URI is set, else the SQLite file in DATA_DIR.

    Raises:
        Misconfigured: it cannot be used as it is.
        Unavailable: it cannot be reached.
    """
    if settings.mongodb_uri is not None:
        from questrag.storage.mongo import MongoStore

        return await MongoStore.open(settings.mongodb_uri.get_secret_value())
    from questrag.storage.sqlite import SqliteStore

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return await SqliteStore.open(settings.data_dir / "questrag.db")
