"""The hostile corpus: hundreds of broken and malicious inputs, made on the spot, and what must hold of each.

Tests run it (`test_hostile.py`). By hand, `python tests/hostile.py FOLDER` writes projects that hold all of it
and tells how many cases each family has; `assetforge build FOLDER/images`, and so on, tries one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import hostile_configs
import hostile_files
import hostile_images
import hostile_states
from hostile_run import Told
from projects import draw

__all__ = ["around", "counted", "faults", "game", "images", "masks", "outside", "safe"]

MEMORY = 512
SECONDS = 10
OURS = ("out", ".assetforge", "assetforge.lock")

Fill = Callable[[Path], object]


def images(*families: str) -> list[tuple[str, Fill, str]]:
    """Cases of `hostile_images`, as those of `hostile_files` are."""

    def fill(name: str, data: bytes) -> Fill:
        return lambda folder: (folder / name).write_bytes(data)

    named = [each for family in families for each in getattr(hostile_images, family)()]
    return [(name, fill(name, data), "either") for name, data in named]


def masks() -> list[tuple[str, Fill, str]]:
    """Sprites with a mask beside them that is none."""
    found: dict[str, bytes] = {
        "of another size": hostile_images.sound()["rgba.png"],
        "of 4096 x 4096": hostile_images.png_of(
            hostile_images.header(4096, 4096), (b"IDAT", hostile_images.stream(65))
        ),
        "a text": b"white",
        "empty": b"",
        "an animation": hostile_images.sound()["animated.png"],
        "a bomb": hostile_images.png_of(hostile_images.header(9, 9), (b"IDAT", hostile_images.stream(400))),
    }
    found |= {f"cut at {percent}": found["of another size"][:percent] for percent in (9, 30, 60)}

    def beside(data: bytes) -> Fill:
        def fill(folder: Path) -> None:
            draw(folder / "a.png", 1)
            (folder / "a.mask.png").write_bytes(data)

        return fill

    def special(make: Callable[[Path], object]) -> Fill:
        def fill(folder: Path) -> None:
            draw(folder / "a.png", 1)
            make(folder / "a.mask.png")

        return fill

    cases = [(f"a mask {what}", beside(data), "refused") for what, data in found.items()]
    cases.append(("a mask that is a FIFO", special(os.mkfifo), "refused"))
    cases.append(("a mask that links out", special(lambda path: path.symlink_to("/etc/hostname")), "refused"))
    return cases


def outside(folder: Path) -> Path:
    """A folder beside a project, which nobody may read by a link, and nobody may change."""
    draw(folder / "secret.png", 5)
    draw(folder / "more" / "b.png", 6)
    for name in ("note.txt", "victim.txt", "x.tmp", ".good.png.12345678.tmp"):
        (folder / name).write_text("victim")
    return folder


def game(root: Path, cases: Iterable[tuple[str, Fill, str]] = (), kind: str = "quantize", more: str = "") -> Path:
    """A project with a sound sheet and a sheet for each case, called ``c000`` and so on."""
    draw(root / "art" / "good" / "axe.png", 1)
    text = hostile_configs.PROJECT + more + hostile_configs.GOOD
    for number, (_, fill, _) in enumerate(cases):
        folder = root / "art" / f"c{number:03d}"
        folder.mkdir(parents=True)
        fill(folder)
        text += f'\n[[sheet]]\nname = "{folder.name}"\nkind = "{kind}"\nfrom = "{folder.name}/**/*"\n'
    (root / "assetforge.toml").write_text(text)
    return root


def around(folder: Path, project: str = "game") -> dict[str, bytes | str]:
    """Everything in `folder` but what a build of the project in it may write: content, or where a link leads."""
    found: dict[str, bytes | str] = {}
    for directory, folders, files in os.walk(folder):
        if Path(directory) == folder / project:
            folders[:] = [name for name in folders if name not in OURS]
            files = [name for name in files if name not in OURS]
        for name in (*folders, *files):
            path = Path(directory, name)
            if path.is_symlink():
                found[str(path)] = os.readlink(path)
            elif path.is_file() and path.stat().st_size < 1 << 24:
                found[str(path)] = path.read_bytes()
            else:
                found[str(path)] = str(path.lstat().st_size if not path.is_dir() else "")
    return found


def safe(told: Told) -> str:
    """What is wrong with how a command ended, or nothing: whatever it was given, this holds."""
    lines = (told.out + told.err).splitlines()
    if told.code not in (0, 1, 2, 3):
        return f"exit {told.code}: {told.err[-600:]}"
    if "Traceback" in told.err or "itself failed" in told.err:
        return told.err[-600:]
    if wrong := [line for line in lines if not line.isprintable()]:
        return f"not printable: {wrong[0]!r}"
    if told.seconds > SECONDS or told.peak > MEMORY:
        return f"{told.seconds:.1f} s, {told.peak} MiB"
    if told.code in (1, 2) and not len(told.err.splitlines()) >= 1:
        return f"exit {told.code} without a word"
    return ""


def faults(told: Told, number: int) -> list[str]:
    """The lines that a build of a `game` said of one case."""
    return [line for line in told.err.splitlines() if line.startswith("assetforge:") and f'"c{number:03d}"' in line]


def counted(folder: Path) -> dict[str, int]:
    """How many cases each family has.

    Arguments:
        folder: An empty one to build a project in, whose lock and cache are spoilt.
    """
    from hostile_models import checkpoints
    from hostile_run import run

    root = game(folder / "game")
    run([[str(root), "build", "--quiet"]])
    counts = {family: len(images(family)) for family in ("bombs", "cuts", "lies", "foreign")}
    counts["names, links and specials"] = len(list(hostile_files.cases(folder)))
    counts["masks"] = len(masks())
    counts["configurations"] = len(list(hostile_configs.configs())) + len(list(hostile_configs.whole()))
    counts["palettes"] = len(list(hostile_configs.palettes()))
    counts["locks, caches and outputs"] = len(list(hostile_states.states(root)))
    counts["checkpoints"] = len(list(checkpoints()))
    return counts


def write(folder: Path) -> None:
    """Write the whole corpus as projects below `folder`."""
    from hostile_models import checkpoints

    game(folder / "images", images("bombs", "cuts", "lies", "foreign"))
    game(folder / "files", hostile_files.cases(outside(folder / "outside")))
    game(folder / "masks", masks(), "complete")
    for after, texts in ((True, hostile_configs.configs()), (False, hostile_configs.whole())):
        for number, (name, text) in enumerate(texts):
            root = game(folder / "configs" / f"{'after' if after else 'whole'} {number:03d}")
            (root / "CASE.txt").write_text(name)
            hostile_configs.put(root, text, after)
    for kind, cases in (("palettes", hostile_configs.palettes()), ("checkpoints", checkpoints())):
        (folder / kind).mkdir()
        for number, (name, data) in enumerate(cases):
            (folder / kind / f"{number:03d} {name.replace('/', '_')}").write_bytes(data)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
    for family, count in counted(Path(sys.argv[1]) / "built").items():
        print(f"{count:5d}  {family}")
