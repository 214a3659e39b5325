"""The one place that chooses which implementation stands behind each port."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from questrag.artifacts import open_artifact
from questrag.chat.errors import ArtifactError, Misconfigured
from questrag.chat.ports import Generator, KnowledgeBase, Policy, Retriever, Store
from questrag.chat.turn import Assistant
from questrag.generation.extractive import Extractive
from questrag.generation.fallback import FirstThatAnswers
from questrag.generation.grounded import Grounded
from questrag.generation.openai_compatible import OpenAICompatible
from questrag.knowledge.base import EntryBase, entry_files, placeholder_problems, read_knowledge
from questrag.knowledge.entry import Problem
from questrag.knowledge.ingest import ingest_files
from questrag.knowledge.placeholders import Profile
from questrag.knowledge.profile import read_profile
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
from questrag.retrieval.encoder import OnnxEncoder, WordPieceCounter
from questrag.retrieval.index import Document, SearchIndex, build_index, index_name
from questrag.retrieval.ranking import Ranking
from questrag.retrieval.search import Dense, Hybrid, Lexical
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
    files: Mapping[Path, tuple[int, int]] = field(default_factory=dict)
    """What `files_in_use` found before they were read."""
    served: str = ""
    """Version of the policy `default` that was opened, see `PolicyVersions`; empty for any other policy."""
    refused: str = ""
    """Why the knowledge base on disk is not the one that is served; empty when it is."""

    async def close(self) -> None:
        """Close the connections to providers and to the database."""
        if isinstance(self.assistant.generator, FirstThatAnswers):
            await self.assistant.generator.aclose()
        await self.store.close()


@dataclass(frozen=True, slots=True)
class Library:
    """A knowledge base with the index of it and the encoder that made the index."""

    knowledge: EntryBase
    problems: tuple[Problem, ...]
    encoder: OnnxEncoder
    tokens: WordPieceCounter
    index: SearchIndex
    ranking_folder: Path
    """Weights of the hybrid search; opened by whoever asks for it, so that fitting them needs none."""

    def require_sound(self) -> None:
        """Raises: ArtifactError: something in the knowledge base cannot be used; the message names the first place."""
        if self.problems:
            raise ArtifactError(
                f"the knowledge base cannot be served: {self.problems[0]}; "
                f"{len(self.problems)} in all, `questrag knowledge check` lists them"
            )

    def retriever(self, name: str) -> Retriever:
        match name:
            case "dense":
                return Dense(self.index, self.encoder, self.knowledge)
            case "lexical":
                return Lexical(self.index, self.knowledge)
            case "hybrid":
                ranking = Ranking.open(self.ranking_folder, encoder=self.encoder.version)
                return Hybrid(self.index, self.encoder, self.knowledge, ranking)
        raise Misconfigured(f"there is no retriever {name!r}: choose dense, lexical or hybrid")


def open_library(settings: Settings, *, progress: Progress | None = None, rebuild: bool = False) -> Library:
    """Read the knowledge base and load its index; make the index first when there is none for these entries.

    Args:
        progress: called with (phrasings encoded, phrasings in all) while an index is made.
        rebuild: make the index anew even if there is one.

    Raises:
        ArtifactError: a file is missing, damaged or does not fit the others; the message names it.
    """
    knowledge, problems = open_knowledge(settings)
    artifact = open_artifact(_encoder_folder(settings), "encoder")
    encoder = OnnxEncoder(artifact)
    folder = settings.index_dir / index_name(encoder.version, knowledge.version)
    if rebuild or not folder.exists():
        build_index(
            documents_of(knowledge), encoder, folder, knowledge=knowledge.version, replace=rebuild, progress=progress
        )
    index = SearchIndex(folder).require(encoder=encoder.version, knowledge=knowledge.version)
    return Library(knowledge, tuple(problems), encoder, WordPieceCounter(artifact), index, settings.ranking_model_path)


def open_assistant(settings: Settings, library: Library) -> Assistant:
    """Put a turn's parts together around an open library."""
    return Assistant(
        knowledge=library.knowledge,
        retriever=library.retriever(settings.retriever),
        policy=open_policy(settings, library.encoder.version),
        generator=_generator(settings, library.tokens),
        tokens=library.tokens,
        k=settings.top_k,
        budget_tokens=settings.prompt_budget_tokens,
        live_turns=settings.live_turns,
        enough=settings.similarity_threshold,
    )


def approved_only(assistant: Assistant) -> Assistant:
    """Return the same assistant answering in approved words alone: no provider is asked."""
    return replace(assistant, generator=Extractive(assistant.tokens, max_answer_tokens=_ANSWER_TOKENS))


