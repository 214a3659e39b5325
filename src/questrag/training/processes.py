"""The processes of one training run, as `torchrun` and `accelerate launch` start them."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

from questrag.chat.errors import Misconfigured

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Processes:
    """This one and how many there are; alone unless the environment says otherwise."""

    rank: int = 0
    n: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this is the one that writes and talks."""
        return self.rank == 0

    def share(self, items: Sequence[_T]) -> Sequence[_T]:
        """Return what this process does of what is the same in all of them."""
        return items[self.rank :: self.n]

    def add_up(self, tensors: Iterable[Tensor]) -> None:
        """Put the sum over all processes into each tensor, in place; all have to call it with the same shapes."""
        if self.n > 1:
            for tensor in tensors:
                dist.all_reduce(tensor)

    def wait(self) -> None:
        """Wait until all are here."""
        if self.n > 1:
            dist.barrier()


ALONE = Processes()


def processes_of_this_run(device: torch.device) -> Processes:
    """Join those that `WORLD_SIZE`, `RANK` and `MASTER_ADDR` name; on CUDA each takes the device `LOCAL_RANK`.

    Raises:
        Misconfigured: the environment names others, and they cannot be joined.
    """
    if os.environ.get("WORLD_SIZE", "1") == "1":
        return ALONE
    try:
        if device.type == "cuda":
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        if not dist.is_initialized():
            dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    except (KeyError, ValueError, RuntimeError) as error:
        raise Misconfigured(
            f"WORLD_SIZE is {os.environ['WORLD_SIZE']}, but the other processes cannot be joined ({error}): start the "
            "training with torchrun, or unset WORLD_SIZE"
        ) from error
    return Processes(dist.get_rank(), dist.get_world_size())
