"""Hostile texts: assetforge.toml in every wrong shape, and palettes of all formats.

Part of the corpus of `hostile.py`. A configuration here is what follows a sound one: a `[project]`
and the sheet "good" stand before it, and whatever follows must not keep that sheet from being built,
unless the file is no TOML or `[project]` itself is at fault.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np
from hostile_images import header, png_of, stream

from assetforge.formats import png
from assetforge.formats.palettes import write
from assetforge.palette import Palette
from assetforge.settings import resolve
from assetforge.steps import KINDS

__all__ = ["GOOD", "PROJECT", "configs", "palettes", "put", "sound_palettes", "whole"]

PROJECT = '[project]\nsource = "art"\noutput = "out"\npalette = "pico-8"\n'
GOOD = '\n[[sheet]]\nname = "good"\nkind = "quantize"\nfrom = "good/*.png"\n'

VALUES = {
    "a huge integer": "1" + "0" * 4000,
    "an integer of 10,000 digits": "9" * 10_000,
    "a huge hexadecimal": "0x" + "f" * 100_000,
    "nan": "nan",
    "minus infinity": "-inf",
    "a date": "1979-05-27T07:32:00Z",
    "a time": "07:32:00",
    "true": "true",
    "a table": "{ a = 1 }",
    "a list of tables": "[{ a = 1 }]",
    "an empty list": "[]",
    "a list in a list": "[[1]]",
    "a huge integer in a list": "[0x" + "f" * 100_000 + "]",
    "an empty string": '""',
    "a string with a NUL": '"\\u0000"',
    "a string with an escape": '"\\u001b[31m\\nassetforge: well"',
    "a string of 100,000 letters": '"' + "x" * 100_000 + '"',
    "a path outside": '"../../../etc"',
    "an absolute path": '"/etc/passwd"',
    "a path of Windows": '"C:\\\\Windows"',
    "minus one": "-1",
}
MANY = 999
KEYS = {kind: tuple(one.name.rstrip("_") for one in fields(resolve(KINDS[kind]))) for kind in KINDS}
"""Every key of every kind of sheet."""
SOUND = {kind: {"from": '"bad/*"'} for kind in KINDS}
SOUND |= {
    "generate": {"count": "1", "like": '"bad/*"'},
    "mix": {"rows": "[1]", "cols": "[2]", "model": '"none.safetensors"'},
    "tileset": {"inner": '"bad/*"', "outer": '"bad/*"'},
}


def kind_of(key: str) -> str:
    """The first kind that has a key."""
    return next((kind for kind, keys in KEYS.items() if key in keys), "quantize")


def sheet(key: str, value: str, name: str, kind: str = "") -> str:
    """A sheet of a kind, or of the first that has such a key, whose `key` is `value`."""
    kind = kind or kind_of(key)
    keys = {"name": f'"{name}"', "kind": f'"{kind}"', **SOUND[kind], key: value}
    if kind == "generate" and key == "like":
        # Nothing to start from is no fault: no model is to be loaded.
        keys["model"] = '"none.safetensors"'
    return "\n[[sheet]]\n" + "".join(f"{each} = {said}\n" for each, said in keys.items())


def put(root: Path, text: str | bytes, after: bool) -> None:
    """Make `text` the configuration of a project, or what comes after the sound part of it."""
    data = text.encode() if isinstance(text, str) else text
    (root / "assetforge.toml").write_bytes((PROJECT + GOOD).encode() * after + data)


def configs(every: bool = False) -> Iterator[tuple[str, str | bytes]]:
    """What follows the sound part; every value in every key, and texts out of all reason.

    Arguments:
        every: Try a key in every kind that has it, not in the first alone.
    """
    for what, value in VALUES.items():
        # One file tries a value in all keys: a fault in one sheet says nothing of the others.
        for kinds in [[kind] for kind in KEYS] if every else [list(KEYS)]:
            places = [
                (kind, key)
                for kind in kinds
                for key in KEYS[kind]
                if kind_of(key) == kind or (every and len(value) < MANY)
            ]
            text = "".join(sheet(key, value, f"s{n}", kind) for n, (kind, key) in enumerate(places))
            yield f"{what} in every key of {' and '.join(kinds)}", text
    yield (
        "every key of every kind, unknown to it",
        "".join(
            f'[[sheet]]\nname = "k{n}"\nkind = "{kind}"\n' + "".join(f"{key}_ = 1\n" for key in names)
            for n, (kind, names) in enumerate(KEYS.items())
        ),
    )
    yield "10,000 nameless sheets", "[[sheet]]\n" * 10_000
    yield "30,000 sheets", "".join(f'[[sheet]]\nname="n{n}"\n' for n in range(30_000))
    yield "30,000 sheets of one name", '[[sheet]]\nname="n"\n' * 30_000
    yield "100,000 unknown keys", sheet("from", '"bad/*"', "x") + "".join(f"k{n}=0\n" for n in range(100_000))
    yield "50,000 unknown sections", "".join(f"[k{n}]\n" for n in range(50_000))
    yield "100,000 exports", sheet("exports", "[" + '"x",' * 100_000 + "]", "x")
    yield "9,000 swaps", sheet("swaps", "[" + "".join(f'"x{n}",' for n in range(9_000)) + "]", "x")
    yield "100,000 patterns", sheet("from", "[" + '"x*",' * 100_000 + "]", "x")
    yield (
        "20,000 patterns, each another",
        sheet("from", "[" + "".join(f'"axe{n}.png",' for n in range(20_000)) + "]", "x"),
    )
    yield "200,000 rows", sheet("rows", "[" + "1," * 200_000 + "]", "x")
    yield "a pattern of many stars", sheet("from", '"bad/' + "*a" * 60 + 'b"', "x")
    yield "a pattern of many folders", sheet("from", '"' + "**/a*/" * 60 + 'b.png"', "x")
    yield "a pattern of many braces", sheet("from", '"' + "{a,b}" * 60 + '.png"', "x")
    yield "a pattern of nested braces", sheet("from", '"' + "{" * 5000 + "}" * 5000 + '"', "x")
    yield "a pattern of many sets", sheet("from", '"' + "[a-z!]" * 50_000 + '"', "x")
    yield "a pattern of 900,000 letters", sheet("from", '"' + "*?" * 450_000 + '"', "x")
    yield "a set that is none", sheet("from", '"bad/[z-a]*.png"', "x")
    yield "an unknown key of 900,000 letters", "[[sheet]]\n" + "k" * 900_000 + "=1\n"


def whole() -> Iterator[tuple[str, str | bytes]]:
    """Whole files, of which nothing can be built."""
    sound = PROJECT + GOOD
    yield "empty", ""
    yield "a NUL", sound + "\0"
    yield "two byte order marks", "\ufeff\ufeff" + sound
    yield "UTF-16", sound.encode("utf-16")
    yield "Latin-1", sound.encode() + b"# caf\xe9\n"
    yield "control characters", sound + "# \x1b[31m red\n"
    yield "noise", np.random.default_rng(2).bytes(4096)
    yield "2 MiB", sound + "# padding\n" * 210_000
    yield "a deep list", sound + "deep = " + "[" * 50_000 + "]" * 50_000
    yield "a deep table", sound + "deep = " + "{a=" * 20_000 + "1" + "}" * 20_000
    yield "a key of 200,000 parts", sound + "a." * 200_000 + "a = 1\n"
    yield "a header of 200,000 parts", sound + "[" + "a." * 200_000 + "a]\n"
    yield "an inline key of 100,000 parts", sound + "x = {" + "a." * 100_000 + "a = 1}\n"
    yield "a quoted key of 100,000 parts", sound + '"a" . ' * 100_000 + "a = 1\n"
    yield "20,000 tables in tables", sound + "".join(f"[a{n}.b.c.d.e.f]\n" for n in range(20_000))
    yield "a header of spaces", sound + '["' + " " * 500_000 + '#"]\n'
    yield "quotes that do not end", sound + "x = '''a'b" + '"' + '\\"' * 300_000 + "'''\n"
    yield "a string that does not end", sound + 'x = "' + "\\" * 300_001
    yield "brackets in brackets", sound + "x = [" + "[]," * 200_000 + "]\n"
    yield "project is a list", "project = []\n" + GOOD
    yield "project is a number", "project = 1\n" + GOOD
    yield "sheet is a number", "sheet = 1\n" + PROJECT
    yield "sheet is a list of numbers", "sheet = [1, 2]\n" + PROJECT
    yield "sheet is a table", PROJECT + '[sheet]\nname = "good"\n'
    for key in ("source", "output", "palette", "exports", "follow_links"):
        old = next((line for line in PROJECT.split("\n") if line.startswith(key)), None)
        for what, value in VALUES.items():
            text = PROJECT.replace(old, f"{key} = {value}") if old else f"{PROJECT}{key} = {value}\n"
            yield f"{key} is {what}", text + GOOD


def sound_palettes() -> dict[str, bytes]:
    """One file of each format."""
    colors = Palette(tuple((n * 9, 255 - n, n * n % 256) for n in range(12)), "sound")
    return {f"sound{suffix}": write(colors, suffix) for suffix in (".hex", ".gpl", ".pal", ".act", ".ase", ".png")}


def palettes() -> Iterator[tuple[str, bytes]]:
    """Palette files: cut, lying, huge, of another kind."""
    for name, data in sound_palettes().items():
        stem, suffix = name.split(".")
        for percent in (0, 10, 40, 60, 90):
            yield f"{stem} cut at {percent} percent.{suffix}", data[: len(data) * percent // 100]
        yield f"{stem} twice.{suffix}", data + data
        yield f"noise.{suffix}", np.random.default_rng(3).bytes(3000)
        yield f"zeros.{suffix}", bytes(1 << 20)
        yield f"9 MiB.{suffix}", data + b" " * (9 << 20)
        yield f"lines.{suffix}", data + b"\n" * 4_000_000
    yield "100,000 colors.hex", b"".join(b"%06x\n" % n for n in range(100_000))
    yield "an escape.hex", b"\x1b[31mff0000\n"
    yield "a long line.hex", b"f" * 5_000_000
    yield "no break.gpl", b"GIMP Palette\n" + b"1 " * 2_000_000
    yield "1,000,000 colors.gpl", b"GIMP Palette\n" + b"1 2 3\n" * 1_000_000
    yield "a number of 5000 digits.gpl", b"GIMP Palette\n" + b"1" * 900 + b" 2 3\n"
    yield "channels.gpl", b"GIMP Palette\nChannels: RGBA\n1 2 3\n"
    yield "other digits.gpl", "GIMP Palette\n١ ٢ ٣\n".encode()
    yield "a count of 99999.pal", b"JASC-PAL\r\n0100\r\n99999\r\n1 2 3\r\n"
    yield "RIFF.pal", b"RIFF" + bytes(99)
    yield "a count of 65535.act", bytes(768) + struct.pack(">HH", 65535, 0)
    yield "a transparent entry of 999.act", bytes(range(256)) * 3 + struct.pack(">HH", 256, 999)
    block = struct.pack(">HI", 1, 0)
    yield "2 ** 32 blocks.ase", b"ASEF" + struct.pack(">HHI", 1, 0, 2**32 - 1) + block
    yield "1,000,000 groups.ase", b"ASEF" + struct.pack(">HHI", 1, 0, 10**6) + struct.pack(">HI", 0xC002, 0) * 10**6
    yield "a block past the end.ase", b"ASEF" + struct.pack(">HHIHI", 1, 0, 1, 1, 2**32 - 1)
    yield "a name past the end.ase", b"ASEF" + struct.pack(">HHIHIH", 1, 0, 1, 1, 2, 65535)
    values = {"nan": float("nan"), "inf": float("inf"), "1e38": 3e38, "-1e38": -3e38}
    for model, count in ((b"RGB ", 3), (b"CMYK", 4), (b"LAB ", 3), (b"Gray", 1)):
        for said, value in values.items():
            body = b"\0\0" + model + struct.pack(f">{count}fH", *[value] * count, 0)
            data = b"ASEF" + struct.pack(">HHI", 1, 0, 2) + (struct.pack(">HI", 1, len(body)) + body) * 2
            yield f"{model.decode().strip()} of {said}.ase", data
    yield "an unknown model.ase", b"ASEF" + struct.pack(">HHIHI", 1, 0, 1, 1, 8) + b"\0\0\x1b[2J\0\0"
    yield "a picture.png", png.write_rgba(np.random.default_rng(4).integers(0, 256, (64, 64, 4), np.uint8))
    yield "a large picture.png", png.write_rgba(np.zeros((2048, 2048, 4), np.uint8))
    yield "a bomb.png", png_of(header(4, 4), (b"IDAT", stream(400)))
    yield (
        "a million swatches.png",
        png.write_rgba(
            np.dstack([np.indices((1024, 1024)).transpose(1, 2, 0) % 256, np.full((1024, 1024, 2), 255)]).astype(
                np.uint8
            )
        ),
    )
