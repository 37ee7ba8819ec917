"""A build among bad input: one or two lines say what is wrong, the rest is built, nothing of the user's is lost."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from projects import draw, project, tree

from assetforge.models.prior import base_path

ROOT = Path(__file__).parent.parent
CONFIG = """
[project]
source = "art"
output = "out"
palette = "pico-8"

[[sheet]]
name = "good"
kind = "quantize"
from = "good/*.png"

[[sheet]]
name = "other"
kind = "quantize"
from = "other/*"
"""

# Runs the command in a process of its own and tells the most memory that it took.
MEASURED = """
import resource, subprocess, sys
code = subprocess.run([sys.executable, "-m", "assetforge", *sys.argv[1:]]).returncode
print("KILOBYTES", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""


def build(root: Path) -> tuple[int, list[str], int]:
    """Exit code, lines on stderr, and the most memory in MiB."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, "build", "--quiet"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    *lines, memory = done.stderr.splitlines()
    return done.returncode, lines, int(memory.split()[1]) // 1024


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def huge() -> bytes:
    """A PNG that says it is 30,000 x 30,000."""
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")


PLAIN = Image.fromarray(np.full((8, 8, 4), (200, 30, 30, 255), np.uint8))
REFUSED: dict[str, Callable[[Path], object]] = {
    "not an image": lambda path: path.write_bytes(b"hello"),
    "a truncated PNG": lambda path: path.write_bytes(saved(PLAIN)[:-30]),
    "0 bytes": lambda path: path.write_bytes(b""),
    "a 30,000 x 30,000 header": lambda path: path.write_bytes(huge()),
    "EPS": lambda path: path.write_bytes(saved(PLAIN.convert("RGB"), "EPS")),
    "TIFF": lambda path: path.write_bytes(saved(PLAIN, "TIFF")),
    "a FIFO": lambda path: os.mkfifo(path),
}
ACCEPTED: dict[str, bytes] = {
    "an animated GIF": saved(
        PLAIN.convert("P"), "GIF", save_all=True, append_images=[Image.new("P", (8, 8), 3)], duration=80
    ),
    "16-bit gray": saved(Image.fromarray(np.arange(64, dtype=np.uint16).reshape(8, 8) * 1000)),
    "gray": saved(Image.new("L", (8, 8), 99)),
    "partial alpha": saved(
        Image.fromarray(np.dstack([np.full((8, 8, 3), 90, np.uint8), np.arange(64, dtype=np.uint8).reshape(8, 8) * 4]))
    ),
    "fully transparent": saved(Image.new("RGBA", (8, 8))),
    "more colors than the palette": saved(
        Image.fromarray(np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8))
    ),
}


@pytest.fixture
def game(tmp_path: Path) -> Path:
    return project(tmp_path / "game", CONFIG, ["good/axe.png", "other/bow.png"])


def check(game: Path, code: int, *words: str) -> None:
    """The build fails with `code` in at most two lines that hold `words`; the good sheet is there."""
    art = tree(game, "art/good")
    exit_code, lines, memory = build(game)
    assert exit_code == code, lines
    assert 1 <= len(lines) <= 2 and all(word in " ".join(lines) for word in words), lines
    assert "Traceback" not in " ".join(lines)
    assert (game / "out" / "good.png").is_file()
    assert memory < 512
    assert tree(game, "art/good") == art


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_used_fails_its_sheet_alone(name: str, game: Path) -> None:
    """Exit 1, the trail from the config to the file, the other sheet built, little memory."""
    REFUSED[name](game / "art" / "other" / "x.png")
    check(game, 1, 'assetforge.toml:12 [[sheet]] "other" -> art/other/x.png: ')
    assert not (game / "out" / "other.png").exists()


def test_a_directory_called_png_is_walked_past(game: Path) -> None:
    """A folder may be called x.png: there is just no sprite of that name."""
    (game / "art" / "other" / "x.png").mkdir()
    assert build(game)[0] == 0


@pytest.mark.parametrize("name", ACCEPTED)
def test_odd_images_work(name: str, game: Path) -> None:
    """They come out in the palette with alpha 0 or 255."""
    (game / "art" / "other" / ("x.gif" if "GIF" in name else "x.png")).write_bytes(ACCEPTED[name])
    exit_code, lines, memory = build(game)
    assert (exit_code, lines) == (0, [])
    assert memory < 512
    facts = json.loads((game / "out" / "other.json").read_text())
    assert len(facts["frames"]) == (3 if "GIF" in name else 2)
    rgba = np.array(Image.open(game / "out" / "other.png").convert("RGBA"))
    assert set(np.unique(rgba[..., 3])) <= {0, 255}


CONFIGS = {
    "an unknown palette": ('from = "other/*"', 'from = "other/*"\npalette = "pico8"', 'did you mean "pico-8"?'),
    "a palette of 1 color": ('from = "other/*"', 'from = "other/*"\npalette = "one.hex"', "holds 1"),
    "a palette of 300 colors": ('from = "other/*"', 'from = "other/*"\npalette = "many.hex"', "300"),
    "a wrong type": ('from = "other/*"', "from = 3", "from = 3"),
    "an unknown key": ('from = "other/*"', 'from = "other/*"\npallete = "x"', 'did you mean "palette"?'),
    "a source that leaves the project": ('from = "other/*"', 'from = "../../*"', "leaves"),
    "a missing model": (
        'kind = "quantize"\nfrom = "other/*"',
        'kind = "generate"\ncount = 1\nmodel = "m.safetensors"',
        "m.safetensors",
    ),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_wrong_config_fails_its_sheet_alone(name: str, game: Path) -> None:
    """Exit 1 or 2, the line, the key and the mend; the other sheet is built."""
    (game / "one.hex").write_text("ff0000\n")
    (game / "many.hex").write_text("".join(f"{n:06x}\n" for n in range(300)))
    old, new, says = CONFIGS[name]
    path = game / "assetforge.toml"
    path.write_text(path.read_text().replace(old, new))
    exit_code, lines, _ = build(game)
    assert exit_code in (1, 2), lines
    assert 1 <= len(lines) <= 2 and says in " ".join(lines) and "assetforge.toml:" in lines[0], lines
    assert (game / "out" / "good.png").is_file()


@pytest.mark.parametrize("fault", ["two of one name", "a deep nest", "a source outside"])
def test_a_wrong_file_builds_nothing_and_says_why(fault: str, game: Path) -> None:
    """Exit 2, in a line or two; what was built before is still there."""
    assert build(game)[0] == 0
    before = tree(game, "out")
    path = game / "assetforge.toml"
    text = path.read_text()
    if fault == "two of one name":
        text = text.replace('name = "other"', 'name = "good"')
    elif fault == "a deep nest":
        text += "deep = " + "[" * 5000 + "]" * 5000
    else:
        text = text.replace('source = "art"', 'source = "../art"')
    path.write_text(text)
    exit_code, lines, _ = build(game)
    assert exit_code == 2
    assert 1 <= len(lines) <= 2 and "assetforge.toml" in lines[0], lines
    assert tree(game, "out") == before


@pytest.mark.parametrize("fault", ["cut", "altered", "not ours"])
def test_a_bad_checkpoint_fails_its_sheet_alone(fault: str, game: Path) -> None:
    """Exit 1 and a line that names the checkpoint."""
    data = bytearray(base_path().read_bytes())
    if fault == "cut":
        data = data[:-1000]
    elif fault == "altered":
        data[-1000] ^= 1
    else:
        data = bytearray(saved(PLAIN))
    (game / "m.safetensors").write_bytes(bytes(data))
    path = game / "assetforge.toml"
    drawn = 'kind = "generate"\ncount = 1\nsize = [8, 8]\nmodel = "m.safetensors"'
    path.write_text(path.read_text().replace('kind = "quantize"\nfrom = "other/*"', drawn))
    exit_code, lines, _ = build(game)
    assert exit_code == 1
    assert 1 <= len(lines) <= 2 and "m.safetensors" in lines[0], lines
    assert (game / "out" / "good.png").is_file()


def test_an_output_folder_that_cannot_be_made(game: Path) -> None:
    """A file stands where the folder should be: exit 1 or 2 in a line, and the file stays."""
    (game / "out").write_text("mine")
    draw(game / "art" / "good" / "new.png", 7)
    exit_code, lines, _ = build(game)
    assert exit_code in (1, 2) and 1 <= len(lines) <= 2, lines
    assert (game / "out").read_text() == "mine"
