"""What a training run needs to go on after a kill: safetensors under their digest, beside the checkpoint to be."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from ..errors import InputError
from ..files import read_bytes, sealed, unsealed, write_atomic
from .guard import FACTS
from .pixelvae import PixelVAE

__all__ = ["State"]

LIMIT = 1 << 36


class State:
    """Weights, their average, the optimizer's moments, the best so far, and the facts of the run.

    Arguments:
        model: In training.
        optimizer: AdamW over its parameters.
    """

    def __init__(self, model: PixelVAE, optimizer: torch.optim.Optimizer) -> None:
        self.model, self.average, self.optimizer = model, deepcopy(model).requires_grad_(False), optimizer
        self.best: dict[str, Tensor] = deepcopy(model.state_dict())
        self.facts: dict[str, Any] = {"step": 0, "best": math.inf, "best_step": 0, "looks": 0, "curve": [], **FACTS}
        self.facts["album"] = []

    def tensors(self) -> Iterator[tuple[str, Tensor]]:
        """Every tensor by name; writing into them restores the state."""
        for kind, model in (("model", self.model), ("average", self.average)):
            for name, value in model.state_dict().items():
                yield f"{kind}.{name}", value
        for name, value in self.best.items():
            yield f"best.{name}", value
        for name, parameter in self.model.named_parameters():
            moments = self.optimizer.state[parameter]
            if not moments:
                moments["step"] = torch.zeros(())
                moments["exp_avg"] = torch.zeros_like(parameter)
                moments["exp_avg_sq"] = torch.zeros_like(parameter)
            for key in ("step", "exp_avg", "exp_avg_sq"):
                yield f"{key}.{name}", moments[key]

    def roll_back(self) -> None:
        """Weights and average are the best ones again, and the optimizer has seen nothing."""
        self.model.load_state_dict(self.best)
        self.average.load_state_dict(self.best)
        self.optimizer.state.clear()

    def finite(self) -> bool:
        """Whether the averaged weights are numbers throughout."""
        return all(bool(torch.isfinite(value).all()) for value in self.average.state_dict().values())

    def save(self, path: Path, plan: dict[str, Any]) -> None:
        """Write it, atomically, with the plan that it belongs to.

        Raises:
            OutputError: If the disk refuses.
        """
        tensors = {name: value.detach().cpu().contiguous().clone() for name, value in self.tensors()}
        facts = {"state": json.dumps(self.facts), "plan": json.dumps(plan)}
        # A weight that was altered since would be believed without the seal.
        write_atomic(path, sealed(save_tensors(tensors, facts)))

    def load(self, path: Path, plan: dict[str, Any]) -> bool:
        """Go on from `path`; False if it is missing, cut or altered since it was written, or of another plan."""
        try:
            data = unsealed(read_bytes(path, LIMIT))
            if data is None:
                return False
            metadata = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]
            if json.loads(metadata["plan"]) != json.loads(json.dumps(plan)):
                return False
            loaded, facts = load_tensors(data), json.loads(metadata["state"])
            fits = all(loaded[name].shape == value.shape for name, value in self.tensors())
            if set(facts) != set(self.facts) or not fits:
                return False
            for name, value in self.tensors():
                value.copy_(loaded[name])
            self.facts.update(facts)
        except (SafetensorError, InputError, KeyError, ValueError, TypeError, RuntimeError):
            return False
        return True
