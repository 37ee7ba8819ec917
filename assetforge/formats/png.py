"""PNG: any kind of it in; indexed, index texture, palette strip and RGBA out.

Writing is done here, not by Pillow, so that the palette keeps its order and its doubles, index 0
alone is transparent, and the same sprite gives the same bytes. Reading checks the chunks here
(https://www.w3.org/TR/png-3/) and hands Pillow the few that make the picture, so that a hostile
text or profile chunk is never inflated.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import InputError
from ..palette import MIN_COLORS, Palette
from ..sprite import Raster, Sprite
from . import check_size
from .compose import Patch, play
from .deflate import compress

__all__ = ["read", "read_sprite", "write", "write_index", "write_rgba", "write_strip"]

MAGIC = b"\x89PNG\r\n\x1a\n"
CRITICAL = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
ANIMATED = (b"acTL", b"fcTL", b"fdAT")
GRAY, RGB, INDEXED, GRAY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GRAY: 1, RGB: 3, INDEXED: 1, GRAY_ALPHA: 2, RGBA: 4}
DEPTHS = {GRAY: (1, 2, 4, 8, 16), RGB: (8, 16), INDEXED: (1, 2, 4, 8), GRAY_ALPHA: (8, 16), RGBA: (8, 16)}
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))

DISPOSAL = ("keep", "clear", "restore")
Chunks = list[tuple[bytes, bytes]]


class Header(NamedTuple):
    """The IHDR chunk."""

    width: int
    height: int
    depth: int
    kind: int
    interlaced: int


def read(data: bytes, name: str) -> list[Raster]:
    """The picture, or the frames of an animated PNG, in sRGB with straight alpha.

    Samples of 16 bits keep their high byte; profiles and gamma are ignored, as pixel-art tools do.

    Raises:
        InputError: If it is damaged, cut or too large.
    """
    chunks = _chunks(data)
    header = _header(chunks)
    check_size(header.width, header.height, max(1, sum(tag == b"fcTL" for tag, _ in chunks)))
    controls = list(_frames(chunks)) if any(tag == b"acTL" for tag, _ in chunks) else []
    if len(controls) < 2:
        return [Raster(_rgba(chunks), name)]
    return play((header.width, header.height), map(_patch, controls), name)


def read_sprite(data: bytes, name: str = "") -> Sprite | None:
    """The sprite that `write` made these bytes from, or None if they are not of that form.

    The form is indexed pixels, of which entry 0 and no other is transparent.

    Raises:
        InputError: If it is damaged, cut or too large.
    """
    chunks = _chunks(data)
    header = _header(chunks)
    check_size(header.width, header.height)
    table = dict(reversed(chunks))
    clear = table.get(b"tRNS", b"").rstrip(b"\xff")
    entries = table.get(b"PLTE", b"")
    if header.kind != INDEXED or b"acTL" in table or clear != b"\0" or len(entries) < 3 * (MIN_COLORS + 1):
        return None
    indices = _pixels(chunks)
    if int(indices.max()) >= len(entries) // 3:
        return None
    colors = [(entries[i], entries[i + 1], entries[i + 2]) for i in range(3, len(entries), 3)]
    return Sprite(indices, Palette(tuple(colors)), name)


def write(sprite: Sprite) -> bytes:
    """An indexed PNG: PLTE in palette order after a transparent entry 0, which alone tRNS names."""
    colors = np.array([(0, 0, 0), *sprite.palette.colors], np.uint8)
    return _write(sprite.indices, INDEXED, (b"PLTE", colors.tobytes()), (b"tRNS", b"\0"))


def write_index(sprite: Sprite) -> bytes:
    """An 8-bit grayscale PNG whose values are the indices, for palette-swap shaders."""
    return _write(sprite.indices, GRAY)


def write_strip(*palettes: Palette) -> bytes:
    """An RGBA PNG of n + 1 columns, the color of each index, entry 0 transparent; and of a row for each palette.

    Arguments:
        palettes: All of n colors.
    """
    indices = np.arange(len(palettes[0]) + 1, dtype=np.uint8)[None]
    return write_rgba(np.concatenate([Sprite(indices, palette).rgba() for palette in palettes]))


def write_rgba(array: NDArray[np.uint8]) -> bytes:
    """An RGBA PNG of straight alpha.

    Arguments:
        array: Shape (H, W, 4), uint8.
    """
    return _write(array, RGBA)


def _write(array: NDArray[np.uint8], kind: int, *chunks: tuple[bytes, bytes]) -> bytes:
    height, width = array.shape[:2]
    rows = np.zeros((height, 1 + array[0].size), np.uint8)  # filter 0: nothing beats it on flat indices
    rows[:, 1:] = array.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    body = (b"IDAT", compress(rows.tobytes()))
    return _join([(b"IHDR", header), *chunks, body, (b"IEND", b"")])


def _join(chunks: Chunks) -> bytes:
    return MAGIC + b"".join(
        struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(tag)))
        for tag, body in chunks
    )


def _chunks(data: bytes) -> Chunks:
    """The chunks that make the picture, up to IEND: critical ones, tRNS and an animation's."""
    chunks: Chunks = []
    at = len(MAGIC)
    while not chunks or chunks[-1][0] != b"IEND":
        if at + 12 > len(data):
            raise InputError(f"is cut after {len(data)} bytes; export it again.")
        length, tag = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise InputError(f"is cut after {len(data)} bytes; export it again.")
        if tag in CRITICAL or tag in ANIMATED or tag == b"tRNS":
            body = data[at + 8 : end - 4]
            if zlib.crc32(body, zlib.crc32(tag)) != struct.unpack_from(">I", data, end - 4)[0]:
                raise InputError(f"is damaged: the checksum of its {tag.decode()} chunk is wrong; export it again.")
            chunks.append((tag, body))
        elif not tag[0] & 0x20:
            raise InputError(f"is damaged: {tag!r} is no chunk of a PNG; export it again.")
        at = end
    return chunks


