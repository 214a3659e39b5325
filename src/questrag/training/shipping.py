"""From a run to the folder that serving loads: the best weights, exported, measured once more, with a model card."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import numpy.typing as npt

from questrag.artifacts import Artifact, seal
from questrag.evaluation.runs import provenance
from questrag.progress import Progress
from questrag.retrieval.encoder import OnnxEncoder
from questrag.training.args import Args
from questrag.training.card import write_card
from questrag.training.development import Development
from questrag.training.export import export_encoder
from questrag.training.material import Material
from questrag.training.retriever import Run


def ship(
    args: Args,
    material: Material,
    development: Development,
    *,
    work: Path,
    out: Path,
    name: str,
    resume: bool = False,
    progress: Progress | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Artifact | None:
    """Train, export as int8, and write manifest and model card; raises what `Run` and `export_encoder` raise.

    Of several processes that train, the first does the rest, and the others return None.
    """
    run = Run(args, material, development, work)
    run.train(resume=resume, progress=progress, say=say)
    if not run.processes.is_first:
        return None
    state, model = run.state, run.encoder.model.cpu()
    made = provenance(data=material.version, development=development.version)
    about = {
        **{f"training_{key}": str(value) for key, value in asdict(args).items()},
        "training_topics": str(len(material.topics)),
        "training_phrasings": str(sum(len(topic.phrasings) for topic in material.topics)),
        "training_followups_read": str(sum(len(topic.followups) for topic in material.topics)),
        "training_steps_done": str(state.step),
        "training_best_step": str(state.best_step),
        "dev_untrained": f"{state.history[0]['right_first']:.4f}",
        "dev_full_precision": f"{state.best:.4f}",
        **made,
    }
    artifact = export_encoder(model, run.tokenizer_folder, out, name=name, backbone=args.backbone, about=about)
    served = development.right_first(_as_encode(OnnxEncoder.open(out)))
    artifact = seal(out, "encoder", {**artifact.info, "dev_int8": f"{served:.4f}"})
    write_card(artifact, state.history)
    return artifact


def _as_encode(encoder: OnnxEncoder) -> Callable[..., npt.NDArray[np.float32]]:
    def encode(texts: Sequence[str], *, query: bool) -> npt.NDArray[np.float32]:
        before = encoder.query_prefix if query else encoder.passage_prefix
        return encoder.encode_many([before + text for text in texts])

    return encode
