"""Hostile checkpoints: cut, foreign, with lying headers, absurd settings, wrong tensors and wrong memories.

Part of the corpus of `hostile.py`. All are made from one small network with random weights.
"""

from __future__ import annotations

import json
import pickle
import struct
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import torch
from networks import random_model
from safetensors.torch import save
from torch import Tensor

from assetforge.models import checkpoint
from assetforge.models.memory import packed

__all__ = ["checkpoints", "file_of", "parts", "raw", "sound"]

Tensors = dict[str, Tensor]


@cache
def parts() -> tuple[Tensors, Tensors]:
    """Weights, and the memory of four sprites of two sizes."""
    sprites = [np.full((8, 8), 1 + n % 2, np.uint8) for n in range(3)] + [np.ones((16, 16), np.uint8)]
    memory = {
        "apart": torch.tensor([[8.0, 8.0, 0.3]]),
        "sizes": torch.tensor([sprite.shape for sprite in sprites], dtype=torch.int16),
        "sprites": packed(b"".join(sprite.tobytes() for sprite in sprites)),
        "folders": packed(json.dumps(["a", "a", "b", ""]).encode()),
        "lab": torch.tensor([[0.0, 0.0, 0.0], [0.2, 0.0, 0.0], [0.9, 0.0, 0.0]]),
    }
    return random_model().state_dict(), memory


CARD = {"name": "small", "sources": {"a.png": "0" * 64}, "sprites": 4, "held_out": 1, "base": None}


def file_of(weights: Tensors, memory: Tensors, config: Any = None, card: Any = CARD, **changed: Any) -> bytes:
    """A checkpoint whose fingerprint is right, whatever else is wrong."""
    from dataclasses import asdict

    from networks import SMALL

    tensors = {f"model.{key}": value.contiguous() for key, value in weights.items()}
    tensors |= {f"extra.{key}": value.contiguous() for key, value in memory.items()}
    head = {
        "format": checkpoint.FORMAT,
        "model": "pixelvae",
        "config": asdict(SMALL) if config is None else config,
        "card": card,
        "tensors": checkpoint.fingerprint(tensors),
    }
    return save(tensors, {"assetforge": json.dumps(head | changed)})


@cache
def sound() -> bytes:
    """One that is read."""
    return file_of(*parts())


def raw(header: bytes, body: bytes = b"", length: int | None = None) -> bytes:
    """A safetensors file of any header."""
    return struct.pack("<Q", len(header) if length is None else length) + header + body


def checkpoints() -> Iterator[tuple[str, bytes]]:
    """All of them."""
    weights, memory = parts()
    whole = sound()
    for percent in (0, 1, 10, 50, 99):
        yield f"cut at {percent} percent", whole[: len(whole) * percent // 100]
    yield "bytes behind it", whole + bytes(100)
    yield "a pickle", pickle.dumps({"weight": [1.0]})
    yield "a ZIP of torch", b"PK\x03\x04" + bytes(1000)
    yield "noise", np.random.default_rng(5).bytes(5000)
    yield from headers()
    yield from networks(weights, memory)
    yield from memories(weights, memory)


def headers() -> Iterator[tuple[str, bytes]]:
    """Headers that lie."""

    def tensor(**changed: Any) -> bytes:
        entry = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]} | changed
        return json.dumps({"model.weight": entry}).encode()

    yield "a header of 2 ** 63 bytes", raw(b"{}", length=2**63)
    yield "a header past the end", raw(b"{}", length=100_000)
    yield "a header of no bytes", raw(b"", b"x" * 99)
    yield "a deep header", raw(b"[" * 1_000_000)
    yield "a deep entry", raw(b'{"__metadata__":{"assetforge":"' + b"[" * 1_000_000 + b'"}}')
    yield "a header of 90 MB", raw(b'{"__metadata__":{"a":"' + b"x" * 90_000_000 + b'"}}')
    entries = b",".join(b'"%d":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}' % n for n in range(300_000))
    yield "300,000 tensors", raw(b"{" + entries + b"}")
    yield "a list of 20,000,000", raw(b'{"__metadata__":{"assetforge":"[' + b"1," * 10_000_000 + b'1]"}}')
    yield "a tensor of 2 ** 62 entries", raw(tensor(shape=[2**31, 2**31], data_offsets=[0, 2**62]), bytes(8))
    yield "shapes that overflow", raw(tensor(shape=[2**32, 2**32, 2**32]), bytes(8))
    yield "a shape of minus one", raw(tensor(shape=[-1]), bytes(8))
    yield "offsets past the end", raw(tensor(data_offsets=[0, 800]), bytes(8))
    yield "offsets upside down", raw(tensor(data_offsets=[8, 0]), bytes(8))
    yield "an unknown type", raw(tensor(dtype="F7"), bytes(8))
    yield "an empty header", raw(b"{}")
    yield "metadata of numbers", raw(b'{"__metadata__":{"assetforge":1}}')
    yield "metadata that is a list", raw(b'{"__metadata__":[]}')