def _header(chunks: Chunks) -> Header:
    """What the IHDR chunk says; refuses what no PNG has."""
    tag, body = chunks[0]
    if tag != b"IHDR" or len(body) != 13:
        raise InputError("is damaged: it does not begin with an IHDR chunk; export it again.")
    width, height, depth, kind, compression, filtering, interlaced = struct.unpack(">IIBBBBB", body)
    if depth not in DEPTHS.get(kind, ()) or compression or filtering or interlaced > 1:
        raise InputError(f"is damaged: no PNG has color type {kind} at {depth} bits; export it again.")
    palettes = [body for tag, body in chunks if tag == b"PLTE"]
    if len(palettes) > 1 or any(len(body) % 3 or not 3 <= len(body) <= 768 for body in palettes):
        raise InputError("is damaged: its PLTE chunk is no list of 1 to 256 colors; export it again.")
    if kind == INDEXED and not palettes:
        raise InputError("is damaged: it is indexed but has no PLTE chunk; export it again.")
    return Header(width, height, depth, kind, interlaced)


def _frames(chunks: Chunks) -> Iterator[tuple[tuple[int, ...], Chunks]]:
    """The control block of each frame of an animation, and the PNG that its data makes alone."""
    frames: list[tuple[tuple[int, ...], list[bytes]]] = []
    full = _header(chunks)
    shared = [chunk for chunk in chunks if chunk[0] in (b"PLTE", b"tRNS")]
    for tag, body in chunks:
        if tag == b"fcTL":
            if len(body) != 26:
                raise InputError("is damaged: its fcTL chunk has not 26 bytes; export it again.")
            frames.append((struct.unpack(">IIIIIHHBB", body), []))
        elif frames and tag == b"IDAT":
            frames[-1][1].append(body)
        elif frames and tag == b"fdAT":
            frames[-1][1].append(body[4:])
    for control, bodies in frames:
        width, height, x, y = control[1:5]
        check_size(width, height)
        if x + width > full.width or y + height > full.height:
            raise InputError("is damaged: a frame of it lies outside of the image; export it again.")
        header = struct.pack(">II", width, height) + chunks[0][1][8:]
        yield control, [(b"IHDR", header), *shared, (b"IDAT", b"".join(bodies)), (b"IEND", b"")]


