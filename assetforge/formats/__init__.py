"""Image, palette and sprite file formats: each file name.py reads, and where it can, writes.

This door is free of numpy and Pillow: finding files costs nothing, reading one loads its format.
"""

from __future__ import annotations

import glob
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ConfigError, InputError
from ..files import read_bytes

if TYPE_CHECKING:
    from ..sprite import Raster

__all__ = [
    "MAX_FRAMES",
    "MAX_PIXELS",
    "MAX_SIDE",
    "SUFFIXES",
    "Ration",
    "check_size",
    "content",
    "decode",
    "find",
    "natural",
    "read",
]

SUFFIXES = (".png", ".gif", ".aseprite", ".ase")
MASK = ".mask.png"

# A 4096 x 4096 sheet passes. All frames of an animation count together: with 4 bytes a pixel, a file
# decodes to at most 64 MiB, whatever its header promises.
MAX_SIDE = 8192
MAX_PIXELS = 4096 * 4096
MAX_FRAMES = 4096
# Of all images that one command holds at once.
MOST_PIXELS = 3 * MAX_PIXELS
READ_LIMIT = 64 << 20

FOREIGN = (
    (b"\xff\xd8\xff", "a JPEG"),
    (b"II*\0", "a TIFF"),
    (b"MM\0*", "a TIFF"),
    (b"%!PS", "PostScript"),
    (b"\xc5\xd0\xd3\xc6", "PostScript"),
    (b"%PDF", "a PDF"),
    (b"BM", "a BMP"),
    (b"8BPS", "a Photoshop file"),
    (b"RIFF", "a WebP or other RIFF file"),
    (b"ASEF", "an Adobe swatch palette"),
    (b"version https://git-lfs", "a Git LFS pointer; run `git lfs pull`"),
)


def read(path: Path, name: str | None = None) -> list[Raster]:
    """The frames of an image file, told by its content, not by its suffix.

    A still is called `name`. The frames of an animation are called ``name-0``, ``name-1``, … and
    tagged `name`; those under an Aseprite tag are ``name-TAG-0``, … and tagged ``name-TAG``.

    Arguments:
        path: A ``.png``, ``.gif``, ``.aseprite`` or ``.ase`` file.
        name: What to call it; by default the file's name without suffix.

    Raises:
        InputError: If it cannot be read, is no such image, is damaged, or is larger than
            8192 pixels a side, 4096 x 4096 pixels in all or 4096 frames.
    """
    data = content(path)
    try:
        return decode(data, path.stem if name is None else name)
    except InputError as error:
        raise error.within(path) from error.__cause__


class Ration:
    """What may still be read by a command that holds all its images at once: small files can promise gigabytes."""

    def __init__(self) -> None:
        self.left = MOST_PIXELS

    def take(self, rasters: list[Raster], path: Path) -> list[Raster]:
        """The rasters of one more file.

        Raises:
            InputError: If that is too much.
        """
        self.count(sum(width * height for width, height in (raster.size for raster in rasters)), path)
        return rasters

    def count(self, pixels: int, path: Path) -> None:
        """As `take`, of pixels that are held in another form."""
        self.left -= pixels
        if self.left < 0:
            fault = f"and the images before it hold more than {MOST_PIXELS} pixels together; give fewer at once."
            raise InputError(fault, str(path))


def content(path: Path) -> bytes:
    """The bytes of an image file, not looked at yet.

    Raises:
        InputError: If it cannot be read, is too large, or its suffix is no image's.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"assetforge reads {', '.join(SUFFIXES)}; export it as one of these.", str(path))
    return read_bytes(path, READ_LIMIT)


def decode(data: bytes, name: str) -> list[Raster]:
    """The frames in the bytes of an image file; see `read`.

    Raises:
        InputError: As `read`.
    """
    frames: list[Raster] = import_module(f"{__name__}.{sniff(data)}").read(data, name)
    return frames


def sniff(data: bytes) -> str:
    """The module of this package that reads `data`, told by its first bytes.

    Raises:
        InputError: If none does.
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "gif"
    if data[4:6] == b"\xe0\xa5":
        return "aseprite"
    if not data:
        raise InputError("is empty (0 bytes); export it again.")
    kind = next((kind for magic, kind in FOREIGN if data.startswith(magic)), "something else")
    raise InputError(f"holds no PNG, GIF or Aseprite image; it is {kind}.")


