"""Files with changed bytes: whatever is read is legal, whatever is not is refused in a line; never anything else.

A failure names the file and the number it was made by; `mutated` makes it again.
"""

from __future__ import annotations

import json
import random
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hostile_configs import sound_palettes
from hostile_images import sound
from hostile_states import VALUES, places, replaced

from assetforge.errors import AssetforgeError
from assetforge.formats import decode, palettes, png
from assetforge.palette import Palette
from assetforge.sprite import Raster, Sprite

QUICK = 25
EVERY = {"sprites": 500, "palettes": 400, "checkpoints": 550}
"""Mutations of each file in the slow test: 12 sprites, 6 palettes and 3 ways to spoil a checkpoint make 10,050."""

BYTES = (0, 1, 0x7F, 0x80, 0xFF)


def mutated(data: bytes, name: str, number: int) -> bytes:
    """The file, spoilt: the same for the same name and number.

    Every other time one part of it is, and all around it put right: else hardly a change would come past the
    checksums of a PNG, or the JSON of a checkpoint's header.
    """
    rng = random.Random(f"{name} {number}")
    if number % 2 and data.startswith(png.MAGIC):
        chunks = list(chunks_of(data))
        at = rng.randrange(len(chunks) - 1)
        tag, body = chunks[at]
        if tag == b"IDAT":
            chunks[at] = tag, zlib.compress(spoilt(zlib.decompress(body), rng))
        else:
            # An animation's frames follow their number with a stream of their own.
            start = 4 * (tag == b"fdAT")
            inner = zlib.decompress(body[start:]) if start else body
            inner = spoilt(inner, rng) if inner else rng.randbytes(4)
            chunks[at] = tag, body[:start] + (zlib.compress(inner) if start else inner)
        return png._join(chunks)
    if number % 2 and data.startswith(b"{"):
        header = json.loads(data)
        inner = json.loads(header["__metadata__"]["assetforge"])
        of = rng.choice((header, inner, inner))
        changed = replaced(of, rng.choice(list(places(of))), rng.choice(VALUES))
        if of is inner:
            header["__metadata__"]["assetforge"] = json.dumps(changed)
        return json.dumps(header if of is inner else changed).encode()
    return spoilt(data, rng)


