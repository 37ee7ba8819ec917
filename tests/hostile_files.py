"""Hostile names, links and things that are no files, in a folder of art.

Part of the corpus of `hostile.py`. Each case fills a folder of its own; what then must come of the
sheet that reads the folder is "built", "refused", or "either" where systems differ.
"""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from projects import draw, picture

from assetforge.formats import png

__all__ = ["Case", "cases", "put"]

Case = tuple[str, Callable[[Path], object], str]
"""What it is; what fills a folder, given that; what must come of it."""

SOUND = png.write_rgba(picture(1))

NAMES: dict[str, bytes] = {
    "a line break": b"a\nassetforge: all is well.png",
    "a carriage return": b"a\rassetforge: all is well.png",
    "a tab": b"a\tb.png",
    "colors of the terminal": b"\x1b[31mred\x1b[0m.png",
    "the title of the terminal": b"\x1b]0;title\x07.png",
    "a bell": b"\x07.png",
    "a delete": b"a\x7f.png",
    "a C1 control": "a\x9b31m.png".encode(),
    "a reversed order": "\u202egnp.exe.png".encode(),
    "a line separator": "a\u2028b.png".encode(),
    "a next line": "a\x85b.png".encode(),
    "a joiner": "a\u200db.png".encode(),
    "no break": "a\u00a0b.png".encode(),
    "an emoji": "🧙‍♀️.png".encode(),
    "letters of old": "𓀀.png".encode(),
    "no UTF-8": b"\xff\xfe.png",
    "an overlong slash": b"a\xc0\xafb.png",
    "a surrogate": b"\xed\xa0\x80.png",
    "half of a letter": b"\xc3.png",
    "255 bytes": b"a" * 251 + b".png",
    "255 bytes of wide letters": "é".encode() * 125 + b"a.png",
    "a dash first": b"-rf.png",
    "an option": b"--force.png",
    "a tilde": b"~.png",
    "more dots": b"a..png",
    "a space": b"a .png",
    "a space first": b" a.png",
    "a device of Windows": b"con.png",
    "another device of Windows": b"NUL.png",
    "a port of Windows": b"com1.png",
    "a stream of Windows": b"a:b.png",
    "a backslash": b"a\\..\\b.png",
    "quotes": b"a\"b'c.png",
    "a command": b"$(touch x)`id`;a|b.png",
    "angles": b"<script><b>.png",
    "stars": b"*?.png",
    "a set": b"[a].png",
    "braces": b"{a,b}.png",
    "percents": b"%s%n%00.png",
    "a prototype": b"__proto__.png",
    "a word of Windows": b"x.PNG",
}

PAIRS = {
    "two cases": (b"Orc.png", b"orc.png"),
    "composed and not": ("\u00e9.png".encode(), "e\u0301.png".encode()),
    "a dotted i": ("\u0130.png".encode(), b"i.png"),
    "a sharp s": ("\u00df.png".encode(), b"ss.png"),
}


def put(folder: Path, name: bytes, data: bytes = SOUND) -> None:
    (Path(os.fsdecode(folder)) / os.fsdecode(name)).write_bytes(data)


def cases(outside: Path) -> Iterator[Case]:
    """All of them.

    Arguments:
        outside: A folder beside the project, with a `secret.png` and a folder `more` with another.
    """
    for what, name in NAMES.items():
        yield f"a name with {what}", lambda folder, name=name: put(folder, name), "built"
        yield f"a broken file, its name with {what}", lambda folder, name=name: put(folder, name, b"x"), "refused"
    for what, names in PAIRS.items():
        yield f"names of {what}", lambda folder, names=names: [put(folder, name) for name in names], "built"
    yield "two suffixes", lambda folder: [put(folder, name) for name in (b"orc.png", b"orc.PNG")], "refused"
    yield "a hidden file", lambda folder: put(folder, b"...png"), "refused"
    yield "a folder's name of 255 bytes", lambda folder: draw(folder / ("a" * 255) / "a.png", 1), "built"
    yield "a folder with a line break", lambda folder: draw(folder / "a\nb" / "a.png", 1), "built"
    yield "a folder called x.png", lambda folder: draw(folder / "x.png" / "a.png", 1), "built"
    yield "folders 300 deep", lambda folder: deep(folder, 300), "refused"
    yield "a path of 4,000 bytes", lambda folder: deep(folder, 15, "a" * 200), "built"
    yield from links(outside)
    yield from specials()


def deep(folder: Path, levels: int, name: str = "a") -> None:
    """A sprite in folders in folders."""
    draw(folder / "/".join([name] * levels) / "a.png", 1)


