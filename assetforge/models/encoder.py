"""The posterior's means in plain numpy: to find a sprite, nobody should wait for torch.

What `vae.Posterior` computes, on the same weights, within rounding; a test holds the two together.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..files import digest, read_bytes

__all__ = ["Encoder", "base_path"]

COARSE, GRID = 8, 4
LIMIT = 64 << 20

Floats = NDArray[np.float32]


def base_path() -> Path:
    """The checkpoint that travels with the package."""
    return Path(__file__).parent / "bundled" / "base.safetensors"


class Encoder:
    """The half of a checkpoint that reads sprites.

    Attributes:
        lab: OKLab of the entries that the learnt sprites mean, shape (K, 3).
        sha256: Of the checkpoint.
    """

    def __init__(self, data: bytes) -> None:
        from safetensors import SafetensorError
        from safetensors.numpy import load

        try:
            tensors = load(data)
            header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]["assetforge"]
            if json.loads(header)["tensors"] != fingerprint(tensors):
                raise ValueError("altered")
            self.weights = {
                name.removeprefix("model."): value.astype(np.float32)
                for name, value in tensors.items()
                if name.startswith(("model.posterior.", "model.embed."))
            }
            self.slot = len(self.weights["posterior.coarse.bias"]) // (2 * COARSE)
            self.lab = tensors["extra.lab"].astype(np.float32)
            self.sizes = tensors["extra.sizes"].astype(int).tolist()
            self.packed = tensors["extra.sprites"].tobytes()
        except (SafetensorError, ValueError, KeyError, TypeError) as error:
            raise InputError("is no whole checkpoint; take it from where it came.") from error
        self.sha256 = digest(data)

    @cached_property
    def learnt(self) -> list[NDArray[np.uint8]]:
        """The sprites that the model has learnt, indices into `lab`, 0 transparent."""
        found, start = [], 0
        try:
            raw = zlib.decompressobj().decompress(self.packed, LIMIT)
            for height, width in self.sizes:
                found.append(np.frombuffer(raw, np.uint8, height * width, start).reshape(height, width))
                start += height * width
        except (ValueError, zlib.error) as error:
            raise InputError("lacks the memory of its training sprites; take it from where it came.") from error
        return found

    @classmethod
    def load(cls, path: Path | None = None) -> Encoder:
        """The encoder of a checkpoint, or of the bundled base model.

        Raises:
            InputError: If the checkpoint is missing, cut, altered or not one of ours.
        """
        path = path or base_path()
        try:
            return cls(read_bytes(path, LIMIT))
        except InputError as error:
            raise error if error.trail else error.within(path) from None

    def layout(self, light: Floats, drawn: NDArray[np.bool_]) -> Floats:
        """Means of the coarse slots, 0 to 7, shape (N, 8 * slot): what a sketch looks like.

        Arguments:
            light: OKLab lightness of every pixel, shape (N, H, W); not read where nothing is drawn.
            drawn: Shape (N, H, W).
        """
        count, height, width = light.shape
        features = np.empty((count, height, width, 5), np.float32)
        features[..., 0], features[..., 1] = drawn, light * drawn
        features[..., 2:] = coordinates(height, width)
        for place, stride in enumerate((1, 2, 2, 1)):
            features = self.conv(f"posterior.layout.{place}.0", features, stride)
        return self.means("posterior.coarse", pooled(features))

    def colors(self, indices: NDArray[np.uint8], labs: Sequence[Floats]) -> Floats:
        """Means of the fine slots, 8 to 15, shape (N, 8 * slot): how colors are used.

        Arguments:
            indices: Of sprites, each of its own palette, 0 transparent, shape (N, H, W).
            labs: OKLab of the entries of each, the transparent one first, shape (K, 3).
        """
        vectors = self.linear("embed.entries.2", silu(self.linear("embed.entries.0", entry_features(np.vstack(labs)))))
        first = np.cumsum([0, *(len(lab) for lab in labs[:-1])])
        drawn = indices > 0
        features = np.empty((*indices.shape, vectors.shape[1] + 1), np.float32)
        features[..., :-1] = vectors[first[:, None, None] + indices] * drawn[..., None]
        features[..., -1] = drawn
        for place, stride in enumerate((1, 2, 1)):
            features = self.conv(f"posterior.colors.{place}.0", features, stride)
        return self.means("posterior.fine", np.concatenate([features.mean((1, 2)), features.max((1, 2))], 1))

    def linear(self, name: str, features: Floats) -> Floats:
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return np.asarray(features @ weight.T + bias)

    def means(self, name: str, features: Floats) -> Floats:
        """The means among what a layer says: of each slot the first half."""
        both = self.linear(name, features).reshape(len(features), -1, 2 * self.slot)
        return both[..., : self.slot].reshape(len(features), -1)

    def conv(self, name: str, features: Floats, stride: int) -> Floats:
        """A 3 x 3 convolution over (N, H, W, C) that reads all around, and its activation."""
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        height, width = features.shape[1:3]
        padded = np.pad(features, ((0, 0), (1, 1), (1, 1), (0, 0)))
        near = [padded[:, y : y + height : stride, x : x + width : stride] for y in range(3) for x in range(3)]
        # From (outside, inside, 3, 3) to a matrix in the order of what stands side by side in `near`.
        matrix = weight.transpose(2, 3, 1, 0).reshape(-1, len(weight))
        return silu(np.concatenate(near, 3) @ matrix + bias)


def silu(values: Floats) -> Floats:
    # By the hyperbolic tangent: the exponential of a large number overflows.
    return np.asarray(values * (0.5 + 0.5 * np.tanh(values / 2)))


def entry_features(lab: Floats) -> Floats:
    """Colors as the network sees them (`pixels.Palettes.features`), shape (K, 12), of OKLab (K, 3)."""
    light, chroma = lab[:, :1], lab[:, 1:]
    waves = [wave(light * np.float32(np.pi * n)) for n in (1, 2, 4) for wave in (np.sin, np.cos)]
    radius = np.sqrt((chroma**2).sum(1, keepdims=True))
    parts = [light, chroma * 4, radius * 4, *waves, np.ones_like(light), np.zeros_like(light)]
    return np.concatenate(parts, 1).astype(np.float32)


def coordinates(height: int, width: int) -> Floats:
    """Row and column from -1 to 1 and the distance to the nearest edge in pixels / 8, shape (H, W, 3)."""
    y = np.linspace(-1, 1, height) if height > 1 else np.zeros(1)
    x = np.linspace(-1, 1, width) if width > 1 else np.zeros(1)
    rows, columns = (np.minimum(np.arange(side), np.arange(side)[::-1]) for side in (height, width))
    edge = np.minimum(rows[:, None], columns[None]) / 8
    return np.stack([*np.broadcast_arrays(y[:, None], x[None]), edge], 2).astype(np.float32)


def pooled(features: Floats) -> Floats:
    """Means over a grid of GRID x GRID, channels first, flattened (`vae.pool`), of (N, H, W, C)."""
    count, height, width, channels = features.shape

    def spans(side: int) -> list[slice]:
        return [slice(n * side // GRID, -(-(n + 1) * side // GRID)) for n in range(GRID)]

    cells = [features[:, rows, columns].mean((1, 2)) for rows in spans(height) for columns in spans(width)]
    return np.stack(cells, 2).reshape(count, channels * GRID * GRID)


def fingerprint(tensors: dict[str, NDArray[np.generic]]) -> str:
    """What `checkpoint.fingerprint` makes of the same tensors."""
    running = hashlib.sha256()
    for name in sorted(tensors):
        tensor = np.ascontiguousarray(tensors[name])
        running.update(f"{name} {tensor.shape} torch.{tensor.dtype};".encode())
        running.update(tensor.tobytes())
    return running.hexdigest()
