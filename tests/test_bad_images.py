"""Whatever lies in a folder of art, reading it gives rasters or one clear error, in little memory."""

from __future__ import annotations

import io
import os
import random
import struct
import subprocess
import sys
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from ase_writer import ase, cel, layer, link, palette, tags, tilemap, tileset
from PIL import Image

from assetforge.errors import InputError
from assetforge.formats import png, read
from assetforge.palette import Palette
from assetforge.sprite import Sprite

MEMORY = 512 << 20


def header(width: int, height: int, depth: int = 8, kind: int = 6, interlaced: int = 0) -> tuple[bytes, bytes]:
    return b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced)


def picture(kind: str, size: tuple[int, int] = (4, 4)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, (9, 9, 9)).save(buffer, kind)
    return buffer.getvalue()


GOOD = png.write(Sprite(np.arange(16, dtype=np.uint8).reshape(4, 4) % 4, Palette(((1, 2, 3), (4, 5, 6), (7, 8, 9)))))
ZEROS = zlib.compress(bytes(1 << 20), 9)


def stream(megabytes: int) -> bytes:
    """A zlib stream far smaller than the zeros it holds."""
    deflate = zlib.compressobj(1)
    return b"".join(deflate.compress(bytes(1 << 20)) for _ in range(megabytes)) + deflate.flush()


def gif_of(frames: int, width: int, height: int) -> bytes:
    block = struct.pack("<BHHHHBB", 0x2C, 0, 0, width, height, 0, 2) + b"\x02\x4c\x01\x00"
    return struct.pack("<6sHHBBB", b"GIF89a", width, height, 0x80, 0, 0) + bytes(6) + block * frames + b";"


