"""What an Aseprite file holds, and how its layers are flattened to one picture a frame.

Cels stay compressed until they are drawn, so a small file that promises much costs time, which
is bounded here, but no memory.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from . import MAX_PIXELS, check_size
from .aseprite_frames import Label, Tag
from .compose import draw

__all__ = ["Cel", "Document", "Layer", "Tileset", "flatten"]

OPACITY_VALID, GROUPS_COMPOSED = 1, 2  # header flags
# To copy a pixel takes a few nanoseconds, to mix it a hundred.
MAX_DRAWN, MAX_MIXED = 16 * MAX_PIXELS, 3 * MAX_PIXELS

RGBA = tuple[int, int, int, int]


class Layer(NamedTuple):
    """A layer, in the file's order from back to front; `parent` is the group's index, or -1."""

    name: str
    visible: bool
    background: bool
    reference: bool
    group: bool
    level: int
    parent: int
    blend: str
    opacity: int
    tileset: int


class Cel(NamedTuple):
    """What one layer shows in one frame.

    `masks` is empty for pixels; for tiles: bytes a tile, and the bits of the tile's number, of the
    flips in x and y, and of the swap of x and y.
    """

    x: int
    y: int
    opacity: int
    z: int
    width: int
    height: int
    data: bytes
    compressed: bool
    masks: tuple[int, ...]


class Tileset(NamedTuple):
    """Tiles below each other in one compressed picture; `empty` is the number that draws nothing."""

    amount: int
    width: int
    height: int
    data: bytes
    empty: int


@dataclass
class Document:
    """A file's contents: `cels`, `palettes` and `labels` by frame."""

    width: int
    height: int
    channels: int
    flags: int
    transparent: int
    layers: list[Layer] = field(default_factory=list)
    cels: list[dict[int, Cel]] = field(default_factory=list)
    palette: tuple[RGBA, ...] = ()
    palettes: list[tuple[RGBA, ...]] = field(default_factory=list)
    new_palette: bool = False
    tags: list[Tag] = field(default_factory=list)
    labels: list[Label | None] = field(default_factory=list)
    tilesets: dict[int, Tileset] = field(default_factory=dict)
    drawn: int = 0
    mixed: int = 0


def flatten(document: Document) -> Iterator[NDArray[np.uint8]]:
    """Each frame, shape (H, W, 4); of one with a label that says its size, no more than that and what is drawn.

    Raises:
        InputError: If a cel is damaged, or asks for what is not supported.
    """
    for frame in range(len(document.cels)):
        width, height = area(document, frame)
        canvas = np.zeros((height, width, 4), np.uint8)
        _draw_group(document, frame, -1, canvas)
        label = document.labels[frame]
        if label and label.size:
            drawn = canvas[..., 3] > 0
            columns, rows = (np.flatnonzero(drawn.any(axis)) for axis in (0, 1))
            right, bottom = (int(places[-1]) + 1 if places.size else 0 for places in (columns, rows))
            canvas = canvas[: max(bottom, label.size[1]), : max(right, label.size[0])].copy()
        yield canvas


def area(document: Document, frame: int) -> tuple[int, int]:
    """Width and height that a frame is drawn in: its label's, or the canvas if a cel reaches beyond that."""
    canvas = document.width, document.height
    label = document.labels[frame]
    if label is None or label.size is None:
        return canvas
    width, height = (min(sides) for sides in zip(label.size, canvas, strict=True))
    # The size of a cel of tiles is counted in these.
    inside = all(
        not cel.masks and cel.x + cel.width <= width and cel.y + cel.height <= height
        for cel in document.cels[frame].values()
    )
    return (width, height) if inside else canvas


