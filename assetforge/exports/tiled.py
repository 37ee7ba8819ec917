"""Tilesets for Tiled, in XML and in JSON (https://doc.mapeditor.org/en/stable/reference/tmx-map-format/).

Untrimmed sprites of one size are the tiles of NAME.png, numbered by their places there, with margin and spacing where
they are padded or extruded. Others are a collection of single pictures, numbered in the order of the sheet: Tiled knows
parts of a picture that differ in size only since 1.9.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any
from unicodedata import normalize
from xml.sax.saxutils import quoteattr

from ..errors import InputError
from ..files import name_fault
from .json import one_round

if TYPE_CHECKING:
    from ..sheet import Sheet, Tag, Terrain

__all__ = ["Grid", "Tiled", "file_names", "lattice"]

VERSION = "1.8"
MOST_SPACING = 2 * 16 + 64
"""What `extrude` and `padding` come to at most."""


@dataclass(frozen=True)
class Tiled:
    """Gives ``NAME.tsx`` and ``NAME.tsj``; and pictures in ``NAME.tiles/`` if the sprites differ in size."""

    def files(self, sheet: Sheet, provenance: Mapping[str, Any]) -> dict[str, bytes]:
        """The tileset twice, and its single pictures if it needs them.

        Raises:
            InputError: If more animations overlap than there are tiles to stand for them.
        """
        grid = lattice(sheet)
        pictures = {} if grid else _pictures(sheet)
        facts = _facts(sheet, grid, list(pictures))
        return {
            f"{sheet.name}.tsx": "".join(f"{line}\n" for line in _xml(facts)).encode(),
            f"{sheet.name}.tsj": "".join(f"{line}\n" for line in _json(facts)).encode(),
        } | pictures


@dataclass(frozen=True)
class Grid:
    """How Tiled cuts a picture: `margin` at its left and top, `spacing` between tiles; whole tiles alone count."""

    margin: int
    spacing: int
    columns: int
    rows: int


def lattice(sheet: Sheet) -> Grid | None:
    """The grid that every frame stands on, of those the one of the fewest tiles; None if there is none."""
    width, height = sheet.frames[0].source
    if any(frame.trimmed or frame.source != (width, height) for frame in sheet.frames):
        return None
    found = []
    for spacing in range(MOST_SPACING + 1):
        across, down = width + spacing, height + spacing
        margin = sheet.frames[0].x % across
        if all(f.x % across == margin and f.y % down == margin for f in sheet.frames) and 2 * margin <= spacing:
            # As Tiled counts: there need be no spacing behind the last.
            columns, rows = (
                (side - margin + spacing) // step for side, step in zip(sheet.atlas.size, (across, down), strict=True)
            )
            found.append(Grid(margin, spacing, columns, rows))
    return min(found, key=lambda grid: (grid.columns * grid.rows, grid.spacing), default=None)


def file_names(names: list[str]) -> list[str]:
    """A file's name for each name of a sprite: one that every system takes, another for each, even in small letters."""
    taken: set[str] = set()
    found = []
    for name in names:
        base = re.sub(r"[^\w.+()-]", "_", name)[:60].strip(".")
        base = f"_{base}" if name_fault(f"{base}.png") else base
        choices = (base if number == 1 else f"{base}-{number}" for number in count(1))
        found.append(next(choice for choice in choices if _folded(choice) not in taken))
        taken.add(_folded(found[-1]))
    return [f"{name}.png" for name in found]


def _folded(name: str) -> str:
    """What a system that minds neither letters' sizes nor how accents are put together takes it for."""
    return normalize("NFC", normalize("NFC", name).casefold())


def _pictures(sheet: Sheet) -> dict[str, bytes]:
    from ..formats import png
    from ..sheet import cut

    names = file_names([frame.name for frame in sheet.frames])
    return {f"{sheet.name}.tiles/{name}": png.write(each) for name, each in zip(names, cut(sheet), strict=True)}


