"""Where a command's sprites go: a sheet if OUT ends in .png, frames if in .aseprite or .gif, else a folder of PNGs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from .errors import ConfigError, InputError, OutputError
from .files import read_bytes, write_atomic

if TYPE_CHECKING:
    from .sheet import Sheet
    from .sprite import Sprite

__all__ = ["SHEETS", "check_out", "write_folder", "write_pages", "write_sheet", "write_sprites"]

OTHER_IMAGES = (".jpg", ".jpeg", ".webp", ".bmp", ".tga", ".tif", ".tiff", ".ase", ".json")
SHEETS = (".png", ".aseprite", ".gif")
"""What one file of all sprites ends in."""


def check_out(out: Path) -> None:
    """Refuse, before any work is done, an OUT that cannot be written.

    Raises:
        ConfigError: If it ends like an image that assetforge does not write.
        OutputError: If a sheet would replace a folder, or a folder a file.
    """
    if out.suffix.lower() in OTHER_IMAGES:
        mend = "end it in .png for a sheet, in .aseprite to draw on it, in .gif to show it, or name a folder."
        raise ConfigError(f'"{out}": {mend}')
    if out.suffix.lower() in SHEETS and out.is_dir():
        raise OutputError("is a folder; a sheet needs another name.", str(out))
    if out.suffix.lower() not in SHEETS and out.exists() and not out.is_dir():
        raise OutputError("is a file; name a folder, or end it in .png for a sheet.", str(out))


def write_sprites(
    sprites: Sequence[Sprite],
    out: Path,
    *,
    provenance: Mapping[str, Any],
    exports: Sequence[str] = ("json",),
    inputs: Iterable[Path] = (),
) -> list[Path]:
    """Write one file of all sprites if `out` ends like one, else a folder with one PNG for each.

    Everything is made before the first file is written.

    Arguments:
        sprites: Of one palette, each with its own name.
        out: The sheet's PNG, which gets its exports beside it; an Aseprite file or a GIF; or a folder.
        provenance: Where they came from, for the sheet's JSON.
        exports: Names of exports, for a sheet.
        inputs: Files that were read, and so must not be replaced.

    Returns:
        The files written, the sheet's PNG first.

    Raises:
        ConfigError, OutputError: If `out` cannot be written, or would replace an input or a foreign file.
        InputError: If the sprites do not go into one sheet or GIF.
    """
    check_out(out)
    if out.suffix.lower() not in SHEETS:
        return write_folder(sprites, out, inputs=inputs)
    if out.suffix.lower() == ".gif":
        return _write_gif(sprites, out, inputs)
    from .sheet import pack

    return write_sheet(pack(sprites, out.stem), out, provenance=provenance, exports=exports, inputs=inputs)


def write_sheet(
    sheet: Sheet,
    out: Path,
    *,
    provenance: Mapping[str, Any],
    exports: Sequence[str] = ("json",),
    inputs: Iterable[Path] = (),
) -> list[Path]:
    """Write a packed sheet as `out`: a PNG with its exports beside it, or an Aseprite file or a GIF alone.

    Raises:
        ConfigError, OutputError: As `write_sprites`.
    """
    check_out(out)
    if out.suffix.lower() == ".aseprite":
        from .exports import load

        (data,) = load("aseprite")().files(sheet, provenance).values()
        return _commit({out.name: data}, out.parent, inputs)
    if out.suffix.lower() == ".gif":
        from .sheet import cut

        return _write_gif(cut(sheet), out, inputs)
    return write_pages([sheet], out, provenance=provenance, exports=exports, inputs=inputs)


def write_pages(
    pages: Sequence[Sheet],
    out: Path,
    *,
    provenance: Mapping[str, Any],
    exports: Sequence[str] = ("json",),
    inputs: Iterable[Path] = (),
) -> list[Path]:
    """Write the pages of a sheet, the first as `out`, with their exports beside them.

    Index texture and palette strip are among these if there are swaps, or an engine may ask for them.

    Raises:
        ConfigError, OutputError: As `write_sprites`.
    """
    from .exports import handed_over, sheet_files

    files: dict[str, bytes] = {}
    for page in pages:
        made = sheet_files(page, provenance, exports)
        there = [name for name in made if handed_over(name, exports) and (out.parent / name).exists()]
        for name in there:
            del made[name]
        if set(exports) <= {"json"} and not page.swaps:
            made = {name: made[name] for name in (f"{page.name}.png", f"{page.name}.json")}
        files |= made
    first = f"{out.stem}.png"
    return _commit({out.name if name == first else name: data for name, data in files.items()}, out.parent, inputs)


def write_folder(sprites: Sequence[Sprite], out: Path, *, inputs: Iterable[Path] = ()) -> list[Path]:
    """Write each sprite as ``NAME.png`` below the folder `out`.

    Raises:
        ConfigError, OutputError: As `write_sprites`, or if two sprites share a name.
    """
    from .formats import png

    check_out(out)
    files: dict[str, bytes] = {}
    for sprite in sprites:
        name = f"{sprite.name}.png"
        if name in files:
            raise OutputError(f'two sprites are called "{sprite.name}"; rename a file or leave one out.', str(out))
        parts = PurePosixPath(name).parts
        if ".." in parts or PurePosixPath(name).is_absolute() or "\0" in name:
            raise OutputError(f'the sprite name "{sprite.name}" leaves the folder; rename it.', str(out))
        files[name] = png.write(sprite)
    return _commit(files, out, inputs)


def _write_gif(sprites: Sequence[Sprite], out: Path, inputs: Iterable[Path]) -> list[Path]:
    from .formats import gif

    try:
        data = gif.write(sprites)
    except InputError as error:
        raise error.within(out) from error
    return _commit({out.name: data}, out.parent, inputs)


def _commit(files: Mapping[str, bytes], folder: Path, inputs: Iterable[Path]) -> list[Path]:
    sources = {path.resolve() for path in inputs}
    paths = {folder / name: data for name, data in files.items()}
    for path, data in paths.items():
        if path.resolve() in sources:
            raise OutputError("is an input; it would be replaced. Choose another output.", str(path))
        if path.suffix == ".json" and path.exists() and not _ours(path):
            raise OutputError("is no sheet of assetforge's; it would be replaced. Choose another output.", str(path))
        if path.suffix.lower() == ".aseprite" and path.exists() and read_bytes(path) != data:
            raise OutputError("is there already, and may have been drawn on. Choose another output.", str(path))
    for path, data in paths.items():
        write_atomic(path, data)
    return list(paths)


def _ours(path: Path) -> bool:
    try:
        return bool(json.loads(path.read_bytes())["meta"]["app"] == "assetforge")
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return False
