"""What each process of `test_distributed` does; also a script, for torchrun to start."""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from networks import SMALL
from test_train import QUICK, pack

from assetforge.models import run
from assetforge.models.data import Batch, Batches
from assetforge.models.train import leads, train

RECIPE = replace(QUICK, rate=3e-3, look=5, free_nats=(0.15, 0.15))
"""Free nats about which the slots of so small a network lie: some cost, some do not, by the batch's mean."""


def learn(folder: Path, steps: int, dies: int | None = None, resume: bool = False) -> None:
    """Train a small network; the lead leaves the checkpoint and the loss of every step in `folder`.

    Arguments:
        folder: Where, and where the state is kept.
        steps: How many.
        dies: The step at which worker 1 is killed, unless it was killed before.
        resume: Go on from the state that another run left there.
    """
    losses: list[float] = []
    loss_of, draw = run.loss_of, Batches.draw

    def noted(*arguments: Any) -> Any:
        loss, bits, latent = loss_of(*arguments)
        losses.append(float(loss.detach()))
        return loss, bits, latent

    def deadly(batches: Batches, step: int) -> Batch:
        if step == dies and os.environ["RANK"] == "1" and os.environ["TORCHELASTIC_RESTART_COUNT"] == "0":
            os.kill(os.getpid(), signal.SIGKILL)
        return draw(batches, step)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "loss_of", noted)
        patch.setattr(Batches, "draw", deadly)
        # bfloat16 rounds more coarsely than what is to be seen.
        patch.setattr(run, "fast_type", lambda device: None)
        patch.setattr("assetforge.models.train.THREADS", 1)
        state = folder / "state.safetensors"
        data = train(
            pack(),
            base=None,
            steps=steps,
            recipe=RECIPE,
            config=SMALL,
            device="cpu",
            state=state,
            resume=resume,
        )
    if leads():
        (folder / "model.safetensors").write_bytes(data)
        (folder / "losses.json").write_text(json.dumps(losses))


if __name__ == "__main__":
    learn(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else None)
