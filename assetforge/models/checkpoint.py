"""Checkpoints: safetensors with a JSON header; what is cut, altered or foreign is refused.

Format: https://github.com/huggingface/safetensors. No pickle is read or written.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from ..errors import InputError
from ..files import digest, read_bytes
from . import build, config_of

__all__ = ["Checkpoint", "read", "write"]

FORMAT = 4
LIMIT = 64 << 20
MOST_HEADER, MOST_TENSORS = 8 << 20, 4096
"""Bytes of the JSON header, and tensors: read into objects, each takes many times its place in the file."""

KINDS: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "sources": dict,
    "sprites": int,
    "held_out": int,
    "base": (dict, type(None)),
}
"""What of a card is looked at later, and by others."""


READING = (
    SafetensorError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RuntimeError,
    RecursionError,
    OverflowError,
)
"""What a header out of all reason leads its readers to."""


@dataclass(frozen=True)
class Checkpoint:
    """A model and where it comes from.

    Attributes:
        model: The network, in evaluation mode, float32.
        card: What it was trained from and how: names, sha256 of the inputs, steps, figures.
        extras: Tensors beside the weights: what is remembered of the training sprites.
        sha256: Of the whole file.
    """

    model: torch.nn.Module
    card: dict[str, Any]
    extras: dict[str, Tensor]
    sha256: str


def fingerprint(tensors: dict[str, Tensor]) -> str:
    """SHA-256 over names, shapes, dtypes and bytes: notices a flipped bit that safetensors does not."""
    running = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].contiguous()
        running.update(f"{name} {tuple(tensor.shape)} {tensor.dtype};".encode())
        running.update(tensor.flatten().view(torch.uint8).numpy().tobytes())
    return running.hexdigest()


def write(
    name: str,
    model: torch.nn.Module,
    card: dict[str, Any],
    extras: dict[str, Tensor],
    dtype: torch.dtype = torch.float32,
) -> bytes:
    """The checkpoint file of a registered model.

    Arguments:
        name: The model's row in `models.MODELS`.
        model: Its network; weights are stored as `dtype`.
        card: Provenance; anything JSON holds.
        extras: Tensors to keep beside the weights.
    """
    tensors = {f"model.{key}": value.detach().cpu().to(dtype).contiguous() for key, value in model.state_dict().items()}
    tensors |= {f"extra.{key}": value.detach().cpu().contiguous() for key, value in extras.items()}
    header = {
        "format": FORMAT,
        "model": name,
        "config": {key: value for key, value in asdict(model.config).items() if value is not False},  # type: ignore[call-overload]
        "card": card,
        "tensors": fingerprint(tensors),
    }
    return save_tensors(tensors, {"assetforge": json.dumps(header, sort_keys=True)})


def read(path: Path) -> Checkpoint:
    """The model in a checkpoint file.

    Raises:
        InputError: If the file is missing, cut, altered, or not one of ours.
    """
    data = read_bytes(path, LIMIT)
    mend = "train it again, or take it from where it came."
    try:
        length = int.from_bytes(data[:8], "little")
        entries = json.loads(data[8 : 8 + length]) if length <= MOST_HEADER else {}
        if not 1 <= len(entries) <= MOST_TENSORS:
            raise ValueError(f"{len(entries)} tensors in a header of {length} bytes")
        metadata = entries.get("__metadata__", {})
        tensors = load_tensors(data)
    except READING as error:
        raise InputError(f"is no whole safetensors checkpoint; {mend}", str(path)) from error
    try:
        header = json.loads(metadata["assetforge"])
        version, name, config = header["format"], header["model"], header["config"]
        card, print_ = header["card"], header["tensors"]
        if not isinstance(card["name"], str) or not all(
            isinstance(card[key], kind) for key, kind in KINDS.items() if key in card
        ):
            raise ValueError("card")
    except READING as error:
        raise InputError("is a safetensors file, but no assetforge checkpoint.", str(path)) from error
    if version != FORMAT:
        raise InputError(f"has format {version!r:.40}, this version reads {FORMAT}; train it again.", str(path))
    try:
        if print_ != fingerprint(tensors):
            raise InputError(f"was altered: its tensors do not match its header; {mend}", str(path))
        extras = {key.removeprefix("extra."): value for key, value in tensors.items() if key.startswith("extra.")}
        stored = {key.removeprefix("model."): value for key, value in tensors.items() if key.startswith("model.")}
        if not all(value.is_floating_point() for value in stored.values()):
            raise InputError(f"holds weights that are no numbers; {mend}", str(path))
        weights = {key: value.float() for key, value in stored.items()}
        with torch.device("meta"):
            model = build(name, config_of(name, config))
        expected = {key: value.shape for key, value in model.state_dict().items()}
        if expected != {key: value.shape for key, value in weights.items()}:
            raise ValueError("shapes")
        model.load_state_dict(weights, assign=True)
    except READING as error:
        raise InputError(f"holds weights that do not fit its own config; {mend}", str(path)) from error
    if not all(torch.isfinite(value).all() for value in weights.values()):
        raise InputError(f"holds weights that are no numbers; {mend}", str(path))
    return Checkpoint(model.eval().requires_grad_(False), card, extras, digest(data))