async def assemble(settings: Settings, *, progress: Progress | None = None) -> Parts:
    """Build the parts that the settings ask for.

    Raises:
        ArtifactError: a file is missing or damaged, or the knowledge base has a problem in it.
        Misconfigured: something must be changed first; the message says what.
        Unavailable: the database cannot be reached.
    """
    files = files_in_use(settings)
    library = await asyncio.to_thread(open_library, settings, progress=progress)
    library.require_sound()
    return Parts(
        files=files,
        served=_served(settings),
        assistant=open_assistant(settings, library),
        store=await open_store(settings),
        knowledge=library.knowledge,
        providers=(*(name for name, *_ in _offers(settings)), "extractive"),
    )


async def renew(settings: Settings, parts: Parts) -> Parts:
    """Return the same parts around the knowledge base and the policy of now; turns under way keep those they have.

    Raises:
        ArtifactError: what is there now cannot be served.
    """
    files = files_in_use(settings)
    library = await asyncio.to_thread(open_library, settings)
    library.require_sound()
    if isinstance(parts.knowledge, EntryBase) and parts.knowledge.profile and not library.knowledge.profile:
        raise ArtifactError("the bank profile is gone: put it back, or start anew without it")
    assistant = replace(
        parts.assistant,
        knowledge=library.knowledge,
        retriever=library.retriever(settings.retriever),
        policy=open_policy(settings, library.encoder.version),
    )
    knowledge = library.knowledge
    return replace(parts, assistant=assistant, knowledge=knowledge, files=files, served=_served(settings), refused="")


def _served(settings: Settings) -> str:
    return policy_versions(settings).served() if settings.policy == "default" else ""


def files_in_use(settings: Settings) -> dict[Path, tuple[int, int]]:
    """Return the files of the knowledge base, the bank profile, and the one that says which policy serves.

    Each with its time of change and its size.
    """
    path = settings.kb_path
    files = [*entry_files(path), path / "profile.json"] if path.is_dir() else [path]
    files += [settings.bank_profile] if settings.bank_profile else []
    files += [policy_versions(settings).log]
    found: dict[Path, tuple[int, int]] = {}
    for file in files:
        with suppress(OSError):  # it may go while we look
            about = file.stat()
            found[file] = (about.st_mtime_ns, about.st_size)
    return found


def open_knowledge(settings: Settings) -> tuple[EntryBase, Sequence[Problem]]:
    """Read the entries and the bank profile, and what is wrong with them.

    Raises:
        ArtifactError: there is nothing usable.
    """
    path, profile = settings.kb_path, _profile(settings)
    if path.is_dir() or path.suffix == ".jsonl" or not path.exists():
        return read_knowledge(path, profile)
    ingested = ingest_files([path])  # any other file that `questrag ingest` reads
    if not ingested.entries:
        raise ArtifactError(f"knowledge base {path} holds no usable entry; the first problem is {ingested.problems[0]}")
    wrong = {entry.id: placeholder_problems(entry, profile, path.name) for entry in ingested.entries}
    entries = [entry for entry in ingested.entries if not wrong[entry.id]]
    return EntryBase(entries, profile), [*ingested.problems, *(one for each in wrong.values() for one in each)]


def _profile(settings: Settings) -> Profile | None:
    """Read BANK_PROFILE, or else the profile that lies beside the entries."""
    beside = settings.kb_path / "profile.json"
    path = settings.bank_profile or (beside if beside.exists() or beside.is_symlink() else None)
    return read_profile(path) if path else None


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


def _generator(settings: Settings, tokens: WordPieceCounter) -> Generator:
    approved = Extractive(tokens, max_answer_tokens=_ANSWER_TOKENS)
    checked = [
        Grounded(OpenAICompatible(name, url, model, keys, max_tokens=settings.llm_max_tokens), approved)
        for name, url, model, keys in _offers(settings)
    ]
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


def _encoder_folder(settings: Settings) -> Path:
    folder = settings.retriever_model_path
    if settings.hf_model_repo and not folder.exists():
        from questrag.artifacts import download

        download(settings.hf_model_repo, folder)
    return folder


def documents_of(knowledge: EntryBase) -> list[Document]:
    """Return what the index is to know of each entry."""
    return [
        Document(
            entry.id,
            tuple(dict.fromkeys(text for _, _, text in entry.phrasings())),
            " ".join(text for _, _, text in entry.answer_texts()),
        )
        for entry in knowledge.entries
    ]
