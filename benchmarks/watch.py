"""How long a sprite takes from its drop into the source folder to its finished output, under watch.

Run from the top of the checkout: ``python -m benchmarks.watch [--sprites 500] [--drops 60]``. A sprite in a pack
is written over in place, and the time taken until every output of its sheet is replaced; then all rests for a
while of random length. Three kinds of sheet: the whole pack quantized and packed; one sprite whose hole the
bundled model fills; one new sprite that it draws near to one of yours. The first drop is not counted among
the others: the model is loaded then.

The peer starts ``assetforge build`` for each change that watchfiles tells of, in its default settings: the same
build, but nothing stays loaded, and files are taken as they come. It is left out where watchfiles is not
installed (``pip install watchfiles``).
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np

from assetforge.formats import palettes, png

SIDE = 16
LONGEST = 300.0
LOOK = 0.001

CONFIG = """
[project]
source = "art"
output = "forge"
palette = "pico-8"

[[sheet]]
name = "pack"
kind = "quantize"
from = "pack/*.png"

[[sheet]]
name = "finished"
kind = "complete"
from = "wip/*.png"
hole = "#ff00ff"

[[sheet]]
name = "drawn"
kind = "generate"
like = "like/*.png"
count = 1
size = [16, 16]
"""

DROPPED = {"pack": "pack/0042.png", "finished": "wip/one.png", "drawn": "like/one.png"}

PEER = """
import subprocess, sys
from watchfiles import watch

for changes in watch("art"):
    subprocess.run([sys.executable, "-m", "assetforge", "build", "-q"])
"""


def sprite(seed: int, hole: bool = False) -> bytes:
    """A PNG of eight colors of a palette that the build has to leave."""
    random = np.random.default_rng(seed)
    colors = np.array(palettes.load("sweetie-16").colors, np.uint8)
    rgba = np.full((SIDE, SIDE, 4), 255, np.uint8)
    rgba[..., :3] = colors[random.integers(0, 8, (SIDE, SIDE))]
    rgba[random.random((SIDE, SIDE)) < 0.2] = 0
    if hole:
        rgba[4:12, 4:12] = (255, 0, 255, 255)
    return png.write_rgba(rgba)


def project(root: Path, sprites: int) -> None:
    for number in range(sprites):
        write(root / f"art/pack/{number:04d}.png", sprite(number))
    write(root / "art" / DROPPED["finished"], sprite(1, hole=True))
    write(root / "art" / DROPPED["drawn"], sprite(2))
    write(root / "assetforge.toml", CONFIG.encode())


def write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def state(root: Path, name: str) -> dict[str, tuple[int, int]]:
    """The outputs of a sheet; a replaced file has another number or time."""
    found = {}
    for path in (root / "forge").glob(f"{name}.*"):
        with suppress(OSError):
            status = path.stat()
            found[path.name] = (status.st_ino, status.st_mtime_ns)
    return found


def wait(come: Callable[[], bool], process: subprocess.Popen[bytes]) -> float:
    """Seconds until it comes."""
    started = time.perf_counter()
    while not come():
        if process.poll() is not None:
            sys.exit(f"the watcher ended with {process.returncode}.")
        if time.perf_counter() - started > LONGEST:
            sys.exit(f"nothing came in {LONGEST:.0f} s.")
        time.sleep(LOOK)
    return time.perf_counter() - started


def drop(root: Path, name: str, seed: int, process: subprocess.Popen[bytes]) -> float:
    """Seconds from the first byte of a new sprite to the picture and the JSON that it gives."""
    before, shown = state(root, name), (f"{name}.png", f"{name}.json")

    def landed() -> bool:
        now = state(root, name)
        return all(now.get(each) not in (None, before.get(each)) for each in shown)

    started = time.perf_counter()
    (root / "art" / DROPPED[name]).write_bytes(sprite(seed, hole=name == "finished"))
    wait(landed, process)
    return time.perf_counter() - started


def measure(command: list[str], sprites: int, drops: dict[str, int], pause: float) -> dict[str, list[float]]:
    """Seconds of each drop, by sheet, under a watcher that `command` starts in the project."""
    random = Random(7)
    with TemporaryDirectory() as folder:
        root = Path(folder)
        project(root, sprites)
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
        build = [sys.executable, "-m", "assetforge", "build", "-q"]
        subprocess.run(build, cwd=root, env=environment, check=True)
        process = subprocess.Popen(command, cwd=root, env=environment, stderr=subprocess.DEVNULL)
        try:
            time.sleep(5)  # both watch by then, and what a build has written is older than the clock's grain
            found: dict[str, list[float]] = {}
            for name, count in drops.items():
                found[name] = []
                for number in range(count + 1):
                    found[name].append(drop(root, name, 10_000 + number, process))
                    time.sleep(pause * (1 + random.random()))
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if subprocess.run([*build[:-1], "--check"], cwd=root, env=environment, capture_output=True).returncode:
            sys.exit("the outputs are not those of the last sprites.")
        return found


def main() -> None:
    """Print a row for each kind of sheet and watcher."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sprites", type=int, default=500)
    parser.add_argument("--drops", type=int, default=60, help="Of each kind.")
    parser.add_argument("--peer-drops", type=int, default=20)
    parser.add_argument("--pause", type=float, default=0.5, help="Least seconds between two drops; at most twice that.")
    parser.add_argument("--only", choices=tuple(DROPPED), nargs="*", default=tuple(DROPPED))
    chosen = parser.parse_args()
    watchers = {
        "assetforge watch": ([sys.executable, "-m", "assetforge", "watch", "-q"], chosen.drops),
        "watchfiles + build": ([sys.executable, "-c", PEER], chosen.peer_drops),
    }
    print(f"{chosen.sprites} sprites of {SIDE} x {SIDE}; {platform.machine()}, {os.cpu_count()} cores;", end=" ")
    print(f"Python {platform.python_version()}; seconds from drop to output")
    print(f"{'watcher':<20} {'sheet':<9} {'drops':>5} {'first':>7} {'p50':>7} {'p95':>7} {'max':>7}")
    for watcher, (command, count) in watchers.items():
        if not count or (command[-1] == PEER and find_spec("watchfiles") is None):
            continue
        for name, times in measure(command, chosen.sprites, dict.fromkeys(chosen.only, count), chosen.pause).items():
            middle, late, most = np.percentile(times[1:], (50, 95, 100))
            print(f"{watcher:<20} {name:<9} {count:>5} {times[0]:>7.2f} {middle:>7.2f} {late:>7.2f} {most:>7.2f}")


if __name__ == "__main__":
    main()
