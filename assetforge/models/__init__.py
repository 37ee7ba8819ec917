"""The priors that draw and complete sprites. `prior` is the wing's face to the rest of the house.

`MODELS` lists every architecture by the name that its checkpoints carry; a new one is a file and a row.
"""

from __future__ import annotations

from dataclasses import fields
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

__all__ = ["MODELS", "build", "config_of"]

MODELS = {"pixelvae": "pixelvae:PixelVAE"}


def config_of(name: str, settings: dict[str, Any]) -> Any:
    """The config dataclass of a registered model from a JSON object.

    Raises:
        ValueError: If the model or a setting is unknown, or a value is out of all reason.
    """
    if name not in MODELS:
        raise ValueError(name)
    module, cls = MODELS[name].split(":")
    config = getattr(import_module(f"{__name__}.{module}"), f"{cls}Config")
    known = fields(config)
    # A switch that a file does not name is off, as it was before there was one.
    switches = {field.name for field in known if field.default is False}
    if set(settings) | switches != {field.name for field in known}:
        raise ValueError(f"settings {sorted(settings)}")
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in settings.items()}
    for key, value in values.items():
        if key in switches and isinstance(value, bool):
            continue
        for number in value if isinstance(value, tuple) else (value,):
            if not isinstance(number, int) or key in switches or not 1 <= number <= 1024:
                raise ValueError(f"setting {number!r}")
    return config(**values)


def build(name: str, config: Any) -> nn.Module:
    """A registered model with fresh weights."""
    module, cls = MODELS[name].split(":")
    model: nn.Module = getattr(import_module(f"{__name__}.{module}"), cls)(config)
    return model
