"""Hostile images as bytes: bombs, cuts, lies and files of another kind under an image's name.

Part of the corpus of `hostile.py`. Everything is made here from a few sound pictures; nothing is stored.
"""

from __future__ import annotations

import io
import pickle
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache

import numpy as np
from ase_writer import ase, cel, chunk, layer, link, palette, tags, text, tilemap, tileset
from PIL import Image

from assetforge.formats import png
from assetforge.palette import Palette
from assetforge.sprite import Sprite

__all__ = ["ZEROS", "apng_of", "bombs", "cuts", "foreign", "gif_of", "header", "lies", "png_of", "sound", "stream"]

CUTS = (1, 7, 12, 20, 30, 41, 55)
ZEROS = zlib.compress(bytes(1 << 20), 9)
EMPTY = chunk(0x2006, b"")


def header(width: int, height: int, depth: int = 8, kind: int = 6, interlaced: int = 0) -> tuple[bytes, bytes]:
    """A PNG's IHDR chunk."""
    return b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced)


@cache
def stream(megabytes: int) -> bytes:
    """A zlib stream far smaller than the zeros it holds."""
    deflate = zlib.compressobj(1)
    return b"".join(deflate.compress(bytes(1 << 20)) for _ in range(megabytes)) + deflate.flush()


def png_of(*chunks: tuple[bytes, bytes]) -> bytes:
    return png._join([*chunks, (b"IEND", b"")])


def gif_of(frames: int, width: int, height: int, codes: bytes = b"\x02\x4c\x01\x00", least: int = 2) -> bytes:
    """A GIF of many equal frames, each of the given LZW sub-blocks."""
    block = struct.pack("<BHHHHBB", 0x2C, 0, 0, width, height, 0, least) + codes
    return struct.pack("<6sHHBBB", b"GIF89a", width, height, 0x80, 0, 0) + bytes(6) + block * frames + b";"


def apng_of(frames: int, width: int, height: int, body: bytes = ZEROS) -> bytes:
    """An animated PNG whose frames all cover the canvas."""
    control = [
        each
        for index in range(frames)
        for each in ((b"fcTL", struct.pack(">IIIIIHHBB", index, width, height, 0, 0, 1, 10, 0, 0)), (b"IDAT", body))
    ]
    return png_of(header(width, height), (b"acTL", struct.pack(">II", frames, 0)), *control)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@cache
def sound() -> dict[str, bytes]:
    """Small files that are read, with as many features as there are: what is cut and mutated."""
    rng = np.random.default_rng(0)
    rgba = rng.integers(0, 256, (6, 5, 4), np.uint8)
    indices = rng.integers(0, 4, (6, 5), np.uint8)
    frames = [Image.fromarray(rng.integers(0, 256, (6, 5, 4), np.uint8)) for _ in range(3)]
    wide = np.concatenate([np.zeros((9, 1), np.uint8), rng.integers(0, 256, (9, 40), np.uint8)], axis=1)
    # The seven passes of a picture of 5 x 6: pixels of each row.
    columns = (1, 1, 2, 1, 1, 3, 2, 2, 2, 5, 5, 5)
    seven = b"".join(b"\0" + rng.bytes(6 * count) for count in columns)
    found = {
        "indexed.png": png.write(Sprite(indices, Palette(((1, 2, 3), (4, 5, 6), (7, 8, 9))))),
        "rgba.png": png.write_rgba(rgba),
        "rgb.png": saved(Image.fromarray(rgba[..., :3]), "PNG"),
        "gray16.png": saved(Image.fromarray(rng.integers(0, 65536, (6, 5)).astype(np.uint16)), "PNG"),
        "rgba16.png": png_of(header(5, 9, 16), (b"IDAT", zlib.compress(wide.tobytes()))),
        "interlaced.png": png_of(header(5, 6, 16, 2, 1), (b"IDAT", zlib.compress(seven))),
        "animated.png": saved(frames[0], "PNG", save_all=True, append_images=frames[1:], duration=50),
        "still.gif": saved(frames[0].convert("P"), "GIF"),
        "animated.gif": saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50, disposal=2),
    }
    for depth, pixels in ((8, rgba[..., 0] % 4), (16, rgba[..., :2]), (32, rgba)):
        tiles = np.stack([np.zeros_like(pixels), pixels])
        chunks = [palette([(9, 9, 9, 255)] * 4), layer("a"), layer("g", kind=1), layer("m", kind=2, level=1)]
        chunks += [tags(("t", 0, 1)), tileset(tiles), cel(pixels), tilemap(np.ones((2, 2), np.uint32), layer=2)]
        found[f"of {depth} bits.aseprite"] = ase((7, 7), depth, [chunks, [link(0)]], flags=3)
    return found