BAD = {
    "no image": (b"hello, I am a text", "is something else"),
    "empty": (b"", "is empty"),
    "a cut signature": (GOOD[:5], "is something else"),
    "a cut header": (GOOD[:20], "is cut after 20 bytes"),
    "cut pixels": (GOOD[:-20], "is cut"),
    "no end": (GOOD[:-12], "is cut"),
    "TIFF": (picture("TIFF"), "it is a TIFF"),
    "EPS": (picture("EPS"), "it is PostScript"),
    "JPEG": (picture("JPEG"), "it is a JPEG"),
    "swatches": (b"ASEF\0\1\0\0", "swatch palette"),
    "30,000 pixels a side": (png._join([header(30000, 30000), (b"IDAT", ZEROS), (b"IEND", b"")]), "30000 x 30000"),
    "8192 pixels a side": (png._join([header(8192, 8192), (b"IDAT", ZEROS), (b"IEND", b"")]), "16777216 pixels"),
    "0 pixels": (png._join([header(0, 4), (b"IDAT", ZEROS), (b"IEND", b"")]), "0 x 4"),
    "too few rows": (png._join([header(4, 4), (b"IDAT", zlib.compress(bytes(17))), (b"IEND", b"")]), "17 of 68 bytes"),
    "no pixels": (png._join([header(4, 4), (b"IEND", b"")]), "0 of 68 bytes"),
    "no header": (png._join([(b"IDAT", ZEROS), (b"IEND", b"")]), "IHDR"),
    "no palette": (png._join([header(4, 4, 8, 3), (b"IDAT", ZEROS), (b"IEND", b"")]), "no PLTE"),
    "bits that no PNG has": (png._join([header(4, 4, 3, 2), (b"IDAT", ZEROS), (b"IEND", b"")]), "at 3 bits"),
    "a wrong checksum": (GOOD.replace(b"PLTE\0\0\0", b"PLTE\0\0\1"), "checksum"),
    "an unknown filter": (
        png._join([header(4, 4), (b"IDAT", zlib.compress(b"\x09" + bytes(67))), (b"IEND", b"")]),
        "is damaged",
    ),
    "GIF, cut": (gif_of(1, 4, 4)[:-5], "is cut"),
    "GIF, nothing in it": (struct.pack("<6sHHBBB", b"GIF89a", 4, 4, 0, 0, 0) + b";", "no picture"),
    "GIF, 30,000 a side": (gif_of(1, 30000, 30000), "30000 x 30000"),
    "GIF, 5,000 frames": (gif_of(5000, 1, 1), "4097 frames"),
    "GIF, frames too many for their size": (gif_of(1000, 500, 500), "frames of 500 x 500"),
    "GIF, garbage": (gif_of(1, 4, 4)[:-1] + b"\x77" * 9, "0x77"),
    "Aseprite, cut header": (ase((4, 4), 32, [[]])[:40], "is cut"),
    "Aseprite, 30,000 a side": (ase((30000, 30000), 32, [[]]), "30000 x 30000"),
    "Aseprite, no frames": (ase((4, 4), 32, []), "no frames"),
    "Aseprite, 24 bits": (ase((4, 4), 24, [[]]), "24 bits"),
    "Aseprite, too many layers": (ase((4, 4), 32, [[layer("a")] * 1025]), "1024 layers"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused_in_a_line(tmp_path: Path, name: str) -> None:
    """Each fault gives one InputError of at most two lines that begins with the file."""
    data, message = BAD[name]
    path = tmp_path / "x.png"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read(path)
    text = str(caught.value)
    assert text.startswith(f"{path}: ")
    assert message in text
    assert len(text.removeprefix(f"{path}")) < 240
    assert "\n" not in text


def test_directories_and_missing_files_are_refused(tmp_path: Path) -> None:
    """A directory named like an image, and no file at all, are refused by name."""
    (tmp_path / "x.png").mkdir()
    for name in ("x.png", "y.png"):
        with pytest.raises(InputError, match=name):
            read(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs here")
def test_a_fifo_is_refused_without_waiting(tmp_path: Path) -> None:
    """A FIFO named like an image is refused at once, though nobody writes to it."""
    os.mkfifo(tmp_path / "x.png")
    with pytest.raises(InputError, match="regular file"):
        read(tmp_path / "x.png")


def test_wholly_transparent_images_are_read() -> None:
    """Nothing drawn is no fault."""
    assert not png.read(png.write_rgba(np.zeros((3, 3, 4), np.uint8)), "x")[0].rgba.any()


def apng_of(frames: int, width: int, height: int) -> bytes:
    control = [
        chunk
        for index in range(frames)
        for chunk in ((b"fcTL", struct.pack(">IIIIIHHBB", index, width, height, 0, 0, 1, 10, 0, 0)), (b"IDAT", ZEROS))
    ]
    return png._join([header(width, height), (b"acTL", struct.pack(">II", frames, 0)), *control, (b"IEND", b"")])


def hungry() -> dict[str, bytes]:
    """Files that promise, or hold, far more than they are."""
    text = stream(400)
    cut = struct.pack("<HH", 4096, 4096)
    big = cel(np.zeros((1, 1, 4), np.uint8)).replace(struct.pack("<HH", 1, 1), cut)
    tile = np.zeros((1024, 128, 128), np.uint8)
    tile[1:] = 1
    drawing = np.tile(np.random.default_rng(0).integers(0, 4, (64, 64), np.uint8), (64, 64))
    return {
        "30,000 a side": BAD["30,000 pixels a side"][0],
        "text bombs": png._join(
            [
                header(1, 1),
                (b"zTXt", b"a\0\0" + text),
                (b"iTXt", b"a\0\1\0\0\0" + text),
                (b"iCCP", b"a\0\0" + text),
                (b"IDAT", zlib.compress(bytes(5))),
                (b"IEND", b""),
            ]
        ),
        "pixels that never end": png._join([header(4, 4), (b"IDAT", text), (b"IEND", b"")]),
        "a large animated PNG": apng_of(1000, 4000, 4000),
        "4096 x 4096, 16 bits": png._join([header(4096, 4096, 16), (b"IDAT", stream(129)), (b"IEND", b"")]),
        "4096 x 4096, indexed": png.write(Sprite(drawing, Palette(((1, 2, 3), (4, 5, 6), (7, 8, 9))))),
        "a GIF that promises much": gif_of(4000, 4096, 4096),
        "Aseprite, large lies": ase((4096, 4096), 32, [[layer("a"), layer("b"), big, big]]),
        "Aseprite, 4096 x 4096": ase(
            (4096, 4096),
            8,
            [
                [
                    palette([(1, 1, 1, 255)] * 4),
                    *(layer("a"), layer("b", blend=1), layer("m", kind=2)),
                    *(cel(drawing), cel(drawing, layer=1), tileset(tile)),
                    tilemap(np.full((32, 32), 1 | 0x20000000, np.uint32), layer=2),
                ]
            ],
        ),
    }


READ = """
import resource, sys
from pathlib import Path
from assetforge.errors import InputError
from assetforge.formats import read
for name in sys.argv[1:]:
    try:
        frames = read(Path(name))
        print(len(frames), frames[0].size)
    except InputError as error:
        print(error)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="measures memory as Linux tells it")
def test_hungry_files_take_little_memory(tmp_path: Path) -> None:
    """The whole process stays under 512 MiB, whatever a small file promises; what is sane is read."""
    import resource  # not on Windows

    for name, data in hungry().items():
        path = tmp_path / f"{name}.png"
        path.write_bytes(data)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
        done = subprocess.run(
            [sys.executable, "-c", READ, str(path)],
            env=environment,
            capture_output=True,
            text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30)),
        )
        assert done.returncode == 0, done.stderr
        told, peak = done.stdout.strip().split("\n")
        assert int(peak) << 10 < MEMORY, f"{name}: {int(peak) >> 10} MiB"
        refused = any(word in name for word in ("30,000", "animated", "promises", "lies"))
        assert told.startswith(str(path) if refused else "1 ("), f"{name}: {told}"


def seeds() -> list[bytes]:
    """Small files with as many features as there are."""
    rng = np.random.default_rng(0)
    rgba = rng.integers(0, 256, (6, 5, 4), np.uint8)
    frames = [Image.fromarray(rng.integers(0, 256, (6, 5, 4), np.uint8)) for _ in range(3)]
    data = [GOOD, png.write_rgba(rgba)]
    for kind in ("PNG", "GIF"):
        buffer = io.BytesIO()
        frames[0].save(buffer, kind, save_all=True, append_images=frames[1:], duration=50)
        data.append(buffer.getvalue())
    for depth, pixels in ((8, rgba[..., 0] % 4), (16, rgba[..., :2]), (32, rgba)):
        tiles = np.stack([np.zeros_like(pixels), pixels])
        chunks = [palette([(9, 9, 9, 255)] * 4), layer("a"), layer("g", kind=1), layer("m", kind=2, level=1)]
        chunks += [tags(("t", 0, 1)), tileset(tiles), cel(pixels), tilemap(np.ones((2, 2), np.uint32), layer=2)]
        data.append(ase((7, 7), depth, [chunks, [link(0)]], flags=3))
    return data


def mutated(data: bytes, rng: random.Random) -> bytes:
    """A few bytes changed, a piece cut out or doubled; the checksums of a PNG are mended half the time."""
    broken = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(6, len(broken))
        choice = rng.random()
        if choice < 0.7:
            broken[at] = rng.choice([0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)])
        elif choice < 0.85:
            del broken[at : at + rng.randint(1, 9)]
        else:
            broken[at:at] = broken[at : at + rng.randint(1, 9)]
    if broken.startswith(png.MAGIC) and rng.random() < 0.5:
        mended, at = bytearray(png.MAGIC), 8
        while at + 12 <= len(broken):
            length, tag = struct.unpack_from(">I4s", broken, at)
            body = bytes(broken[at + 8 : at + 8 + length])
            mended += png._join([(tag, body)])[8:]
            at += 12 + length
        return bytes(mended)
    return bytes(broken)


@pytest.mark.parametrize("seed", range(len(seeds())))
def test_mutated_files_are_read_or_refused(tmp_path: Path, seed: int) -> None:
    """Of hundreds of damaged files each gives rasters or an InputError, and nothing else, not even a warning."""
    rng = random.Random(seed)
    data = seeds()[seed]
    path = tmp_path / "x.png"
    for _ in range(300):
        path.write_bytes(mutated(data, rng))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                rasters = read(path)
            except InputError as error:
                assert "\n" not in str(error)
            else:
                assert all(raster.rgba.size for raster in rasters)
