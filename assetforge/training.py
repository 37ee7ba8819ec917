"""A corpus becomes a checkpoint on the disk; what a killed run goes on from lies beside it until then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from .corpus import Corpus
from .files import clear_temporary, write_atomic
from .models.budget import steps_for
from .models.prior import base_path
from .models.train import leads, train

if TYPE_CHECKING:
    from .models.train import Progress

__all__ = ["MINUTES", "learn"]

MINUTES = 3.0
"""How long, where nobody says."""


def learn(
    corpus: Corpus,
    output: Path,
    *,
    base: str = "base",
    steps: int | None = None,
    minutes: float | None = None,
    seed: int = 0,
    device: str = "auto",
    resume: bool = False,
    half: bool = False,
    report: Callable[[Progress], None] | None = None,
) -> None:
    """Train on a corpus, and write the model to `output`; of torchrun's processes, the lead alone does.

    Arguments:
        base: What to start from: "base", the bundled model; "none"; or a checkpoint's path.
        steps: How many at most. Runs by steps repeat byte for byte.
        minutes: In the place of steps: as many as that stands for, and no longer by the clock.
        seed, device, resume, half, report: As of `models.train.train`.

    Raises:
        InputError: If the base cannot be read or there is too little to learn from.
        ConfigError: If there is no such device.
        OutputError: If the checkpoint cannot be written.
    """
    start = {"base": base_path(), "none": None}.get(base, Path(base))
    output.parent.mkdir(parents=True, exist_ok=True)
    state = output.with_name(f".{output.stem}.state.safetensors")
    if steps is None:
        minutes = MINUTES if minutes is None else minutes
        steps = steps_for(minutes)
    data = train(
        corpus,
        base=start,
        steps=steps,
        minutes=minutes,
        seed=seed,
        device=device,
        state=state,
        resume=resume,
        report=report,
        name=output.stem,
        half=half,
    )
    if not leads():
        return
    write_atomic(output, data)
    for path in (output, state):
        clear_temporary(path)
    state.unlink(missing_ok=True)
