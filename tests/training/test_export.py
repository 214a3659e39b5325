"""The exported encoder gives the vectors of the original; needs the train extra."""

from pathlib import Path

import numpy as np
import pytest

from questrag.retrieval.encoder import OnnxEncoder
from questrag.settings import PROJECT
from tests.training.toys import a_tiny_backbone

pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")

UNTRAINED = PROJECT / "models" / "base"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_untrained_encoder_agrees_with_the_original_in_torch() -> None:
    from questrag.training.backbone import load_backbone
    from questrag.training.export import LEAST_COSINE, parity

    model, source = load_backbone("all-MiniLM-L6-v2")
    assert parity(model, source, UNTRAINED) >= LEAST_COSINE


@pytest.mark.filterwarnings("ignore")
def test_a_tiny_backbone_is_exported_and_gives_the_same_vectors(tmp_path: Path) -> None:
    from questrag.training.export import export_backbone

    artifact = export_backbone(str(a_tiny_backbone(tmp_path / "tiny")), tmp_path / "out")
    vectors = OnnxEncoder.open(tmp_path / "out").encode(["block my card", "a"])
    assert float(artifact.info["parity_cosine_min"]) >= 0.98
    assert vectors.shape == (2, 64)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_backbone_that_cannot_be_had_names_the_one_that_can(monkeypatch: pytest.MonkeyPatch) -> None:
    from questrag.chat.errors import Misconfigured
    from questrag.training.backbone import load_backbone

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(Misconfigured, match="all-MiniLM-L6-v2"):
        load_backbone("nobody/no-such-model")