def spoilt(data: bytes, rng: random.Random) -> bytes:
    """A few bytes changed, cut out, doubled or overwritten."""
    broken = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        # Half of all changes meet the first bytes, where the headers are.
        at = rng.randrange(min(len(broken), rng.choice((48, 1 << 30))))
        choice = rng.random()
        if choice < 0.6:
            broken[at] = rng.choice((*BYTES, rng.randrange(256), broken[at] ^ 1 << rng.randrange(8)))
        elif choice < 0.7:
            broken[at : at + 4] = rng.choice((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff", rng.randbytes(4)))
        elif choice < 0.8 and len(broken) > 20:
            del broken[at : at + rng.randint(1, 9)]
        elif choice < 0.9:
            broken[at:at] = broken[at : at + rng.randint(1, 99)]
        elif len(broken) > 20:
            del broken[rng.randrange(10, len(broken)) :]
    return bytes(broken)


def chunks_of(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a sound PNG."""
    at = len(png.MAGIC)
    while at < len(data):
        length, tag = struct.unpack_from(">I4s", data, at)
        yield tag, data[at + 8 : at + 8 + length]
        at += 12 + length


def check(read: Callable[[bytes], object], data: bytes, name: str, numbers: range) -> int:
    """Read every mutation; how many were read."""
    count = 0
    for number in numbers:
        changed = mutated(data, name, number)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                read(changed)
            except AssetforgeError as error:
                told = str(error)
                assert told.isprintable() and len(told) < 2500, f"{name} {number}: {told}"
            except BaseException as error:
                error.add_note(f"{name} {number}")
                raise
            else:
                count += 1
    return count


def read_sprite(data: bytes) -> None:
    """Read an image in both ways there are, and look whether what comes is legal."""
    rasters = decode(data, "x")
    assert rasters
    for raster in rasters:
        assert isinstance(raster, Raster) and raster.rgba.size and 0 < raster.duration <= 65535
        assert raster.rgba.dtype == np.uint8 and raster.rgba.shape[2] == 4 and raster.name.startswith("x")
    if data.startswith(png.MAGIC):
        sprite = png.read_sprite(data, "x")
        assert sprite is None or (isinstance(sprite, Sprite) and sprite.indices.max() <= len(sprite.palette))


def read_palette(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    assert isinstance(palettes.read(path, []), Palette)


def check_sprites(name: str, count: int) -> None:
    check(read_sprite, sound()[name], name, range(count))


def check_palettes(folder: Path, name: str, count: int) -> None:
    check(partial(read_palette, folder / name), sound_palettes()[name], name, range(count))


def check_checkpoints(folder: Path, way: str, count: int) -> None:
    """Bytes anywhere; bytes of the header, with its length put right; weights and memory, with the fingerprint put
    right, so that the network is built of them."""
    from hostile_models import file_of, parts, raw
    from hostile_models import sound as sound_checkpoint

    from assetforge.models.prior import Prior

    whole = sound_checkpoint()
    length = int.from_bytes(whole[:8], "little")
    header, body = whole[8 : 8 + length], whole[8 + length :]
    weights, memory = parts()
    path = folder / "m.safetensors"

    def load(data: bytes) -> None:
        path.write_bytes(data)
        prior = Prior.load(path)
        assert all(sprite.max() < len(prior.memory.lab) for sprite in prior.memory.sprites)
        assert isinstance(prior.corpus_palette, Palette) and json.dumps(prior.card)

    def of_tensors(data: bytes) -> None:
        # The mutated bytes are dealt out to the tensors again; what is short is filled with zeros.
        import torch

        dealt: list[dict[str, torch.Tensor]] = [{}, {}]
        at = 0
        for into, tensors in zip(dealt, (memory, weights), strict=True):
            for key, value in tensors.items():
                part = data[at : at + value.nbytes].ljust(value.nbytes, b"\0")
                into[key] = torch.frombuffer(bytearray(part), dtype=value.dtype).reshape(value.shape)
                at += value.nbytes
        load(file_of(dealt[1], dealt[0]))

    if way == "anywhere":
        check(load, whole, way, range(count))
    elif way == "header":
        check(lambda data: load(raw(data, body)), header, way, range(count))
    else:
        values = [*memory.values(), *weights.values()]
        joined = b"".join(value.contiguous().numpy().tobytes() for value in values)
        check(of_tensors, joined, way, range(count))


WAYS = ("anywhere", "header", "tensors")


@pytest.mark.parametrize("name", sound())
def test_mutated_sprites_are_legal_or_refused(name: str) -> None:
    """A few of each kind of image."""
    check_sprites(name, QUICK)


@pytest.mark.parametrize("name", sound_palettes())
def test_mutated_palettes_are_legal_or_refused(tmp_path: Path, name: str) -> None:
    """A few of each format."""
    check_palettes(tmp_path, name, QUICK)


@pytest.mark.parametrize("way", WAYS)
def test_mutated_checkpoints_are_legal_or_refused(tmp_path: Path, way: str) -> None:
    """A few of each way to spoil one."""
    check_checkpoints(tmp_path, way, QUICK // 5)


def test_what_is_mutated_is_sound() -> None:
    """Each file is read before it is spoilt: else nothing behind the first look would be tried."""
    for data in sound().values():
        read_sprite(data)


@pytest.mark.slow
def test_ten_thousand_mutations_are_legal_or_refused(tmp_path: Path) -> None:
    """10,050 damaged sprites, palettes and checkpoints."""
    for name in sound():
        check_sprites(name, EVERY["sprites"])
    for name in sound_palettes():
        check_palettes(tmp_path, name, EVERY["palettes"])
    for way in WAYS:
        check_checkpoints(tmp_path, way, EVERY["checkpoints"])
    total = len(sound()) * EVERY["sprites"] + len(sound_palettes()) * EVERY["palettes"]
    assert total + len(WAYS) * EVERY["checkpoints"] >= 10_000