def _patch(frame: tuple[tuple[int, ...], Chunks]) -> Patch:
    (_, _, _, x, y, delay, ticks, dispose, blend), chunks = frame
    if dispose >= len(DISPOSAL):
        raise InputError(f"is damaged: no animated PNG has disposal {dispose}; export it again.")
    return Patch(_rgba(chunks), x, y, 1000 * delay // (ticks or 100), DISPOSAL[dispose], over=blend == 1)


def _pixels(chunks: Chunks) -> NDArray[Any]:
    """The samples as Pillow gives them without transparency, shape (H, W) or (H, W, channels)."""
    _check_pixels(chunks)
    plain = _join([chunk for chunk in chunks if chunk[0] in CRITICAL])
    try:
        with Image.open(io.BytesIO(plain), formats=["PNG"]) as image:
            return np.asarray(image)
    except Exception as error:  # Pillow raises whatever a damaged file leads it to
        raise InputError(f"is damaged: {error}; export it again.") from error


def _check_pixels(chunks: Chunks) -> None:
    """Refuse pixel data that ends early: Pillow would fill the missing rows with zeros."""
    width, height, depth, kind, interlaced = _header(chunks)
    bits = depth * CHANNELS[kind]
    passes = ADAM7 if interlaced else ((0, 0, 1, 1),)
    sizes = [(-(-(width - x) // dx), -(-(height - y) // dy)) for x, y, dx, dy in passes]
    missing = total = sum(rows * (1 + (columns * bits + 7) // 8) for columns, rows in sizes if min(columns, rows) > 0)
    inflate = zlib.decompressobj()
    try:
        for tag, body in chunks:
            while tag == b"IDAT" and body and missing > 0 and not inflate.eof:
                missing -= len(inflate.decompress(body, min(missing, 1 << 20)))
                body = inflate.unconsumed_tail
    except zlib.error as error:
        raise InputError(f"is damaged: its pixels do not decompress ({error}); export it again.") from error
    if missing > 0:
        raise InputError(f"is cut: it holds {total - missing} of {total} bytes of pixels; export it again.")


def _rgba(chunks: Chunks) -> NDArray[np.uint8]:
    header = _header(chunks)
    depth, kind = header.depth, header.kind
    clear = next((body for tag, body in chunks if tag == b"tRNS"), None)
    pixels = _pixels(chunks)
    if kind == INDEXED:
        entries = np.frombuffer(next(body for tag, body in chunks if tag == b"PLTE"), np.uint8).reshape(-1, 3)
        alphas = np.frombuffer(clear or b"", np.uint8)[: len(entries)]
        table = np.zeros((256, 4), np.uint8)
        table[:, 3] = 255
        table[: len(entries), :3] = entries
        table[: len(alphas), 3] = alphas
        return table[pixels]
    rgba = np.full((*pixels.shape[:2], 4), 255, np.uint8)
    if kind == GRAY:
        if pixels.dtype == np.bool_:
            pixels = pixels.astype(np.uint8) * 255
        rgba[..., :3] = (pixels >> 8 if depth == 16 else pixels)[..., None]
    elif kind == GRAY_ALPHA:
        # Pillow widens 16-bit gray with alpha to RGBA.
        rgba[..., :3], rgba[..., 3] = pixels[..., :1], pixels[..., -1]
    else:
        rgba[..., : pixels.shape[2]] = pixels
    if clear and kind == GRAY and len(clear) == 2:
        value = int.from_bytes(clear, "big")
        rgba[pixels == (value if depth == 16 else value * 255 // ((1 << depth) - 1)), 3] = 0
    elif clear and kind == RGB and len(clear) == 6:
        color = [value >> (depth - 8) for value in struct.unpack(">HHH", clear)]
        rgba[(rgba[..., :3] == color).all(2), 3] = 0
    return rgba
