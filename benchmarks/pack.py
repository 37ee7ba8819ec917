"""Packing of unequal sprites: our skyline beside the library rectpack, share of the sheet used and seconds.

Run from the top of the checkout: ``python -m benchmarks.pack``. rectpack needs the size of its bin
beforehand; it is given squares that grow by 1% until all sprites fit, as a user of it would.
"""

from __future__ import annotations

import time
from math import isqrt

import numpy as np
import rectpack

from assetforge.sheet import _skyline


def ours(sizes: list[tuple[int, int]]) -> tuple[int, int]:
    """Width and height of our sheet."""
    corners = _skyline(sizes)
    width = max(x + w for (x, _), (w, _) in zip(corners, sizes, strict=True))
    return width, max(y + h for (_, y), (_, h) in zip(corners, sizes, strict=True))


def theirs(sizes: list[tuple[int, int]], algorithm: type) -> tuple[int, int]:
    """Width and height of the smallest square that rectpack fills."""
    side = isqrt(sum(w * h for w, h in sizes))
    while True:
        packer = rectpack.newPacker(
            mode=rectpack.PackingMode.Offline,
            bin_algo=rectpack.PackingBin.Global,
            pack_algo=algorithm,
            sort_algo=rectpack.SORT_LSIDE,
            rotation=False,
        )
        for w, h in sizes:
            packer.add_rect(w, h)
        packer.add_bin(side, side)
        packer.pack()
        if len(packer.rect_list()) == len(sizes):
            return side, side
        side = side * 101 // 100 + 1


def main() -> None:
    """Print one row for each number of sprites and packer."""
    print(f"{'sprites':>8} {'packer':<14} {'used':>6} {'seconds':>8}")
    for count in (60, 300):
        sizes = [(w, h) for w, h in np.random.default_rng(0).integers(8, 33, (count, 2)).tolist()]
        area = sum(w * h for w, h in sizes)
        for name, packer in (
            ("ours", ours),
            ("MaxRectsBssf", lambda sizes: theirs(sizes, rectpack.MaxRectsBssf)),
            ("SkylineBl", lambda sizes: theirs(sizes, rectpack.SkylineBl)),
        ):
            start = time.perf_counter()
            width, height = packer(sizes)
            print(f"{count:>8} {name:<14} {area / width / height:>6.3f} {time.perf_counter() - start:>8.2f}")


if __name__ == "__main__":
    main()
