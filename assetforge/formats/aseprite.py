"""Aseprite's own files: every color depth, layers, linked cels, tilemaps, tags, palettes.

After the published format (aseprite ``docs/ase-file-specs.md``). No library for it is kept well
enough to stand here. This file reads the chunks; `aseprite_layers` draws them, `aseprite_frames`
says what they are, `aseprite_writer` writes them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from ..errors import InputError
from ..sprite import DIRECTIONS, Raster
from . import MAX_PIXELS, check_size
from .aseprite_frames import Label, Tag, describe
from .aseprite_layers import Cel, Document, Layer, Tileset, area, flatten
from .aseprite_writer import write
from .blend import MODES

__all__ = ["Tag", "read", "write"]

FILE_MAGIC, FRAME_MAGIC = 0xA5E0, 0xF1FA
GROUP, TILEMAP = 1, 2
MAX_LAYERS, MAX_LEVELS, MAX_TAGS = 1024, 100, 0xFFFF
CEL, CEL_EXTRA, USER_DATA = 0x2005, 0x2006, 0x2020
RAW, LINKED, COMPRESSED, COMPRESSED_TILES = 0, 1, 2, 3

BLENDS = tuple(MODES)


def read(data: bytes, name: str) -> list[Raster]:
    """The frames as Aseprite shows them: visible layers flattened, reference layers left out.

    Frames under a tag are called ``name-TAG-0``, … and tagged ``name-TAG``; of tags within tags the
    shortest counts. Where a file has tags, its other frames have none. The frames of a file that
    `write` wrote come back as the sprites they were, whatever `name` is; what was drawn outside of
    a small one makes it larger.

    Raises:
        InputError: If it is damaged, cut, too large, or asks for what is not supported.
    """
    try:
        document, durations = _parse(data)
    except struct.error:
        raise InputError(f"is cut after {len(data)} bytes; save it again.") from None
    if any(document.labels):
        pixels = sum(width * height for width, height in (area(document, frame) for frame in range(len(durations))))
        if pixels > MAX_PIXELS:
            raise InputError(f"holds sprites of {pixels} pixels together, at most {MAX_PIXELS} are read; split it.")
    else:
        check_size(document.width, document.height, len(durations))
        if len(durations) == 1:
            return [Raster(next(flatten(document)), name)]
    facts = describe(document.labels, document.tags, name)
    frames = zip(flatten(document), facts, durations, strict=True)
    return [Raster(rgba, each.name, duration, each.tag, each.direction, each.repeat) for rgba, each, duration in frames]


class Bytes:
    """A place in a chunk, and what follows it."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, form: str) -> tuple[int, ...]:
        """The next values, little-endian, in `struct`'s letters."""
        values = struct.unpack_from(f"<{form}", self.data, self.at)
        self.at += struct.calcsize(f"<{form}")
        return values

    def text(self) -> str:
        """The next string."""
        (length,) = self.take("H")
        return bytes(self.take(f"{length}B")).decode("utf-8", "replace")

    def rest(self) -> bytes:
        """All that follows."""
        return self.data[self.at :]