def networks(weights: Tensors, memory: Tensors) -> Iterator[tuple[str, bytes]]:
    """Settings out of all reason, and weights that do not fit them."""
    config = {"embedding": 6, "width": 10, "layers": 2, "context": 8, "slot": 3}
    for key in config:
        for value in (0, -1, 1024, 10**6, 10**30, 1.5, True, "6", None, [6], {}):
            yield f"{key} of {value!r}", file_of(weights, memory, config | {key: value})
    yield "all of 1024", file_of(weights, memory, dict.fromkeys(config, 1024))
    yield "a setting too many", file_of(weights, memory, config | {"more": 1})
    for what, value in {"a list": [], "a text": "x", "nothing": None, "a number": 7}.items():
        yield f"a config that is {what}", file_of(weights, memory, config=value or [])
        yield f"a card that is {what}", file_of(weights, memory, card=value)
        yield f"a model that is {what}", file_of(weights, memory, model=value)
        yield f"a fingerprint that is {what}", file_of(weights, memory, tensors=value)
        yield f"a format that is {what}", file_of(weights, memory, format=value)
    for key in CARD:
        yield f"a card without {key}", file_of(weights, memory, card={k: v for k, v in CARD.items() if k != key})
        yield f"a card whose {key} is a list", file_of(weights, memory, card=CARD | {key: [1]})
    yield "a card with an escape", file_of(weights, memory, card=CARD | {"name": "\x1b[31m\nassetforge: well"})
    yield "a card with half a letter", file_of(weights, memory, card=CARD | {"name": "\ud800"})
    yield "a deep card", file_of(weights, memory, card=CARD | {"curve": nested(400)})
    first = next(iter(weights))
    yield "a weight too few", file_of({k: v for k, v in weights.items() if k != first}, memory)
    yield "a weight too many", file_of(weights | {"more": torch.ones(2)}, memory)
    value = weights[first]
    wrong: dict[str, Callable[[], Tensor]] = {
        "another shape": lambda: torch.ones(*value.shape, 2),
        "no entries": lambda: torch.ones(0),
        "one number": lambda: torch.tensor(1.0),
        "nan": lambda: torch.full_like(value, float("nan")),
        "inf": lambda: torch.full_like(value, float("inf")),
        "3e38": lambda: torch.full_like(value, 3e38),
        "double": lambda: value.double(),
        "1e300": lambda: torch.full_like(value, 1e300, dtype=torch.float64),
        "half": lambda: value.half(),
        "brain floats": lambda: value.bfloat16(),
        "whole numbers": lambda: value.to(torch.int64),
        "bytes": lambda: value.to(torch.uint8),
        "truths": lambda: value > 0,
        "eighth floats": lambda: value.to(torch.float8_e4m3fn),
    }
    for what, make in wrong.items():
        yield f"a weight of {what}", file_of(weights | {first: make()}, memory)
    for what in ("nan", "3e38", "truths"):
        yield (
            f"all weights of {what}",
            file_of(
                {k: torch.full_like(v, float(what)) if what != "truths" else v > 0 for k, v in weights.items()}, memory
            ),
        )
    yield "a tensor of 60 MB", file_of(weights | {"more": torch.zeros(15_000_000)}, memory)


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def memories(weights: Tensors, memory: Tensors) -> Iterator[tuple[str, bytes]]:
    """What a model says that it learnt from, wrong."""

    def with_(**changed: Tensor) -> bytes:
        return file_of(weights, memory | changed)

    for key, value in memory.items():
        yield f"no {key}", file_of(weights, {k: v for k, v in memory.items() if k != key})
        yield f"{key} of nothing", with_(**{key: value[:0]})
        yield f"{key} of one number", with_(**{key: torch.tensor(1.0)})
        yield f"{key} of floats", with_(**{key: value.float()})
        yield f"{key} of brain floats", with_(**{key: value.bfloat16()})
        yield f"{key} of nan", with_(**{key: torch.full_like(value.float(), float("nan"))})
        yield f"{key} of inf", with_(**{key: torch.full_like(value.float(), float("inf"))})
        yield f"{key} in three dimensions", with_(**{key: value[None, None]})
    yield "sizes below zero", with_(sizes=torch.tensor([[-8, -8]] * 3 + [[16, 16]], dtype=torch.int16))
    yield "a size of zero", with_(sizes=torch.tensor([[0, 0], [8, 16], [8, 8], [16, 16]], dtype=torch.int16))
    yield "sizes of 2 ** 31", with_(sizes=torch.tensor([[2**31, 2**31]] * 4))
    yield "indices past the colors", with_(sprites=packed(bytes([200] * (3 * 64 + 256))))
    yield "a bomb of sprites", with_(sprites=packed(bytes(300 << 20)))
    yield "a bomb of folders", with_(folders=packed(b"[" + b"1," * (60 << 20)))
    yield "deep folders", with_(folders=packed(b"[" * 100_000))
    yield "folders that are a text", with_(folders=packed(b'"abcd"'))
    yield "folders that are tables", with_(folders=packed(b"[{}, [], 1, null]"))
    yield "folders of no UTF-8", with_(folders=packed(b'["\xff","","",""]'))
    yield "300 colors", with_(lab=torch.rand(300, 3))
    yield "one color", with_(lab=torch.zeros(2, 3))
    yield "colors of 1e30", with_(lab=torch.full((3, 3), 1e30))
    yield "distances of sizes below zero", with_(apart=torch.tensor([[-1.0, 8.0, 0.3]]))
