"""A knowledge base with the index of it: read from files, with what was published over them."""

import logging
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from questrag.artifacts import open_artifact
from questrag.chat.desk import Revision
from questrag.chat.errors import ArtifactError, Misconfigured, QuestragError, Unavailable
from questrag.chat.ports import Retriever
from questrag.hub.asking import Hub
from questrag.hub.pulling import pull, pulled
from questrag.knowledge.base import EntryBase, entry_files, placeholder_problems, read_knowledge
from questrag.knowledge.entry import Entry, Problem
from questrag.knowledge.ingest import ingest_files
from questrag.knowledge.placeholders import Profile
from questrag.knowledge.profile import read_profile
from questrag.knowledge.revisions import name_of, overlaid
from questrag.progress import Progress
from questrag.retrieval.encoder import OnnxEncoder, WordPieceCounter, encoder_version
from questrag.retrieval.index import SearchIndex, UnusableIndex, build_index, index_name
from questrag.retrieval.ranking import Ranking
from questrag.retrieval.search import Dense, Hybrid, Lexical
from questrag.retrieval.writing import Document
from questrag.settings import PROJECT, Settings

logger = logging.getLogger(__name__)

NOTHING_PUBLISHED: Mapping[str, Revision] = {}


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
    base: Mapping[str, Entry] = field(default_factory=dict)
    """The entries of the files, by id."""

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

    def with_entry(self, entry: Entry, indexes: Path) -> "Library":
        """Return the library as it would be with this entry in it; what is made for that is kept in memory only.

        Args:
            indexes: where those lie that were made earlier.
        """
        entries = {each.id: each for each in self.knowledge.entries} | {entry.id: entry}
        knowledge = EntryBase(entries.values(), self.knowledge.profile)
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "index"
            documents = documents_of(knowledge)
            build_index(documents, self.encoder, folder, knowledge=knowledge.version, beside=indexes, exact=True)
            return replace(self, knowledge=knowledge, index=SearchIndex(folder))


def open_library(
    settings: Settings,
    *,
    published: Mapping[str, Revision] = NOTHING_PUBLISHED,
    before: Library | None = None,
    progress: Progress | None = None,
    rebuild: bool = False,
    mend: bool = False,
    upload: bool = False,
) -> Library:
    """Read the knowledge base and load its index; make the index first when there is none for these entries.

    Args:
        published: revisions in force, by entry; they lie over the files.
        before: the one that is served; its encoder is used again where it is the same.
        progress: called with (texts encoded, texts to encode) while an index is made.
        rebuild: make the index anew even if there is one.
        mend: make it anew where the one that is there is damaged.
        upload: with VECTOR_INDEX_URI, put the vectors there where they are not.

    Raises:
        Unavailable: Milvus does not answer.
        ArtifactError: a file is missing, damaged or does not fit the others; the message names it.
    """
    filed, problems = open_knowledge(settings)
    knowledge, wrong = _with_published(filed, published)
    artifact = open_artifact(_encoder_folder(settings), "encoder")
    if before and before.encoder.version == encoder_version(artifact):
        encoder, tokens = before.encoder, before.tokens
    else:
        encoder, tokens = OnnxEncoder(artifact), WordPieceCounter(artifact)
    folder = settings.index_dir / index_name(encoder.version, knowledge.version)

    def opened(*, anew: bool) -> SearchIndex:
        if anew or not folder.exists():
            documents, version = documents_of(knowledge), knowledge.version
            build_index(documents, encoder, folder, knowledge=version, replace=anew, progress=progress)
        index = SearchIndex(folder).require(encoder=encoder.version, knowledge=knowledge.version)
        with suppress(OSError):  # nobody may write there
            os.utime(folder)  # those that are used are the last to be removed
        return index

    try:
        index = opened(anew=rebuild)
    except UnusableIndex:
        if folder.exists() and not mend:
            raise
        index = opened(anew=mend)  # where it is gone, another process removed it at this moment
    return Library(
        knowledge,
        (*problems, *wrong),
        encoder,
        tokens,
        _in_milvus(settings, index, upload=upload or rebuild or before is not None),
        settings.ranking_model_path,
        {entry.id: entry for entry in filed.entries},
    )


def _in_milvus(settings: Settings, index: SearchIndex, *, upload: bool) -> SearchIndex:
    """Return the index with its vectors searched where VECTOR_INDEX_URI says."""
    if not settings.vector_index_uri:
        return index
    from questrag.retrieval.milvus import Collections, Server

    token = settings.vector_index_token.get_secret_value() if settings.vector_index_token else ""
    name, timeout_s = settings.vector_index_name, settings.vector_index_timeout_s
    try:
        collections = Collections(Server(settings.vector_index_uri, name, token, timeout_s))
        if upload:
            collections.put(index)
        return index.searched_by(collections.require(index))
    except Unavailable as error:
        raise Unavailable(f"VECTOR_INDEX_URI {settings.vector_index_uri}: {error}", retry_after_s=5) from error


def _with_published(filed: EntryBase, published: Mapping[str, Revision]) -> tuple[EntryBase, list[Problem]]:
    """Lay revisions over the entries of the files; return what is wrong with their placeholders too."""
    if not published:
        return filed, []
    entries = overlaid({entry.id: entry for entry in filed.entries}, published)
    places = {**filed.places, **{entry_id: name_of(revision) for entry_id, revision in published.items()}}
    changed = [entry for entry in entries if entry.id in published]
    problems = [
        problem
        for entry in changed
        for problem in placeholder_problems(entry, filed.profile or None, name_of(published[entry.id]))
    ]
    return EntryBase(entries, filed.profile, places), problems


def knowledge_files(settings: Settings) -> Iterable[Path]:
    """Return the files of the knowledge base and of the bank profile."""
    path = settings.kb_path
    files = [*entry_files(path), path / "profile.json"] if path.is_dir() else [path]
    return [*files, *([settings.bank_profile] if settings.bank_profile else [])]


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


def _encoder_folder(settings: Settings) -> Path:
    """Return the encoder's folder; with HF_MODEL_REPO, fetch it and the other models first where they are not there.

    Raises:
        ArtifactError: they cannot be had. Nothing else serves in their place.
    """
    repository, commit, home = settings.hf_model_repo, settings.hf_model_revision, settings.hub_home
    if home is not None and not pulled(home, repository, commit):
        token = settings.hf_token.get_secret_value() if settings.hf_token else ""
        logger.info("the models of %s at %s are fetched into %s", repository, commit, home)
        try:
            pull(Hub(settings.hf_endpoint, token), repository, commit, home)
        except (QuestragError, OSError) as error:
            raise ArtifactError(
                f"the models of HF_MODEL_REPO are not in {home}, and could not be put there: {error} "
                f"Start again when that is mended, run `questrag pull {repository} --revision {commit}` with this "
                f"DATA_DIR, or unset HF_MODEL_REPO to serve with the models in {PROJECT / 'models'}."
            ) from error
    return settings.retriever_model_path


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