def _parse(data: bytes) -> tuple[Document, list[int]]:
    """The document and how long each frame is shown, in milliseconds."""
    if len(data) < 128:
        raise InputError(f"is cut after {len(data)} bytes; save it again.")
    _, magic, count, width, height, depth, flags, speed = struct.unpack_from("<IHHHHHIH", data)
    assert magic == FILE_MAGIC
    if depth not in (8, 16, 32):
        raise InputError(f"has {depth} bits a pixel; Aseprite files have 8, 16 or 32.")
    if count == 0:
        raise InputError("is damaged: it has no frames; save it again.")
    check_size(width, height)
    document = Document(width, height, depth // 8, flags, data[28])
    durations = []
    at = 128
    for index in range(count):
        size, magic, old, duration, new = struct.unpack_from("<IHHHxxI", data, at)
        if magic != FRAME_MAGIC or size < 16 or at + size > len(data):
            raise InputError(f"is cut or damaged: frame {index} of {count} is not whole; save it again.")
        durations.append(duration or speed or 100)
        document.cels.append({})
        document.labels.append(None)
        last = 0
        chunk = at + 16
        for _ in range(new or old):
            length, kind = struct.unpack_from("<IH", data, chunk)
            if length < 6 or chunk + length > at + size:
                raise InputError(f"is damaged: a chunk of frame {index} is {length} bytes long; save it again.")
            if kind == USER_DATA and last == CEL:
                _label(document, Bytes(data[chunk + 6 : chunk + length]), index)
            elif kind in CHUNKS:
                CHUNKS[kind](document, Bytes(data[chunk + 6 : chunk + length]), index)
            last = last if kind == CEL_EXTRA else kind
            chunk += length
        document.palettes.append(document.palette)
        at += size
    return document, durations


def _layer(document: Document, chunk: Bytes, frame: int) -> None:
    flags, kind, level, _, _, blend, opacity, *_ = chunk.take("HHHHHHBBBB")
    name = chunk.text()
    (tileset,) = chunk.take("I") if kind == TILEMAP else (-1,)
    if level > MAX_LEVELS or len(document.layers) == MAX_LAYERS:
        raise InputError(f"has more than {MAX_LAYERS} layers or {MAX_LEVELS} groups in groups; flatten some.")
    parent = next((i for i in range(len(document.layers) - 1, -1, -1) if document.layers[i].level < level), -1)
    document.layers.append(
        Layer(
            name=name,
            visible=bool(flags & 1),
            background=bool(flags & 8),
            reference=bool(flags & 64),
            group=kind == GROUP,
            level=level,
            parent=parent,
            blend=BLENDS[blend] if blend < len(BLENDS) else "",
            opacity=opacity,
            tileset=tileset,
        )
    )


def _cel(document: Document, chunk: Bytes, frame: int) -> None:
    layer, x, y, opacity, kind, z, *_ = chunk.take("HhhBHh5B")
    if layer >= len(document.layers):
        raise InputError(f"is damaged: frame {frame} draws on layer {layer} of {len(document.layers)}; save it again.")
    if kind == LINKED:
        (linked,) = chunk.take("H")
        source = document.cels[linked].get(layer) if linked < frame else None
        if source is None:
            raise InputError(
                f"is damaged: frame {frame} links to a cel of frame {linked} that is missing; save it again."
            )
        # A link may stand elsewhere than what it links to.
        document.cels[frame][layer] = source._replace(x=x, y=y, opacity=opacity, z=z)
        return
    if kind not in (RAW, COMPRESSED, COMPRESSED_TILES):
        raise InputError(f"has a cel of type {kind}, which this version does not know; flatten its layers.")
    width, height = chunk.take("HH")
    masks: tuple[int, ...] = ()
    if kind == COMPRESSED_TILES:
        bits, *rest = chunk.take("HIIII10B")
        if bits not in (8, 16, 32):
            raise InputError(f"is damaged: a tilemap has {bits} bits a tile; save it again.")
        masks = (bits // 8, *rest[:4])
    document.cels[frame][layer] = Cel(x, y, opacity, z, width, height, chunk.rest(), kind != RAW, masks)


def _tags(document: Document, chunk: Bytes, frame: int) -> None:
    (count,) = chunk.take("H8x")
    if len(document.tags) + count > MAX_TAGS:
        raise InputError(f"has more than {MAX_TAGS} tags; remove some.")
    for _ in range(count):
        first, last, direction, repeat, *_ = chunk.take("HHBH6x3Bx")
        # What later versions may add plays forward.
        way = DIRECTIONS[direction] if direction < len(DIRECTIONS) else DIRECTIONS[0]
        document.tags.append(Tag(chunk.text(), first, last, way, repeat))


def _label(document: Document, chunk: Bytes, frame: int) -> None:
    (flags,) = chunk.take("I")
    if flags & 1 and document.labels[frame] is None:
        document.labels[frame] = Label.read(chunk.text())


def _palette(document: Document, chunk: Bytes, frame: int) -> None:
    size, first, last = chunk.take("III8x")
    if last >= size or first > last:
        raise InputError(f"is damaged: its palette of {size} has entries {first} to {last}; save it again.")
    kept = min(size, 256)  # an index is a byte
    colors = [*document.palette[:kept], *([(0, 0, 0, 255)] * (kept - len(document.palette)))]
    for entry in range(first, min(last + 1, kept)):
        named, *color = chunk.take("HBBBB")
        if named & 1:
            chunk.text()
        colors[entry] = (color[0], color[1], color[2], color[3])
    document.palette = tuple(colors)
    document.new_palette = True


def _old_palette(document: Document, chunk: Bytes, scale: int) -> None:
    if document.new_palette:
        return
    colors = list(document.palette)
    entry = 0
    (packets,) = chunk.take("H")
    for _ in range(packets):
        skipped, count = chunk.take("BB")
        entry += skipped
        for _ in range(count or 256):
            red, green, blue = (min(value * 255 // scale, 255) for value in chunk.take("BBB"))
            if entry < 256:  # an index is a byte
                colors.extend([(0, 0, 0, 255)] * (entry + 1 - len(colors)))
                colors[entry] = (red, green, blue, 255)
            entry += 1
    document.palette = tuple(colors)


def _tileset(document: Document, chunk: Bytes, frame: int) -> None:
    number, flags, count, width, height, *_ = chunk.take("IIIHHh14x")
    name = chunk.text()
    if not flags & 2:
        raise InputError(f'takes its tileset "{name}" from another file; embed it, or flatten the tilemap.')
    chunk.take("II" if flags & 1 else "")
    chunk.take("I")
    document.tilesets[number] = Tileset(count, width, height, chunk.rest(), empty=0 if flags & 4 else 0xFFFFFFFF)


CHUNKS: dict[int, Callable[[Document, Bytes, int], None]] = {
    0x0004: lambda document, chunk, frame: _old_palette(document, chunk, 255),
    0x0011: lambda document, chunk, frame: _old_palette(document, chunk, 63),
    0x2004: _layer,
    0x2005: _cel,
    0x2018: _tags,
    0x2019: _palette,
    0x2023: _tileset,
}
