"""A training's figures as event files, which TensorBoard draws while it goes on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ConfigError

if TYPE_CHECKING:
    from .run import Progress

__all__ = ["Events"]


class Events:
    """Writes them into a folder.

    Raises:
        ConfigError: If it is not installed.
    """

    def __init__(self, folder: Path) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise ConfigError("--tensorboard needs it: pip install 'assetforge[tensorboard]'.") from error
        self.writer = SummaryWriter(str(folder))

    def __call__(self, progress: Progress) -> None:
        if not progress.latent:
            return
        values = {"bits_per_pixel/train": progress.train, "bits_per_pixel/held_out": progress.held_out}
        values |= {f"nats/slot_{slot:02d}": nats for slot, nats in enumerate(progress.latent)}
        for name, value in values.items():
            if value is not None:
                self.writer.add_scalar(name, value, progress.step)

    def close(self) -> None:
        self.writer.close()
