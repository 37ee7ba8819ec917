"""Packing of unequal sprites beside rectpack and free-tex-packer: share of the sheet used, seconds, and times ours.

Run from the top of the checkout: ``python -m benchmarks.pack``. Nobody turns, trims or shares sprites. Ours chooses
the shape of its sheet, about 3:2 at most. rectpack, and free-tex-packer's best-known method, need the size of the bin
beforehand: they are given squares that grow by 1% until all sprites fit, as a user of them would. free-tex-packer's
"optimal" packer tries all of its methods in one large bin. It comes from npm (``.ci/install-engines``) and is left out
where it is missing.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from math import isqrt
from pathlib import Path

import numpy as np
import rectpack

from assetforge.sheet.layout import Page, arrange
from assetforge.sheet.strip import Size

ENGINES = Path(__file__).parents[1] / "tests" / "engines"
TILES = [(16, 16)] * 6 + [(32, 32)] * 5 + [(8, 8), (16, 32)] * 2 + [(24, 24)] * 2 + [(32, 16), (48, 48), (64, 64)]
CANVASES = (16, 24, 32, 48, 64)

PEER = """
const Processor = require("free-tex-packer-core/PackProcessor");
const Optimal = require("free-tex-packer-core/packers/OptimalPacker");
const {sizes, squares} = JSON.parse(require("fs").readFileSync(0));
const images = Object.fromEntries(sizes.map(([width, height], n) => ["s" + n, {width, height}]));
const options = {allowRotation: false, allowTrim: false, detectIdentical: false, padding: 0, extrude: 0};
const started = performance.now();
let side = Math.floor(Math.sqrt(sizes.reduce((sum, [w, h]) => sum + w * h, 0)));
let found = [];
while (found.length !== 1) {
  if (!squares) Object.assign(options, {packer: Optimal, width: 4096, height: 4096});
  else Object.assign(options, {width: side, height: side});
  found = [];
  Processor.pack(images, options, pages => { found = pages; }, () => {});
  side = Math.floor(side * 1.01) + 1;
}
const frames = found[0].map(each => each.frame);
const size = [Math.max(...frames.map(f => f.x + f.w)), Math.max(...frames.map(f => f.y + f.h))];
console.log(JSON.stringify([...size, (performance.now() - started) / 1000]));
"""

Found = tuple[int, int, float]


def ours(sizes: list[Size]) -> Found:
    """Width and height of our sheet, and seconds."""
    started = time.perf_counter()
    corners = arrange(sizes, Page(4096))
    seconds = time.perf_counter() - started
    assert corners is not None
    width = max(x + w for (x, _), (w, _) in zip(corners, sizes, strict=True))
    return width, max(y + h for (_, y), (_, h) in zip(corners, sizes, strict=True)), seconds


def theirs(sizes: list[Size]) -> Found:
    """The smallest square that rectpack fills by the best of its methods, and seconds."""
    started = time.perf_counter()
    side = isqrt(sum(w * h for w, h in sizes))
    while True:
        packer = rectpack.newPacker(
            mode=rectpack.PackingMode.Offline,
            bin_algo=rectpack.PackingBin.Global,
            pack_algo=rectpack.MaxRectsBssf,
            sort_algo=rectpack.SORT_LSIDE,
            rotation=False,
        )
        for w, h in sizes:
            packer.add_rect(w, h)
        packer.add_bin(side, side)
        packer.pack()
        if len(packer.rect_list()) == len(sizes):
            return side, side, time.perf_counter() - started
        side = side * 101 // 100 + 1


def node(sizes: list[Size], squares: bool) -> Found:
    """What free-tex-packer makes of them, in its own process; its start is not counted."""
    told = subprocess.run(
        ["node", "-e", PEER],
        cwd=ENGINES,
        input=json.dumps({"sizes": sizes, "squares": squares}),
        capture_output=True,
        text=True,
        check=True,
    )
    width, height, seconds = json.loads(told.stdout)
    return width, height, seconds


def kinds(count: int) -> dict[str, list[Size]]:
    """Sizes by what they are like: uniform, and half tiles and icons, half trimmed sprites of usual canvases."""
    random = np.random.default_rng(count)
    mixed = []
    for _ in range(count):
        canvas = int(random.choice(CANVASES))
        tile = TILES[random.integers(len(TILES))]
        trimmed = int(random.integers(canvas // 2, canvas + 1)), int(random.integers(canvas // 2, canvas + 1))
        mixed.append(tile if random.random() < 0.5 else trimmed)
    found = {"mixed 8..64": mixed}
    for low, high in ((8, 32), (8, 64)):
        found[f"uniform {low}..{high}"] = [(w, h) for w, h in random.integers(low, high + 1, (count, 2)).tolist()]
    return found


def main() -> None:
    """Print one row for each number and kind of sprites, and packer."""
    packers: dict[str, Callable[[list[Size]], Found]] = {
        "ours": ours,
        "rectpack MaxRectsBssf": theirs,
    }
    if shutil.which("node") and (ENGINES / "node_modules" / "free-tex-packer-core").is_dir():
        packers["free-tex-packer MaxRects"] = lambda sizes: node(sizes, True)
        packers["free-tex-packer optimal"] = lambda sizes: node(sizes, False)
    else:
        print("free-tex-packer-core is not installed; .ci/install-engines brings it.")
    head = f"{'sprites':>7}  {'sizes':<14} {'packer':<24} {'sheet':>11} {'used':>6} {'seconds':>8} {'x ours':>7}"
    print(head)
    for count in (60, 300, 500):
        for kind, sizes in kinds(count).items():
            area, first = sum(w * h for w, h in sizes), 0.0
            for name, packer in packers.items():
                width, height, seconds = packer(sizes)
                first = first or seconds
                told = f"{count:>7}  {kind:<14} {name:<24} {f'{width} x {height}':>11} {area / width / height:>6.3f}"
                print(f"{told} {seconds:>8.3f} {seconds / first:>7.1f}", flush=True)


if __name__ == "__main__":
    main()