def check_size(width: int, height: int, frames: int = 1) -> None:
    """Refuse, by its header alone, an image too large to decode.

    Raises:
        InputError: If a side is 0 or a limit of this module is passed.
    """
    if width < 1 or height < 1:
        raise InputError(f"is {width} x {height} pixels; an image has at least one.")
    if max(width, height) > MAX_SIDE:
        raise InputError(f"is {width} x {height} pixels, at most {MAX_SIDE} a side are read; split it.")
    if frames > MAX_FRAMES:
        raise InputError(f"has {frames} frames, at most {MAX_FRAMES} are read; split it.")
    if width * height * frames > MAX_PIXELS:
        times = f"{frames} frames of " if frames > 1 else ""
        raise InputError(f"is {times}{width} x {height} pixels, at most {MAX_PIXELS} pixels are read; split it.")


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key under which ``walk-2`` stands before ``walk-10``, as animators number their files."""
    parts = re.findall(r"[0-9]+|[^0-9]+", text)
    return (*((0, int(part), part) if part[0] in "0123456789" else (1, 0, part) for part in parts), (-1, 0, text))


def find(inputs: Sequence[str]) -> list[tuple[Path, str]]:
    """The image files that the command line names, each with the name of its sprite.

    Arguments keep their order; what one folder or glob holds is in natural order, so nothing
    depends on the order of files on disk. Masks (``*.mask.png``) and hidden files are left out. A
    name is the path below the folder or the fixed part of the glob, with ``/`` and without suffix;
    for a file, its stem, or its path as given where two files share a stem.

    Raises:
        ConfigError: If an input is missing or matches no image.
    """
    found: dict[str, tuple[Path, str, str]] = {}
    for text in inputs:
        matches = [(path, root) for path, root in _matches(text) if not path.name.lower().endswith(MASK)]
        if not matches and not text.lower().endswith(MASK):
            raise ConfigError(f'"{text}" matches no image; assetforge reads {", ".join(SUFFIXES)}.')
        for path, root in matches:
            name, given = _name(path, root), _name(path, Path())
            found.setdefault(os.path.abspath(path), (path, name, given))
    if not found:
        raise ConfigError(f"{len(inputs)} inputs hold no image besides masks (*{MASK}).")
    seen = Counter(name for _, name, _ in found.values())
    return [(path, name if seen[name] == 1 else given) for path, name, given in found.values()]


def _name(path: Path, root: Path) -> str:
    below = path.with_suffix("")
    parts = (below.relative_to(root) if below.is_relative_to(root) else below).parts
    name = "/".join(part for part in parts if part not in ("..", path.anchor))
    return name.encode("utf-8", "replace").decode()


def _matches(text: str) -> Iterator[tuple[Path, Path]]:
    path = Path(text)
    if path.is_dir():
        files = (Path(folder, file) for folder, _, names in _walk(path) for file in names)
        root = path
    elif os.path.lexists(path):
        if path.suffix.lower() not in SUFFIXES:
            raise ConfigError(f'"{text}": assetforge reads {", ".join(SUFFIXES)}; export it as one of these.')
        yield path, path.parent
        return
    elif glob.has_magic(text) or "{" in text:
        fixed = re.split(r"[*?\[{]", text, maxsplit=1)[0]
        root = Path(fixed[: fixed.rfind("/") + 1])
        patterns = _braces(text)
        files = (Path(match) for pattern in patterns for match in glob.iglob(pattern, recursive=True))
    else:
        raise ConfigError(f'"{text}": no such file or folder.')
    images = {file for file in files if file.suffix.lower() in SUFFIXES and not file.is_dir()}
    for file in sorted(images, key=lambda file: natural(file.as_posix())):
        yield file, root


def _walk(root: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield folder, folders, [name for name in names if not name.startswith(".")]


def _braces(pattern: str) -> list[str]:
    # Shells expand these, configuration files and Windows do not.
    match = re.search(r"\{([^{}]*)\}", pattern)
    if match is None:
        return [pattern]
    head, tail = pattern[: match.start()], pattern[match.end() :]
    return [whole for choice in match[1].split(",") for whole in _braces(head + choice + tail)]
