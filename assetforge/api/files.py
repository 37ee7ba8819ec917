"""Files in and out: `open`, `palette`, `palettes`, `pack` and `save`, as the commands read and write them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .. import formats
from .. import sheet as sheets
from .. import sprite as core
from ..destination import SHEETS, write_folder, write_pages, write_sheet, write_sprites
from ..errors import AssetforgeError, ConfigError
from ..exact import read_sprites
from ..files import digest, read_bytes, write_atomic
from ..formats import palettes as bundled
from ..origin import origin
from ..palette import RGB
from ..palette import Palette as Colors
from ..quantize import quantizer
from ..quantize.swaps import swaps as swapped
from . import picture
from .history import history
from .sprites import Grid, Palette, PaletteLike, Sprite, Sprites, as_sprites, chosen

__all__ = ["Sheet", "open", "pack", "palette", "palettes", "save"]

PathLike = str | os.PathLike[str]


def open(
    *inputs: PathLike,
    palette: PaletteLike | None = None,
    map: str = "faithful",
    dither: str = "none",
    threshold: int = 128,
    seed: int = 0,
) -> Sprites:
    """The sprites of image files, all in one palette; each frame of an animation is one, tagged with its name.

    Without a palette no color changes: the palette is that of the files if they are indexed PNGs of one, else their
    colors in order of first use.

    Arguments:
        inputs: Files (``.png .gif .aseprite .ase``), folders, taken recursively, or globs. ``NAME.mask.png`` is left
            out, unless it is named.
        palette: Bring them into this palette: one of yours, a name, a file or ``"auto:K"``.
        map, dither, seed: As of `Sprites.quantize`.
        threshold: The least alpha, 1 to 255, that becomes opaque.

    Raises:
        ConfigError: If an input is missing or matches no image, or an option has no such value.
        InputError: If a file cannot be read; without a palette also if pixels are half-transparent, or more than 255
            colors are used.

    Examples:
        >>> af.open("art/monsters/slime.png")
        <Sprites: 1 of 16x16 in slime>
        >>> af.open("art/monsters", "art/items/*.png", palette="pico-8")
        <Sprites: 30 of 16x16 in pico-8>
        >>> coin = af.open("art/items/coin.gif")
        >>> coin[0].name, coin[0].tag, coin[0].duration
        ('coin-0', 'coin', 120)
    """
    files = formats.find([os.fspath(path) for path in inputs])
    settings: dict[str, Any] = {}
    found: Sequence[core.Sprite]
    if palette is None:
        found = read_sprites(files, Path(inputs[0]).stem)
    else:
        wanted, rasters, ration = chosen(palette), [], formats.Ration()
        for path, name in files:
            rasters += ration.take(formats.read(path, name), path)
        settings = {"map": map, "dither": dither, "threshold": threshold, "seed": seed}
        found = quantizer.quantize(rasters, wanted, **settings)
        settings["palette"] = palette if isinstance(palette, str) else palette.name
    provenance = origin("open", settings, {name: digest(read_bytes(path)) for path, name in files}, {})
    return Sprites(Sprite.of(sprite, provenance) for sprite in found)


def palette(source: PathLike | Iterable[str], name: str = "") -> Palette:
    """A bundled palette by its name, one of a file, or one of colors.

    Arguments:
        source: A name out of `palettes`, a file (``.hex .gpl .pal .act .ase .png``), or colors as ``"#rrggbb"``.
        name: What a palette of colors is called.

    Raises:
        ConfigError: If there is no such palette; names the nearest. If a color is none.
        InputError: If the file is malformed, or there are fewer than 2 or more than 255 colors.

    Examples:
        >>> af.palette("pico-8")
        <Palette "pico-8" of 16 colors>
        >>> af.palette(["#000000", "#ff004d"], "ember").colors
        ((0, 0, 0), (255, 0, 77))
        >>> af.palette("pico8")
        Traceback (most recent call last):
            ...
        assetforge.errors.ConfigError: no palette "pico8"; did you mean "pico-8"?
    """
    if isinstance(source, str | os.PathLike):
        return Palette.of(bundled.load(os.fspath(source)))
    return Palette(tuple(_color(text) for text in source), name)


def palettes() -> list[str]:
    """The names of the bundled palettes, in order.

    Examples:
        >>> "pico-8" in af.palettes()
        True
    """
    return bundled.names()


@dataclass(frozen=True, eq=False, repr=False)
class Sheet:
    """Sprites packed, as `pack` gives them; a notebook shows the first page.

    Arguments:
        pages: Atlas, frames and tags of each page; usually one.
        provenance: Of the sprites, JSON-ready.

    Examples:
        >>> sheet = af.pack(af.open("art/heroes"), padding=1)
        >>> sheet
        <Sheet: 6 sprites on 1 page, 50x33>
        >>> [(frame.name, frame.x, frame.y) for frame in sheet.frames][:2]
        [('barbarian', 0, 0), ('cleric', 17, 0)]
    """

    pages: tuple[sheets.Sheet, ...]
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def atlas(self) -> Sprite:
        """The first page as one sprite.

        Examples:
            >>> af.pack(af.open("art/heroes")).atlas.size
            (48, 32)
        """
        return Sprite.of(self.pages[0].atlas, self.provenance)

    @property
    def frames(self) -> tuple[sheets.Frame, ...]:
        """Where each sprite lies, page after page: name, x, y, width, height, left, top, source and duration.

        Examples:
            >>> af.pack(af.open("art/heroes")).frames[0].name
            'barbarian'
        """
        return tuple(frame for page in self.pages for frame in page.frames)

    def cut(self) -> Sprites:
        """The sprites that it was packed from.

        Examples:
            >>> af.pack(af.open("art/heroes"), trim=True).cut()
            <Sprites: 6 of 16x16 in heroes>
        """
        return Sprites(Sprite.of(sprite, self.provenance) for page in self.pages for sprite in sheets.cut(page))

    def __repr__(self) -> str:
        width, height = self.pages[0].atlas.size
        several = "s" * (len(self.pages) != 1)
        return f"<Sheet: {len(self.frames)} sprites on {len(self.pages)} page{several}, {width}x{height}>"

    def _repr_png_(self) -> bytes:
        return picture.enlarged(self.pages[0].atlas)


def pack(
    sprites: Sprite | Iterable[core.Sprite],
    *,
    padding: int = 0,
    extrude: int = 0,
    trim: bool = False,
    power_of_two: bool = False,
    max_size: int = 4096,
    swaps: Iterable[PaletteLike] = (),
    rows: Iterable[Colors] = (),
    pivot: tuple[float, float] | None = None,
) -> Sheet:
    """Sprites of one palette on one sheet, or on as many pages as they need. `save` writes it for an engine.

    Arguments:
        sprites: Each with its own name. Those of one size stand in rows in their order, others tightly.
        padding: Empty pixels between sprites.
        extrude: Times that edge pixels are repeated outwards, so that a scaled texture does not bleed.
        trim: Leave out transparent borders; the frames tell what was left out.
        power_of_two: Round the sides up to powers of two.
        max_size: The longest side in pixels, up to 8192.
        swaps: Further palettes for palette-swap shaders, which are rows of the sheet's palette strip.
        rows: Further rows of that strip as they are, each as long as the sprites' palette: the color that every index
            becomes, as `Ways.palettes`.
        pivot: The point that engines place and turn each sprite by, as parts of width and height from the upper left.

    Raises:
        InputError: If there are no sprites, two share a name, palettes differ, or one is larger than a page.
        ConfigError: If there is no such palette, or a row has another length.

    Examples:
        >>> af.pack(af.open("art/heroes"), padding=2, trim=True, swaps=["pico-8"])
        <Sheet: 6 sprites on 1 page, 51x34>
    """
    given = as_sprites(sprites)
    strip = [*swapped(given, [_fixed(target) for target in swaps]), *rows]
    for row in strip:
        if len(row) != len(given[0].palette):
            fault = f"has {len(row)} colors, the sprites' palette {len(given[0].palette)}: a row has one for each."
            raise ConfigError(fault, row.name)
    options: dict[str, Any] = {
        "padding": padding,
        "extrude": extrude,
        "trim": trim,
        "power_of_two": power_of_two,
        "max_size": max_size,
    }
    pages = sheets.pages(given, "sheet", **options)
    settings = options | {"swaps": [row.name for row in strip], "pivot": pivot}
    told = history("pack", settings, given)
    return Sheet(tuple(replace(page, swaps=tuple(strip), pivot=pivot) for page in pages), told)


def save(
    what: core.Sprite | Iterable[core.Sprite] | Grid | Sheet | Colors,
    path: PathLike,
    *,
    exports: Sequence[str] = ("json",),
) -> list[Path]:
    """Write sprites, a grid, a sheet or a palette; the files written, the first of a sheet its PNG.

    Everything is made before anything is written, and each file replaced at once or not at all. What the sprites were
    made from, and what a model that drew them had learnt, stands in the sheet's JSON.

    Arguments:
        what: Sprites are packed with `pack`'s defaults where a sheet is asked for.
        path: A sheet if it ends in ``.png``, frames if in ``.aseprite`` or ``.gif``, else a folder that gets
            ``NAME.png`` for each sprite; for a palette, a file of one of ``.hex .gpl .pal .act .ase .png``.
        exports: What is written beside a sheet's PNG: ``json``, ``godot4``, ``phaser``, ``love``, ``tiled``, …

    Raises:
        ConfigError: If the ending is none of these, or there is no such export.
        OutputError: If a file cannot be written, or would replace an input or what is not assetforge's.
        InputError: If the sprites do not go into one sheet or GIF.

    Examples:
        >>> heroes = af.open("art/heroes", palette="pico-8")
        >>> [path.name for path in af.save(heroes, "out/heroes.png")]
        ['heroes.png', 'heroes.json']
        >>> len(af.save(heroes, "out/heroes"))
        6
        >>> [path.name for path in af.save(heroes.fit(4), "out/four.gpl")]
        ['four.gpl']
    """
    out = Path(path)
    if isinstance(what, Colors):
        write_atomic(out, bundled.write(what, out.suffix))
        return [out]
    if isinstance(what, Sheet):
        provenance, sprites = what.provenance, as_sprites(what.cut())
    else:
        sprites = as_sprites(what.flat if isinstance(what, Grid) else what)
        provenance = history("save", {}, sprites)
    guarded = list(_inputs(sprites, out))
    if out.suffix.lower() not in SHEETS:
        return write_folder(sprites, out, inputs=guarded)
    options: dict[str, Any] = {"provenance": provenance, "inputs": guarded}
    if isinstance(what, Grid) and out.suffix.lower() != ".gif":
        return write_sheet(sheets.grid(what, out.stem), out, exports=exports, **options)
    if not isinstance(what, Sheet) or out.suffix.lower() != ".png":
        return write_sprites(sprites, out, exports=exports, **options)
    names = [out.stem, *(f"{out.stem}-{number}" for number in range(2, len(what.pages) + 1))]
    named = [replace(page, name=name) for page, name in zip(what.pages, names, strict=True)]
    named[0] = replace(named[0], others=tuple(names[1:]))
    return write_pages(named, out, exports=exports, **options)


def _inputs(sprites: Iterable[core.Sprite], out: Path) -> Iterator[Path]:
    """The files at or below `out` that the sprites were read from, told by what is in them."""
    known: set[str] = set()
    for sprite in sprites:
        known.update(getattr(sprite, "provenance", {}).get("inputs", {}).values())
    places = [out] if out.suffix.lower() in SHEETS else [out / f"{sprite.name}.png" for sprite in sprites]
    for place in places:
        try:
            if place.is_file() and digest(read_bytes(place)) in known:
                yield place
        except AssetforgeError:
            continue


def _color(text: str) -> RGB:
    digits = text.removeprefix("#")
    if len(digits) != 6 or not set(digits) <= set("0123456789abcdefABCDEF"):
        raise ConfigError(f'"{text}" is no color; give "#rrggbb".')
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def _fixed(palette: PaletteLike) -> Colors:
    found = chosen(palette)
    if isinstance(found, int):
        raise ConfigError(f'"{palette}": a swap is a palette; fit one with `Sprites.fit`.')
    return found
