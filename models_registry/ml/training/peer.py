"""A process that trains along with the one that started it: ``python -m models_registry.ml.training.peer``.

Arguments: the folder of the team, the place in it, the process id of the first. See ``team``.
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import torch

from alp_site.lib.procs import die_with_parent
from models_registry.ml import load_all
from models_registry.ml.adapters.base import new_adapter
from models_registry.ml.training.team import CALL, Call, Followed, PeerHooks


def follow(folder: Path, rank: int) -> None:
    """Trains what the first process trains, and ends with it."""
    call: Call = pickle.loads((folder / CALL).read_bytes())  # noqa: S301  written by our parent, in a folder of its own
    torch.set_num_threads(call.threads)
    load_all()
    adapter = new_adapter(call.adapter, call.config, call.labels, call.seed)
    hooks = PeerHooks(folder, rank=rank, size=call.size, folder=folder, backend=call.backend)
    try:
        adapter.train(call.data, hooks)  # type: ignore[arg-type]  # data of its kind
    except Followed:
        return


def _main() -> None:
    folder, rank, parent = sys.argv[1:]
    die_with_parent(int(parent))
    follow(Path(folder), int(rank))


if __name__ == "__main__":
    _main()