def _draw_group(document: Document, frame: int, group: int, canvas: NDArray[np.uint8]) -> None:
    composed = bool(document.flags & GROUPS_COMPOSED)
    cels = document.cels[frame]
    # Hidden layers count in the order that a z-index shifts, so they are dropped only after it.
    siblings = [index for index, layer in enumerate(document.layers) if not composed or layer.parent == group]
    depths = [cels[index].z if index in cels else 0 for index in siblings]
    for _, _, index in sorted(
        (place + z, z, index) for place, (z, index) in enumerate(zip(depths, siblings, strict=True))
    ):
        if not _visible(document, index) or (document.layers[index].group and not composed):
            continue
        layer = document.layers[index]
        if layer.group:
            inner = np.zeros_like(canvas)
            _count(document, inner.size // 4)
            _draw_group(document, frame, index, inner)
            document.mixed += draw(canvas, inner, 0, 0, layer.opacity, _blend(layer))
        elif index in cels:
            cel = cels[index]
            _count(document, cel.width * cel.height)
            opacity = cel.opacity * (layer.opacity if document.flags & OPACITY_VALID else 255)
            rgba = _tilemap(document, frame, layer, cel) if cel.masks else _picture(document, frame, layer, cel)
            document.mixed += draw(canvas, rgba, cel.x, cel.y, (opacity + 127) // 255, _blend(layer))


def _visible(document: Document, index: int) -> bool:
    layer = document.layers[index]
    shown = layer.visible and not layer.reference
    return shown and (layer.parent < 0 or _visible(document, layer.parent))


def _count(document: Document, pixels: int) -> None:
    document.drawn += pixels
    if document.drawn > MAX_DRAWN or document.mixed > MAX_MIXED:
        fault = f"{MAX_DRAWN} pixels" if document.drawn > MAX_DRAWN else f"{MAX_MIXED} half-transparent pixels"
        raise InputError(f"draws more than {fault} on its layers; flatten or split it.")


def _blend(layer: Layer) -> str:
    if not layer.blend:
        raise InputError(f'layer "{layer.name}" blends in a way that this version does not know; flatten it.')
    return layer.blend


def _picture(document: Document, frame: int, layer: Layer, cel: Cel) -> NDArray[np.uint8]:
    check_size(cel.width, cel.height)
    data = _inflate(cel.data, cel.width * cel.height * document.channels, cel.compressed)
    return _colors(document, frame, data, layer.background).reshape(cel.height, cel.width, 4)


def _colors(document: Document, frame: int, data: bytes, background: bool) -> NDArray[np.uint8]:
    """Pixels of the file's depth as RGBA, shape (N, 4)."""
    samples = np.frombuffer(data, np.uint8).reshape(-1, document.channels)
    if document.channels == 4:
        return samples
    if document.channels == 2:
        return samples[:, (0, 0, 0, 1)]
    table = np.zeros((256, 4), np.uint8)
    colors = document.palettes[frame][:256]
    if colors:
        table[: len(colors)] = colors
    if not background:
        table[document.transparent] = 0
    return table[samples[:, 0]]


def _tilemap(document: Document, frame: int, layer: Layer, cel: Cel) -> NDArray[np.uint8]:
    if layer.tileset not in document.tilesets:
        raise InputError(f'is damaged: layer "{layer.name}" has no tileset {layer.tileset}; save it again.')
    tileset = document.tilesets[layer.tileset]
    width, height = tileset.width, tileset.height
    check_size(width, height)
    check_size(cel.width * width, cel.height * height)
    if tileset.amount * width * height > MAX_PIXELS:
        raise InputError(f"has a tileset of {tileset.amount} tiles of {width} x {height} pixels, which is too large.")
    _count(document, cel.width * cel.height * width * height)
    size, number, flip_x, flip_y, swap = cel.masks
    data = _inflate(cel.data, cel.width * cel.height * size, cel.compressed)
    tiles = np.frombuffer(data, f"<u{size}").astype(np.uint32).reshape(cel.height, cel.width)
    pixels = _inflate(tileset.data, tileset.amount * width * height * document.channels, True)
    pictures = _colors(document, frame, pixels, False).reshape(tileset.amount, height, width, 4)
    numbers = tiles & number
    flips = [(tiles & mask) != 0 for mask in (swap, flip_y, flip_x)]
    drawn = (tiles != tileset.empty) & (numbers != tileset.empty) & (numbers < tileset.amount)
    rgba = np.zeros((cel.height * height, cel.width * width, 4), np.uint8)
    places = rgba.reshape(cel.height, height, cel.width, width, 4).swapaxes(1, 2)
    for flags in product((False, True), repeat=3):
        chosen = drawn & np.logical_and.reduce([flip == flag for flip, flag in zip(flips, flags, strict=True)])
        if chosen.any():
            places[chosen] = _flipped(pictures, *flags)[numbers[chosen]]
    return rgba


def _flipped(pictures: NDArray[np.uint8], swap: bool, flip_y: bool, flip_x: bool) -> NDArray[np.uint8]:
    """Tiles, shape (N, h, w, 4), with x and y swapped first; what then falls outside is transparent."""
    if swap:
        square = min(pictures.shape[1:3])
        swapped = np.zeros_like(pictures)
        swapped[:, :square, :square] = pictures[:, :square, :square].swapaxes(1, 2)
        pictures = swapped
    return pictures[:, :: -1 if flip_y else 1, :: -1 if flip_x else 1]


def _inflate(data: bytes, size: int, compressed: bool) -> bytes:
    """The first `size` bytes of a cel; never more, whatever is compressed in it."""
    try:
        whole = zlib.decompressobj().decompress(data, size) if compressed and size else data[:size]
    except zlib.error as error:
        raise InputError(f"is damaged: a cel does not decompress ({error}); save it again.") from error
    if len(whole) < size:
        raise InputError(f"is damaged: a cel holds {len(whole)} of {size} bytes; save it again.")
    return whole