def cuts() -> Iterator[tuple[str, bytes]]:
    """Each sound file, cut at many points."""
    for name, data in sound().items():
        stem, _, suffix = name.rpartition(".")
        for percent in (*CUTS, 70, 85, 97):
            yield f"{stem} cut at {percent} percent.{suffix}", data[: max(1, len(data) * percent // 100)]


def bombs() -> Iterator[tuple[str, bytes]]:
    """Small files that hold, or ask for, far more than they are."""
    bomb, pixel = stream(400), (b"IDAT", zlib.compress(bytes(5)))
    yield "zTXt.png", png_of(header(1, 1), (b"zTXt", b"a\0\0" + bomb), pixel)
    yield "iTXt.png", png_of(header(1, 1), (b"iTXt", b"a\0\1\0\0\0" + bomb), pixel)
    yield "iCCP.png", png_of(header(1, 1), (b"iCCP", b"a\0\0" + bomb), pixel)
    yield "IDAT.png", png_of(header(4, 4), (b"IDAT", bomb))
    yield "IDAT, interlaced.png", png_of(header(4, 4, 8, 6, 1), (b"IDAT", bomb))
    yield "fdAT.png", apng_of(2, 4, 4, bomb)
    yield "many chunks.png", png_of(header(1, 1), *[(b"IDAT", b"")] * 300_000, pixel)
    yield "many texts.png", png_of(header(1, 1), *[(b"tEXt", b"a\0b")] * 200_000, pixel)
    yield (
        "many transparencies.png",
        png_of(header(1, 1, 8, 3), (b"PLTE", bytes(3)), *[(b"tRNS", b"\0")] * 99_999, pixel),
    )
    yield "largest, 16 bits.png", png_of(header(4096, 4096, 16), (b"IDAT", stream(129)))
    yield "largest, interlaced.png", png_of(header(4096, 4096, 8, 6, 1), (b"IDAT", stream(65)))
    yield "a wide line.png", png_of(header(8192, 2048, 16, 6), (b"IDAT", stream(129)))
    yield "animated, 1000 large frames.png", apng_of(1000, 4000, 4000)
    yield "animated, 16 large frames.png", apng_of(16, 1024, 1024, stream(5))
    yield "animated, small frames of many.png", apng_of(4096, 8, 8)
    yield "many frames.gif", gif_of(5000, 1, 1)
    yield "4000 large frames.gif", gif_of(4000, 4096, 4096)
    yield "16 large frames.gif", gif_of(16, 1024, 1024, lzw_zeros(1 << 20))
    yield "4096 small frames.gif", gif_of(4096, 64, 64, lzw_zeros(1 << 12))
    # One code of LZW stands for thousands of pixels once the table has grown: a run of zeros.
    run = lzw_zeros(4096 * 4096)
    yield "LZW.gif", gif_of(1, 4096, 4096, run)
    yield "LZW that never ends.gif", gif_of(1, 4, 4, run)
    yield "extensions.gif", gif_of(1, 1, 1)[:-1] + b"\x21\xfe\x01a\x00" * 500_000 + b";"
    big = cel(np.zeros((1, 1, 4), np.uint8)).replace(struct.pack("<HH", 1, 1), struct.pack("<HH", 4096, 4096))
    deep = struct.pack("<HhhBHh5xHH", 0, 0, 0, 255, 2, 0, 4096, 4096) + stream(65)
    yield "a cel.aseprite", ase((4096, 4096), 32, [[layer("a"), chunk(0x2005, deep)]])
    yield "a cel that never ends.aseprite", ase((4, 4), 32, [[layer("a"), *[chunk(0x2005, deep[:-4] + bomb)] * 2]])
    yield (
        "cels on 200 layers.aseprite",
        ase(
            (2048, 2048),
            32,
            [[layer(str(n)) for n in range(200)], [chunk(0x2005, struct.pack("<H", n) + deep[2:]) for n in range(200)]],
        ),
    )
    yield "promised cels.aseprite", ase((4096, 4096), 32, [[layer("a"), layer("b"), big, big]])
    yield "canvas.aseprite", ase((65535, 65535), 32, [[layer("a")]])
    yield "frames.aseprite", ase((1, 1), 32, [[layer("a")]] + [[EMPTY]] * 60_000)
    yield "frames of a large canvas.aseprite", ase((2048, 2048), 32, [[layer("a")]] + [[EMPTY]] * 4000)
    yield "layers.aseprite", ase((1, 1), 32, [[layer("a")] * 60_000])
    nested = [layer(str(n), kind=1, level=n) for n in range(100)]
    yield "groups in groups.aseprite", ase((512, 512), 32, [nested] + [[EMPTY]] * 60, flags=3)
    half = chunk(0x2005, struct.pack("<HhhBHh5xHH", 0, 0, 0, 99, 2, 0, 1024, 1024) + zlib.compress(b"\x80" * (1 << 22)))
    many = [chunk(0x2005, struct.pack("<H", n) + half[8:]) for n in range(1000)]
    yield "half transparent.aseprite", ase((1024, 1024), 32, [[layer(str(n), blend=9) for n in range(1000)], many])
    yield "links.aseprite", ase((64, 64), 32, [[layer("a"), cel(np.ones((64, 64, 4), np.uint8))]] + [[link(0)]] * 4000)
    tile = np.zeros((1024, 128, 128), np.uint8)
    tiles = tilemap(np.full((32, 32), 1 | 0x20000000, np.uint32), layer=0)
    yield (
        "tiles.aseprite",
        ase((4096, 4096), 8, [[palette([(1, 1, 1, 255)] * 4), layer("m", kind=2), tileset(tile), tiles]]),
    )
    yield "tags.aseprite", ase((1, 1), 32, [[layer("a"), tags(*[("t" * 60, 0, 0)] * 60_000)]])
    yield (
        "1000 tags over 4000 frames.aseprite",
        ase((1, 1), 32, [[layer("a"), tags(*[("t", 0, 3999)] * 1000)]] + [[EMPTY]] * 3999),
    )
    yield (
        "a palette for each frame.aseprite",
        ase((1, 1), 8, [[layer("a")]] + [[palette([(n, 0, 0, 255) for n in range(256)])]] * 2000),
    )


def lzw_zeros(pixels: int) -> bytes:
    """GIF sub-blocks of an LZW stream of that many zeros, by the growing codes that a run makes."""
    bits, amount = 0, 0
    out = bytearray()

    def put(code: int, width: int) -> None:
        nonlocal bits, amount
        bits |= code << amount
        amount += width
        while amount >= 8:
            out.append(bits & 255)
            bits >>= 8
            amount -= 8

    clear, end, width, top, done = 4, 5, 3, 6, 0
    put(clear, width)
    put(0, width)
    done, run = 1, 2
    while done < pixels:
        if top == 4095:
            put(clear, width)
            width, top, run = 3, 6, 2
            put(0, width)
            done += 1
            continue
        put(top, width)
        done += run
        top, run = top + 1, run + 1
        if top == 1 << width and width < 12:
            width += 1
    put(end, width)
    out.append(bits & 255)
    blocks = b"".join(bytes([len(out[at : at + 255])]) + bytes(out[at : at + 255]) for at in range(0, len(out), 255))
    return blocks + b"\0"


def lies() -> Iterator[tuple[str, bytes]]:
    """Headers that do not tell the truth: sizes, counts, offsets, checksums."""
    good = sound()["indexed.png"]
    pixels = (b"IDAT", ZEROS)
    for width, height in ((30000, 30000), (0, 4), (4, 0), (8193, 1), (0x80000000, 1), (0xFFFFFFFF, 0xFFFFFFFF)):
        yield f"{width} x {height}.png", png_of(header(width, height), pixels)
    for depth, kind in ((3, 2), (1, 6), (16, 3), (0, 0), (8, 1), (8, 7), (255, 255), (8, 3)):
        yield f"{depth} bits of kind {kind}.png", png_of(header(4, 4, depth, kind), pixels)
    yield "interlace 2.png", png_of(header(4, 4, 8, 6, 2), pixels)
    yield "too few rows.png", png_of(header(4, 4), (b"IDAT", zlib.compress(bytes(17))))
    yield "no pixels.png", png_of(header(4, 4))
    yield "no header.png", png_of(pixels)
    yield "two headers.png", png_of(header(1, 1), header(4096, 4096), (b"IDAT", zlib.compress(bytes(5))))
    yield "a long header.png", png_of((b"IHDR", header(4, 4)[1] + b"x"), pixels)
    yield "a palette of 300.png", png_of(header(4, 4, 8, 3), (b"PLTE", bytes(900)), pixels)
    yield "a palette of 1 byte.png", png_of(header(4, 4, 8, 3), (b"PLTE", b"\0"), pixels)
    yield (
        "an index past the palette.png",
        png_of(header(2, 1, 8, 3), (b"PLTE", bytes(6)), (b"IDAT", zlib.compress(b"\0\0\xff"))),
    )
    yield "a checksum.png", good.replace(b"PLTE\0\0\0", b"PLTE\0\0\1")
    yield "a length past the end.png", good[:33] + b"\x7f\xff\xff\xff" + good[37:]
    yield "a length of minus one.png", good[:33] + b"\xff\xff\xff\xff" + good[37:]
    yield "an unknown critical chunk.png", png_of(header(1, 1), (b"\x1b[2J", b""), (b"IDAT", zlib.compress(bytes(5))))
    yield "an unknown filter.png", png_of(header(4, 4), (b"IDAT", zlib.compress(b"\x09" + bytes(67))))
    outside = struct.pack(">IIIIIHHBB", 0, 4, 4, 9, 9, 1, 0, 0, 0)
    yield "a frame outside.png", png_of(header(4, 4), (b"acTL", bytes(8)), *[(b"fcTL", outside), pixels] * 2)
    frame = struct.pack(">IIIIIHHBB", 0, 4, 4, 0, 0, 1, 0, 7, 9)
    yield "disposal 7.png", png_of(header(4, 4), (b"acTL", bytes(8)), *[(b"fcTL", frame), pixels] * 2)
    yield "a frame of no size.png", png_of(header(4, 4), (b"acTL", bytes(8)), *[(b"fcTL", bytes(26)), pixels] * 2)
    yield "a short frame.png", png_of(header(4, 4), (b"acTL", bytes(8)), *[(b"fcTL", b"x"), pixels] * 2)
    yield "no frame data.png", png_of(header(4, 4), (b"acTL", bytes(8)), *[(b"fcTL", frame[:-2] + b"\0\0")] * 2)
    yield "30,000 a side.gif", gif_of(1, 30000, 30000)
    yield "no size.gif", gif_of(1, 0, 0)
    yield "garbage.gif", gif_of(1, 4, 4)[:-1] + b"\x77" * 9
    yield "nothing in it.gif", struct.pack("<6sHHBBB", b"GIF89a", 4, 4, 0, 0, 0) + b";"
    yield "no end.gif", gif_of(1, 4, 4)[:-1]
    yield "codes of 12 bits at least.gif", gif_of(1, 4, 4, b"\x02\x4c\x01\x00", 12)
    yield "codes of 0 bits.gif", gif_of(1, 4, 4, b"\x02\x4c\x01\x00", 0)
    yield "wrong codes.gif", gif_of(1, 4, 4, b"\x04\xff\xff\xff\xff\x00")
    yield "no codes.gif", gif_of(1, 4, 4, b"\x00")
    yield (
        "a frame outside.gif",
        gif_of(2, 4, 4).replace(
            struct.pack("<BHHHH", 0x2C, 0, 0, 4, 4), struct.pack("<BHHHH", 0x2C, 65000, 65000, 4, 4)
        ),
    )
    yield "a control of 1 byte.gif", gif_of(1, 4, 4)[:19] + b"\x21\xf9\x01\x01\x00" + gif_of(1, 4, 4)[19:]
    yield "a table past the end.gif", struct.pack("<6sHHBBB", b"GIF89a", 4, 4, 0x87, 0, 0) + bytes(5)
    plain = np.ones((4, 4, 4), np.uint8)
    good = ase((4, 4), 32, [[layer("a"), cel(plain)]])
    patches = {
        "no frames": (6, b"\0\0"),
        "24 bits": (12, b"\x18\0"),
        "no width": (8, b"\0\0"),
        "65535 frames": (6, b"\xff\xff"),
        "a frame's magic": (132, b"\0\0"),
        "a frame past the end": (128, b"\xff\xff\xff\x7f"),
        "a frame of no bytes": (128, bytes(4)),
        "65534 chunks": (134, b"\xfe\xff"),
        "2 ** 32 chunks": (140, b"\xff" * 4),
        "a chunk past the end": (144, b"\xff\xff\xff\x7f"),
        "a chunk of no bytes": (144, bytes(4)),
    }
    for name, (at, value) in patches.items():
        yield f"{name}.aseprite", good[:at] + value + good[at + len(value) :]
    head = struct.pack("<HhhBHh5x", 0, 0, 0, 255, 2, 0)
    ones, past = (tilemap(np.full((2, 2), tile, np.uint32)) for tile in (1, 0x1FFFFFFF))
    large = struct.pack("<IIIHHh14x", 0, 2, 2**32 - 1, 65535, 65535, 1)
    rows = {
        "a layer that is not there": [layer("a"), cel(plain, layer=9)],
        "a cel far outside": [layer("a"), cel(plain, x=32767, y=-32768)],
        "a cel of no size": [layer("a"), chunk(0x2005, head + struct.pack("<HH", 0, 0))],
        "a cel of 65535 a side": [layer("a"), chunk(0x2005, head + struct.pack("<HH", 65535, 65535) + ZEROS)],
        "a cel that does not decompress": [layer("a"), chunk(0x2005, head + struct.pack("<HH", 4, 4) + b"\xff" * 9)],
        "a cel of type 99": [layer("a"), chunk(0x2005, struct.pack("<HhhBHh5x", 0, 0, 0, 255, 99, 0))],
        "a link to itself": [layer("a"), link(0)],
        "a link past the end": [layer("a"), link(60000)],
        "a depth of 32767": [layer("a"), cel(plain, z=32767)],
        "level 9 first": [layer("a", level=9), cel(plain)],
        "blending 77": [layer("a", blend=77), cel(plain)],
        "a name past the end": [chunk(0x2004, struct.pack("<HHHHHHB3xH", 1, 0, 0, 0, 0, 0, 255, 65535) + b"x")],
        "a tileset that is not there": [layer("m", kind=2, tileset=7), ones],
        "tiles of no size": [layer("m", kind=2), tileset(np.zeros((1, 0, 0, 4), np.uint8)), ones],
        "tiles that are not there": [layer("m", kind=2), tileset(np.zeros((1, 2, 2, 4), np.uint8)), past],
        "2 ** 32 tiles": [layer("m", kind=2), chunk(0x2023, large + text("t") + bytes(4) + ZEROS), ones],
        "a palette of 2 ** 32": [chunk(0x2019, struct.pack("<III8x", 2**32 - 1, 0, 2**32 - 2)), layer("a"), cel(plain)],
        "a palette upside down": [chunk(0x2019, struct.pack("<III8x", 4, 3, 0)), layer("a"), cel(plain)],
        "an old palette of 65535 packets": [chunk(0x0004, struct.pack("<H", 65535)), layer("a"), cel(plain)],
        "tags past the end": [layer("a"), tags(("t", 5, 2), ("t", 60000, 60001)), cel(plain)],
        "tags that are not there": [layer("a"), chunk(0x2018, struct.pack("<H8x", 1000)), cel(plain)],
        "a tag with an escape": [layer("a"), tags(("\x1b[31m\n/../..", 0, 0)), cel(plain)],
        "a layer with an escape": [layer("\x1b[31m\nassetforge: all is well", blend=99), cel(plain)],
    }
    for name, chunks in rows.items():
        yield f"{name}.aseprite", ase((4, 4), 32, [chunks])
    yield "no palette.aseprite", ase((4, 4), 8, [[layer("a"), cel(np.full((4, 4), 200, np.uint8))]])
    yield (
        "a transparent entry past the palette.aseprite",
        ase((4, 4), 8, [[palette([(1, 1, 1, 255)]), layer("a"), cel(np.full((4, 4), 3, np.uint8))]], transparent=255),
    )


def foreign() -> Iterator[tuple[str, bytes]]:
    """Files of another kind under an image's name."""
    plain = Image.new("RGB", (4, 4), (9, 9, 9))
    for kind in ("JPEG", "TIFF", "BMP", "WEBP", "EPS", "ICO", "PPM", "TGA", "PCX", "PDF", "SGI"):
        yield f"{kind}.png", saved(plain, kind)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("../../x.png", b"x")
    yield "ZIP.png", archive.getvalue()
    yield "pickle.png", pickle.dumps({"a": [1, 2]})
    yield "gzip.gif", b"\x1f\x8b\x08" + bytes(40)
    yield "ELF.aseprite", b"\x7fELF" + bytes(200)
    yield "PNG as Aseprite.aseprite", sound()["rgba.png"]
    yield "GIF as PNG.png", sound()["still.gif"]
    yield "Aseprite as GIF.gif", sound()["of 32 bits.aseprite"]
    yield "swatches.ase", b"ASEF\0\1\0\0\0\0\0\0"
    yield "Photoshop.png", b"8BPS" + bytes(99)
    yield "SVG.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>'
    yield "HTML.png", b"<html><script>alert(1)</script>"
    yield "LFS.png", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n"
    yield "empty.png", b""
    yield "one byte.gif", b"G"
    yield "zeros.png", bytes(1 << 16)
    yield "signature only.png", png.MAGIC
    yield "signature only.gif", b"GIF89a"
    yield "signature only.aseprite", b"\0\0\0\0\xe0\xa5"
    yield "UTF-16.png", "hello".encode("utf-16")
    yield "noise.ase", np.random.default_rng(1).bytes(5000)
