"""The sentence encoder, served by ONNX Runtime."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from tokenizers import Tokenizer

from questrag.artifacts import Artifact, open_artifact
from questrag.chat.errors import ArtifactError
from questrag.progress import Progress

Vectors = npt.NDArray[np.float32]

_BATCH = 32


class OnnxEncoder:
    """Turns texts into unit vectors. Threads may share one encoder."""

    def __init__(self, artifact: Artifact, *, threads: int = 1) -> None:
        """
        Args:
            artifact: folder of kind ``encoder``, already checked.
            threads: per text; one is the better server, whose requests already fill the cores.
        """
        self._tokenizer = _tokenizer(artifact)
        self._tokenizer.enable_truncation(artifact.number("max_tokens"))
        self._tokenizer.enable_padding(pad_id=artifact.number("pad_id"), pad_token=artifact.info.get("pad_token", ""))
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        path = artifact.path("model.onnx")
        try:
            self._session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise ArtifactError(f"{path} cannot be run: {error}") from error
        self._threads = threads
        self.dim = artifact.number("dim")
        self.query_prefix = artifact.info.get("query_prefix", "")
        self.passage_prefix = artifact.info.get("passage_prefix", "")
        self.version = encoder_version(artifact)

    @classmethod
    def open(cls, folder: Path, *, threads: int = 1) -> Self:
        """Raises: ArtifactError: the folder is not an intact encoder."""
        return cls(open_artifact(folder, "encoder"), threads=threads)

    def encode_query(self, text: str) -> Vectors:
        """Return the ``(dim,)`` vector of what `retrieval.text.query_text` made of a question."""
        vector: Vectors = self.encode([self.query_prefix + text])[0]
        return vector

    def encode_passages(self, texts: Sequence[str], *, workers: int = 2, progress: Progress | None = None) -> Vectors:
        """Return ``(len(texts), dim)``, for what `retrieval.text.passage_text` made of phrasings.

        Each text is encoded alone, like a question: the steps of 8-bit numbers are chosen for what is computed
        together, and here equal texts have to have equal vectors. On the CPU a batch would save no time.
        """

        def alone(batch: Sequence[str]) -> Vectors:
            return np.concatenate([self.encode([self.passage_prefix + text]) for text in batch])

        return self._in_batches(alone, texts, workers, progress)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return ``(len(texts), dim)`` vectors of length 1; texts beyond the model's reach are cut."""
        encoded = self._tokenizer.encode_batch(list(texts))
        ids = np.array([e.ids for e in encoded], dtype=np.int64)
        mask = np.array([e.attention_mask for e in encoded], dtype=np.int64)
        (vectors,) = self._session.run(["sentence"], {"input_ids": ids, "attention_mask": mask})
        return np.asarray(vectors, dtype=np.float32)

    def encode_many(self, texts: Sequence[str], *, workers: int = 2, progress: Progress | None = None) -> Vectors:
        """Encode any number of texts, on several cores; order is kept.

        Neighbours share a batch: little is spent on padding where they are of like length.
        """
        return self._in_batches(self.encode, texts, workers, progress)

    def _in_batches(
        self,
        encode: Callable[[Sequence[str]], Vectors],
        texts: Sequence[str],
        workers: int,
        progress: Progress | None,
    ) -> Vectors:
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        batches = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
        done = 0
        with ThreadPoolExecutor(workers) as pool:
            for batch in pool.map(encode, batches):
                vectors[done : done + len(batch)] = batch
                done += len(batch)
                if progress:
                    progress(done, len(texts))
        return vectors


def encoder_version(artifact: Artifact) -> str:
    """Return the version of the encoder in a folder, without opening it."""
    return f"{artifact.info.get('name', 'encoder')}@{artifact.fingerprint}"


class WordPieceCounter:
    """Counts tokens as the encoder's own tokenizer splits them."""

    def __init__(self, artifact: Artifact) -> None:
        tokenizer = _tokenizer(artifact)
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self.name = f"wordpiece:{artifact.info.get('name', 'encoder')}"
        self._tokenizer = tokenizer
        # Passages, system text and history recur at every turn; counting them again would cost milliseconds.
        self._count = lru_cache(maxsize=16_384)(
            lambda line: len(self._tokenizer.encode(line, add_special_tokens=False))
        )

    def count(self, text: str) -> int:
        return sum(map(self._count, text.splitlines()))  # no token reaches over the end of a line

    def _offsets(self, text: str) -> list[tuple[int, int]]:
        offsets: list[tuple[int, int]] = self._tokenizer.encode(text, add_special_tokens=False).offsets
        return offsets

    def cut(self, text: str, budget_tokens: int) -> str:
        offsets = self._offsets(text)
        if len(offsets) <= budget_tokens:
            return text
        return text[: offsets[budget_tokens - 1][1]] if budget_tokens > 0 else ""


def _tokenizer(artifact: Artifact) -> Tokenizer:
    path = artifact.path("tokenizer.json")
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:
        raise ArtifactError(f"{path} is not a tokenizer: {error}") from error
