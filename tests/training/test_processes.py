"""Several processes train what one does."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from questrag.chat.errors import Misconfigured
from tests.training.toys import THINGS, a_knowledge_base, a_tiny_backbone, unseen_questions

torch = pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A folder with something to learn, and a backbone without dropout, whose runs can be compared."""
    a_tiny_backbone(tmp_path / "backbone", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    a_knowledge_base(tmp_path / "kb.jsonl")
    unseen_questions(tmp_path / "dev.jsonl", THINGS[:4])
    return tmp_path


def torchrun(room: Path, *args: str, n: int = 2) -> str:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={n}"]
    command += ["-m", "tests.training.in_processes", str(room), *args]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("chunk", ["0", "5"])
def test_two_processes_come_to_the_weights_that_one_comes_to(room: Path, chunk: str) -> None:
    from tests.training.in_processes import train

    said = torchrun(room, chunk)
    assert said.count("step 20: ") == 1  # the first alone talks
    found = [torch.load(room / f"{rank}.pt", weights_only=True) for rank in (0, 1)]
    shutil.rmtree(room / "work")
    train(room)
    alone = torch.load(room / "0.pt", weights_only=True)
    for name, weights in alone.items():
        assert torch.equal(found[0][name], found[1][name]), name
        assert torch.allclose(weights, found[0][name], atol=1e-4), name


@pytest.mark.filterwarnings("ignore")
def test_a_run_of_one_process_goes_on_in_two(room: Path) -> None:
    from tests.training.in_processes import train

    train(room)
    whole = torch.load(room / "0.pt", weights_only=True)
    shutil.rmtree(room / "work")

    class Stopped(Exception):
        pass

    def stop(done: int, _: int) -> None:
        if done == 10:
            raise Stopped

    with pytest.raises(Stopped):
        train(room, progress=stop)
    torchrun(room, "0", "--resume")
    resumed = torch.load(room / "1.pt", weights_only=True)
    assert all(torch.allclose(weights, resumed[name], atol=1e-4) for name, weights in whole.items())


def test_others_that_cannot_be_joined_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from questrag.training.processes import processes_of_this_run

    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.delenv("MASTER_ADDR", raising=False)
    with pytest.raises(Misconfigured, match="torchrun"):
        processes_of_this_run(torch.device("cpu"))
