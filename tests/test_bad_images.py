"""Whatever lies in a folder of art, reading it gives rasters or one clear error, in little memory."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from ase_writer import ase, cel, layer, palette, tilemap, tileset
from hostile_images import ZEROS, apng_of, gif_of, header, stream
from PIL import Image

from assetforge.errors import InputError
from assetforge.formats import png, read
from assetforge.palette import Palette
from assetforge.sprite import Sprite

MEMORY = 512 << 20


def picture(kind: str, size: tuple[int, int] = (4, 4)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, (9, 9, 9)).save(buffer, kind)
    return buffer.getvalue()


GOOD = png.write(Sprite(np.arange(16, dtype=np.uint8).reshape(4, 4) % 4, Palette(((1, 2, 3), (4, 5, 6), (7, 8, 9)))))


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
import sys
from pathlib import Path
from assetforge.errors import InputError
from assetforge.formats import read
for name in sys.argv[1:]:
    try:
        frames = read(Path(name))
        print(len(frames), frames[0].size)
    except InputError as error:
        print(error)
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(status["VmHWM"].split()[0])
"""
"""The peak is the new process's own: ``ru_maxrss`` would be at least what the tests' own process took before."""


@pytest.mark.slow
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
