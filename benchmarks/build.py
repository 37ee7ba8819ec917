"""What a build costs with nothing to do, with one sprite changed, and from nothing, beside ninja and doit.

Run from the top of the checkout: ``python -m benchmarks.build [--sprites 5000] [--sheet 500] [--jobs 1]``.
All three stand in one tree of N small PNG. ninja (``cp``) and doit (``shutil``) copy each file to a folder, the
least that a build step can do with it; assetforge quantizes it to pico-8 and packs it. Seconds are of processor
time, children included, and of wall clock, each the least of some runs of the whole command; MiB is the most
memory of one process. ninja and doit are in the extra ``dev``.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from assetforge.formats import palettes

RUNS = 5
SIDE = 16
SETTLE = 2.5  # seconds after which a file's time is older than the grain of the coarsest clock

NINJA = "rule copy\n  command = cp $in $out\n"
DOIT = """
import shutil
from pathlib import Path

DOIT_CONFIG = {"verbosity": 0}


def copy(source, target):
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def task_copy():
    for path in sorted(Path("art").rglob("*.png")):
        target = Path("doit") / path
        yield {"name": str(path), "file_dep": [path], "targets": [target], "actions": [(copy, [path, target])]}
"""


def draw(path: Path, seed: int) -> None:
    """A sprite of eight colors of a palette that the build has to leave, and of holes.

    Written by the standard library alone: a process counts the memory of the one that started it as its own, until
    it has more, so this one stays small.
    """
    random = Random(seed)
    colors = [bytes((*color, 255)) for color in random.sample(palettes.load("sweetie-16").colors, 8)] + [bytes(4)]
    rows = b"".join(b"\0" + b"".join(random.choices(colors, k=SIDE)) for _ in range(SIDE))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 6, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    parts = (
        struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body)) for tag, body in chunks
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


def project(root: Path, sprites: int, sheet: int) -> list[Path]:
    """The tree, with a file for each of the builders; its sprites."""
    config = '[project]\nsource = "art"\noutput = "forge"\npalette = "pico-8"\n'
    files = []
    for first in range(0, sprites, sheet):
        name = f"g{first // sheet:04d}"
        (root / "art" / name).mkdir(parents=True)
        config += f'\n[[sheet]]\nname = "{name}"\nkind = "quantize"\nfrom = "{name}/*.png"\n'
        for number in range(first, min(first + sheet, sprites)):
            files.append(root / "art" / name / f"s{number:06d}.png")
            draw(files[-1], number)
    (root / "assetforge.toml").write_text(config)
    paths = [path.relative_to(root).as_posix() for path in files]
    (root / "build.ninja").write_text(NINJA + "".join(f"build ninja/{path}: copy {path}\n" for path in paths))
    (root / "dodo.py").write_text(DOIT)
    return files


def run(command: list[str], root: Path) -> tuple[float, float, float]:
    """Seconds of processor, seconds of wall clock and MiB of a command that must succeed."""
    started = time.perf_counter()
    with (root / "log.txt").open("wb") as log:
        process = subprocess.Popen(command, cwd=root, stdout=log, stderr=log, env=environment())
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{(root / 'log.txt').read_text()[-2000:]}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return usage.ru_utime + usage.ru_stime, seconds, usage.ru_maxrss / unit


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}


def least(times: int, before: Callable[[], object], command: list[str], root: Path) -> tuple[float, float, float]:
    """The least of each figure over some runs; of memory the most."""
    found = []
    for _ in range(times):
        before()
        found.append(run(command, root))
    processor, wall, memory = zip(*found, strict=True)
    return min(processor), min(wall), max(memory)


def main() -> None:
    """Print a row for each case and builder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sprites", type=int, default=5000)
    parser.add_argument("--sheet", type=int, default=500, help="Sprites to a sheet.")
    parser.add_argument("--jobs", type=int, default=1, help="Processes of each builder.")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--only", choices=("assetforge", "ninja", "doit"), nargs="*", help="Leave the others out.")
    parser.add_argument("--scratch", type=Path, help="Where to make the tree; by default where temporary files go.")
    chosen = parser.parse_args()
    doit = [sys.executable, "-m", "doit", "--db-file", "doit.db"]
    builders = {
        "assetforge": [sys.executable, "-m", "assetforge", "build", "-q", "--jobs", str(chosen.jobs)],
        "ninja": [shutil.which("ninja") or "ninja", "-j", str(chosen.jobs)],
        "doit": doit if chosen.jobs == 1 else [*doit, "-n", str(chosen.jobs)],
    }
    builders = {name: command for name, command in builders.items() if not chosen.only or name in chosen.only}
    with TemporaryDirectory(dir=chosen.scratch) as folder:
        root = Path(folder)
        files = project(root, chosen.sprites, chosen.sheet)
        time.sleep(SETTLE)
        print(f"{chosen.sprites} sprites of {SIDE} x {SIDE}, {chosen.sheet} to a sheet; {chosen.jobs} jobs;", end=" ")
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        print(f"{'case':<12} {'builder':<12} {'CPU s':>8} {'wall s':>8} {'MiB':>6} {'CPU, of ours':>13} {'wall':>7}")
        table: dict[tuple[str, str], tuple[float, float, float]] = {}
        changes = iter(range(chosen.sprites, chosen.sprites + 1_000_000))
        for name, command in builders.items():
            table["clean", name] = run(command, root)
            time.sleep(SETTLE)
            run(command, root)  # reads again what was written within the clock's grain
            table["no-op", name] = least(chosen.runs, lambda: None, command, root)
            middle = files[len(files) // 2]
            table["one change", name] = least(chosen.runs, lambda at=middle: draw(at, next(changes)), command, root)
        first = next(iter(builders))
        for case in ("no-op", "one change", "clean"):
            for name in builders:
                ours, (processor, wall, memory) = table[case, first], table[case, name]
                ratios = f"{processor / ours[0]:>12.2f}x {wall / ours[1]:>6.2f}x"
                print(f"{case:<12} {name:<12} {processor:>8.2f} {wall:>8.2f} {memory:>6.0f} {ratios}")


if __name__ == "__main__":
    main()
