"""A policy version that has passed its gate, to be let serve: ``python -m tests.candidates DATA_DIR``."""

import sys
import tempfile
from pathlib import Path

import numpy as np

from questrag.artifacts import open_artifact
from questrag.policy.state import STATE_FEATURES
from questrag.policy.versions import PolicyVersions
from questrag.training.policy import Weights, write_policy
from questrag.wiring import open_fused
from tests.integration.api import settings


def candidate(data_dir: Path, *, never: bool) -> str:
    """Keep a version that fetches nothing, or one that is like the shipped one; return its name."""
    shipped = settings(data_dir=data_dir / "nowhere")
    encoder = open_artifact(shipped.policy_model_path, "policy").info["encoder"]
    served = open_fused(shipped, encoder)
    none = served.choice.none.copy()
    none[STATE_FEATURES.index("one")] += 60.0 if never else 0.01
    choice = served.choice
    weights = Weights(choice.passage, none.astype(np.float32), choice.mean, choice.directions)
    report: dict[str, object] = {"passed": True, "reasons": [], "gains": ["made for a test"], "base": "shipped"}
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made"
        write_policy(weights, served.price, made, {}, encoder=encoder, name="learned")
        return PolicyVersions(data_dir / "policies").add(made, report)


if __name__ == "__main__":
    candidate(Path(sys.argv[1]), never=False)