def _facts(sheet: Sheet, grid: Grid | None, pictures: list[str]) -> dict[str, Any]:
    """The tileset as the JSON format has it."""
    width, height = sheet.atlas.size
    # Both formats take a name as text: what is none there is told by its escape.
    plain = {frame.name: _text(frame.name) for frame in sheet.frames}
    if grid:
        across, down = (side + grid.spacing for side in sheet.frames[0].source)
        ids = [f.y // down * grid.columns + f.x // across for f in sheet.frames]
        picture = {"image": f"{sheet.name}.png", "imagewidth": width, "imageheight": height}
    else:
        grid, ids, picture = Grid(0, 0, 0, 0), list(range(len(sheet.frames))), {}
    tags: dict[int, list[Tag]] = {}
    for tag in sheet.tags:
        for place in range(tag.first, tag.last + 1):
            tags.setdefault(place, []).append(tag)
    played = _animated(sheet)
    tiles = []
    for place, (frame, tile) in enumerate(zip(sheet.frames, ids, strict=True)):
        facts: dict[str, Any] = {"id": tile, "properties": [_property("name", plain[frame.name])]}
        if place in tags:
            facts["properties"].append(
                _property("tag", ", ".join(dict.fromkeys(_text(tag.name) for tag in tags[place])))
            )
        if pictures:
            facts |= {"image": pictures[place], "imagewidth": frame.source[0], "imageheight": frame.source[1]}
        if place in played:
            facts["properties"].append(_property("animation", _text(played[place].name)))
            facts["animation"] = [
                {"tileid": ids[each], "duration": max(1, sheet.frames[each].duration)}
                for each in _begun(one_round(played[place]), place)
            ]
        tiles.append(facts)
    return {
        "type": "tileset",
        "version": VERSION,
        "name": sheet.name,
        "tilewidth": max(frame.source[0] for frame in sheet.frames),
        "tileheight": max(frame.source[1] for frame in sheet.frames),
        "spacing": grid.spacing,
        "margin": grid.margin,
        "tilecount": len(ids) if pictures else grid.columns * grid.rows,
        "columns": grid.columns,
        **picture,
        "tiles": sorted(tiles, key=lambda facts: int(facts["id"])),
        **({"wangsets": [_wangset(sheet.terrain, ids)]} if sheet.terrain else {}),
    }


def _wangset(terrain: Terrain, ids: list[int]) -> dict[str, Any]:
    """The terrain of a tileset: which material, 1 inner or 2 outer, lies at each edge and corner of each tile.

    An island of one cell shows the outer material at each of them, as plain outer ground does; so it has no part in it.
    """
    inner, outer = (f"{terrain.name} {side}" for side in ("inner", "outer"))
    cells = zip(ids, terrain.centers, terrain.around, strict=True)
    return {
        "name": terrain.name,
        "type": "corner" if None in terrain.centers else "mixed",
        "tile": -1,
        "colors": [
            {"name": name, "color": color, "tile": -1, "probability": 1}
            for name, color in zip((inner, outer), terrain.colors, strict=True)
        ],
        "wangtiles": sorted(
            (
                # From the top clockwise, as ours; 0 is no label.
                {"tileid": tile, "wangid": [{1: 1, 0: 2}.get(bit, 0) for bit in around]}
                for tile, center, around in cells
                if not (center == 1 and not any(around))
            ),
            key=lambda told: int(told["tileid"]),
        ),
    }


def _animated(sheet: Sheet) -> dict[int, Tag]:
    """The place of the tile that plays each animation: its first, or of animations that overlap, its first free one.

    Raises:
        InputError: If it has none; a tile plays one animation.
    """
    found: dict[int, Tag] = {}
    for tag in sheet.tags:
        frames = dict.fromkeys(one_round(tag))
        if len(frames) < 2:
            continue
        free = [place for place in frames if place not in found]
        if not free:
            raise InputError(
                f'each tile of the animation "{tag.name}" plays another that overlaps it, and Tiled keeps one a tile; '
                "take one of the tags out.",
                sheet.name,
            )
        found[free[0]] = tag
    return found


def _begun(frames: list[int], place: int) -> list[int]:
    """The same round, begun at `place`: a tile at rest is drawn as the first frame of its animation."""
    start = frames.index(place)
    return [*frames[start:], *frames[:start]]


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": name, "type": "string", "value": value}


def _text(name: str) -> str:
    """`name` with an escape for each letter that XML has no place for."""
    return re.sub(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", lambda found: f"\\u{ord(found[0]):04x}", name)


def _json(facts: Mapping[str, Any]) -> Iterator[str]:
    """One line for each fact and tile, so that changes show well in git."""
    first = {key: value for key, value in facts.items() if key != "tiles"}
    yield "{"
    yield from (f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}," for name, value in first.items())
    yield ' "tiles": ['
    lines = [f"  {json.dumps(tile, ensure_ascii=False)}" for tile in facts["tiles"]]
    yield ",\n".join(lines)
    yield " ]"
    yield "}"


def _xml(facts: Mapping[str, Any]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    keys = ("version", "name", "tilewidth", "tileheight", "spacing", "margin", "tilecount", "columns")
    yield f"<tileset{_attributes({key: facts[key] for key in keys})}>"
    if "image" in facts:
        yield f" {_image(facts)}"
    for tile in facts["tiles"]:
        yield f" <tile{_attributes({'id': tile['id']})}>"
        yield "  <properties>"
        for each in tile["properties"]:
            yield f"   <property{_attributes({'name': each['name'], 'value': each['value']})}/>"
        yield "  </properties>"
        if "image" in tile:
            yield f"  {_image(tile)}"
        if "animation" in tile:
            yield "  <animation>"
            yield from (f"   <frame{_attributes(frame)}/>" for frame in tile["animation"])
            yield "  </animation>"
        yield " </tile>"
    for wangset in facts.get("wangsets", ()):
        yield " <wangsets>"
        yield f"  <wangset{_attributes({key: wangset[key] for key in ('name', 'type', 'tile')})}>"
        yield from (f"   <wangcolor{_attributes(color)}/>" for color in wangset["colors"])
        for tile in wangset["wangtiles"]:
            told = {"tileid": tile["tileid"], "wangid": ",".join(map(str, tile["wangid"]))}
            yield f"   <wangtile{_attributes(told)}/>"
        yield "  </wangset>"
        yield " </wangsets>"
    yield "</tileset>"


def _image(facts: Mapping[str, Any]) -> str:
    told = {"source": facts["image"], "width": facts["imagewidth"], "height": facts["imageheight"]}
    return f"<image{_attributes(told)}/>"


def _attributes(values: Mapping[str, Any]) -> str:
    return "".join(f" {key}={quoteattr(str(value))}" for key, value in values.items())