def links(outside: Path) -> Iterator[Case]:
    """Links: out of the project they are refused, in a circle they do no harm, within it they work."""

    def link(target: str, name: str = "x.png", sound: bool = True) -> Callable[[Path], object]:
        def fill(folder: Path) -> None:
            if sound:
                put(folder, b"a.png")
            (folder / name).symlink_to(target)

        return fill

    def pair(folder: Path) -> None:
        (folder / "x.png").symlink_to("y.png")
        (folder / "y.png").symlink_to("x.png")

    def within(folder: Path, *, absolute: bool = False, whole: bool = False) -> None:
        draw(folder / "own" / "a.png", 1)
        target = folder / "own" if whole else folder / "own" / "a.png"
        (folder / ("again" if whole else "b.png")).symlink_to(target if absolute else target.relative_to(folder))

    def bomb(folder: Path) -> None:
        for level in range(30):
            draw(folder / f"d{level}" / "a.png", level)
            for name in "xyz":
                (folder / f"d{level}" / name).symlink_to(f"../d{level + 1}")

    def chain(folder: Path) -> None:
        (folder / "first").symlink_to(outside / "more")
        (folder / "x.png").symlink_to("first/b.png")

    yield "a link out to a file", link(str(outside / "secret.png")), "refused"
    yield "a link out by dots", link(f"../../../{outside.name}/secret.png"), "refused"
    yield "a link out to a folder", link(str(outside / "more"), "more"), "refused"
    yield "a link to the root of the disk", link("/", "all"), "refused"
    yield "a link to a link out", chain, "refused"
    yield "a link out to nothing", link(str(outside / "nothing.png")), "refused"
    yield "a link within to nothing", link("nothing.png"), "refused"
    yield "a link to a text outside", link(str(outside / "note.txt"), "note.txt"), "built"
    yield "a link to itself", link("x.png"), "refused"
    yield "links to each other", pair, "refused"
    yield "a link to its folder", link(".", "round"), "built"
    yield "a link to the project", link("../..", "round"), "built"
    yield "a link called x.png to its folder", link("."), "built"
    yield "a link within to a file", within, "built"
    yield "an absolute link within", lambda folder: within(folder, absolute=True), "built"
    yield "a link within to a folder", lambda folder: within(folder, whole=True), "built"
    yield "3 ** 30 ways by links", bomb, "refused"
    for device in ("zero", "null", "random", "stdin", "tty", "full"):
        yield f"a link to /dev/{device}", link(f"/dev/{device}"), "refused"
    for file in ("mem", "environ", "maps", "fd/0", "root"):
        yield f"a link to /proc/self/{file}", link(f"/proc/self/{file}"), "refused"


def specials() -> Iterator[Case]:
    """Things that are no files, and files that are not what their size says."""

    def listening(folder: Path) -> None:
        # A path longer than 108 bytes cannot be bound, whatever its folder.
        here = os.getcwd()
        os.chdir(folder)
        try:
            with socket.socket(socket.AF_UNIX) as ear:
                ear.bind("x.png")
        finally:
            os.chdir(here)

    def sparse(size: int) -> Callable[[Path], object]:
        def fill(folder: Path) -> None:
            with open(folder / "x.png", "wb") as file:
                file.write(SOUND)
                file.truncate(size)

        return fill

    def device(folder: Path, kind: int, number: tuple[int, int]) -> None:
        try:
            os.mknod(folder / "x.png", kind | 0o666, os.makedev(*number))
        except PermissionError:
            os.mkfifo(folder / "x.png")

    def unreadable(folder: Path) -> None:
        put(folder, b"x.png")
        (folder / "x.png").chmod(0)

    yield "a FIFO", lambda folder: os.mkfifo(folder / "x.png"), "refused"
    yield "a socket", listening, "refused"
    yield "a device", lambda folder: device(folder, stat.S_IFCHR, (1, 5)), "refused"
    yield "a disk", lambda folder: device(folder, stat.S_IFBLK, (7, 250)), "refused"
    yield "an unreadable file", unreadable, "refused" if os.geteuid() else "built"
    yield "a file of 1 TiB", sparse(1 << 40), "refused"
    yield "a file of 300 MiB", sparse(300 << 20), "refused"
    yield "a file of 100 MiB", sparse(100 << 20), "refused"
    yield "a sound file with 1 MiB behind it", sparse(1 << 20), "built"
    yield "a mask alone", lambda folder: put(folder, b"x.mask.png"), "refused"
