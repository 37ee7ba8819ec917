"""Search by latents beside raw pixels and perceptual hashes: relatives among the ten nearest, and the time it takes.

Run from the top of the checkout: ``python -m benchmarks.search [--data ../shared/data] [--no-times]``; needs imagehash
(in the ``dev`` extra).

*Quality*: every "val" sprite of an archive that has relatives (SOURCES.md there says what a family is; the model has
learnt from no family of them) is searched among all sprites of the archive. Hit: one of the ten nearest is a relative.
Average precision: how far ahead the relatives are, 1 if before all others. The weights of `search` are tuned on
``sprites16``; ``dcss32`` had no say. Raw pixels: mean absolute (L1) and Euclidean (L2) distance of RGBA; "or mirrored"
is the less of the sprite's and its mirror image's, as ours has it. Hashes: on black, the better of 8 x 8 and 16 x 16.

*Near-copies*: of all pairs of "val" sprites that `resemblance.nearest` finds to differ in no more than 5 % of their
pixels, how many `search --duplicates` looks at; pairs whose silhouettes differ by more than 15 % cannot be such.

*Times*: 10,000 different sprites, the archives' and recolored ones, as files; ours is the whole command, process start
included.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from assetforge.formats import png
from assetforge.models.encoder import Encoder
from assetforge.search.duplicates import REACH, share
from assetforge.search.figure import Figure, figure, placed
from assetforge.search.ranking import WAYS, distances
from assetforge.search.sight import Sight, Vectors
from assetforge.sprite import Raster

__all__: list[str] = []

ARCHIVES = ("sprites16", "dcss32")
TOP, MANY, LIMIT, SILHOUETTES = 10, 10_000, 0.05, 0.15
HASHES: dict[str, Callable[..., imagehash.ImageHash]] = {
    "average hash": imagehash.average_hash,
    "difference hash": imagehash.dhash,
    "perceptual hash (DCT)": imagehash.phash,
    "wavelet hash": imagehash.whash,
}

Floats = NDArray[np.floating]
Bytes = NDArray[np.uint8]


def scores(apart: Floats, family: NDArray[np.int_], queries: NDArray[np.intp]) -> tuple[float, float, int]:
    """Hit rate at `TOP`, mean average precision, and how many queries have relatives.

    Arguments:
        apart: Distances of queries from all, shape (Q, N).
        family: Of all, shape (N,).
        queries: Their places among all, shape (Q,).
    """
    hits, precisions = [], []
    for row, place in zip(apart, queries, strict=True):
        relatives = family == family[place]
        relatives[place] = False
        if relatives.any():
            order = np.argsort(np.where(np.arange(len(row)) == place, np.inf, row), kind="stable")[:-1]
            ranks = np.flatnonzero(relatives[order])
            hits.append(ranks[0] < TOP)
            precisions.append(((np.arange(len(ranks)) + 1) / (ranks + 1)).mean())
    return float(np.mean(hits)), float(np.mean(precisions)), len(hits)


def hashed(rgba: Bytes, function: Callable[..., imagehash.ImageHash], side: int) -> Floats:
    """The bits of a hash of each picture on black, shape (N, side * side)."""
    found = []
    for picture in rgba:
        image = Image.fromarray(picture, "RGBA")
        flat = Image.new("RGBA", image.size, (0, 0, 0, 255))
        flat.alpha_composite(image)
        found.append(function(flat.convert("RGB"), side).hash.ravel())
    return np.array(found, np.float32)


def pixel_distances(rgba: Bytes, queries: NDArray[np.intp]) -> dict[str, Floats]:
    """What anyone can write, each (Q, N)."""
    raw = rgba.reshape(len(rgba), -1).astype(np.float32) / 255
    turned = rgba[:, :, ::-1].reshape(len(rgba), -1).astype(np.float32) / 255
    own, mirrored = (np.stack([np.abs(raw - each[n]).mean(1) for n in queries]) for each in (raw, turned))
    square = np.stack([((raw - raw[n]) ** 2).sum(1) for n in queries])
    return {"raw pixels, L2": square, "raw pixels, L1": own, "raw pixels, L1, or mirrored": np.minimum(own, mirrored)}


def quality(rgba: Bytes, family: NDArray[np.int_], queries: NDArray[np.intp], sight: Sight) -> Iterator[tuple]:
    """A row for each way to search: name, hit rate, precision."""
    for name, apart in pixel_distances(rgba, queries).items():
        yield (name, *scores(apart, family, queries)[:2])
    for name, function in HASHES.items():
        found = []
        for side in (8, 16):
            bits = hashed(rgba, function, side)
            found.append(scores(np.abs(bits[queries][:, None] - bits[None]).sum(2), family, queries)[:2])
        yield (name, *max(found))
    vectors = sight.vectors(drawn(rgba))
    some = Vectors(*(each[queries] for each in vectors))
    for by in WAYS:
        yield (f"ours, by {by}", *scores(distances(some, vectors, by)[0], family, queries)[:2])


def drawn(rgba: Bytes) -> list[Figure]:
    """The figures of pictures in which something is drawn."""
    found = [figure(Raster(np.ascontiguousarray(one))) for one in rgba]
    return [one for one in found if one is not None]


def near_copies(rgba: Bytes, sight: Sight) -> tuple[int, int]:
    """Pairs of near-copies, and how many of them are within reach."""
    figures = drawn(rgba)
    vectors = sight.vectors(figures)
    apart = distances(vectors, vectors, "shape")[0]
    copies = reached = 0
    for one in range(len(figures)):
        for other in range(one):
            side = max(figures[one].side, figures[other].side)
            first, second = (placed(figures[n].indices, side) > 0 for n in (one, other))
            differ = min((first ^ second).sum(), (first[:, ::-1] ^ second).sum()) / (first | second).sum()
            if differ <= SILHOUETTES and share(figures[one], figures[other]) <= LIMIT:
                copies += 1
                reached += bool(apart[one, other] <= REACH)
    return copies, reached


def many(archives: dict[str, Bytes]) -> Iterator[Bytes]:
    """`MANY` different sprites: those of the archives, then the same with their channels exchanged."""
    orders = [(0, 1, 2), (1, 2, 0), (2, 0, 1), (0, 2, 1), (1, 0, 2), (2, 1, 0)]
    count = 0
    for order in orders:
        for rgba in archives.values():
            for one in rgba:
                if count < MANY:
                    count += 1
                    yield one[..., [*order, 3]]


def times(archives: dict[str, Bytes]) -> Iterator[tuple[str, float, float]]:
    """A row for each: name, seconds for the first look at all, seconds for an answer."""
    with tempfile.TemporaryDirectory() as folder:
        art = Path(folder) / "art"
        for number, rgba in enumerate(many(archives)):
            path = art / f"{number // 500:02d}" / f"{number:05d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(png.write_rgba(rgba))
        elsewhere = Path(folder) / "new.png"
        elsewhere.write_bytes(png.write_rgba(np.roll(next(iter(archives.values()))[0], 3, 2)[:, ::-1, [2, 0, 1, 3]]))

        def ask(query: Path) -> float:
            began = time.perf_counter()
            command = [sys.executable, "-m", "assetforge", "search", str(query), "--in", str(art), "--quiet"]
            where = {"XDG_CACHE_HOME": folder, "LOCALAPPDATA": folder}
            subprocess.run(command, env=os.environ | where, check=True, stdout=subprocess.DEVNULL)
            return time.perf_counter() - began

        first = ask(art / "00" / "00007.png")
        yield "ours, a sprite of the folder", first, float(np.median([ask(art / "00" / "00009.png") for _ in range(5)]))
        yield "ours, a new picture", first, float(np.median([ask(elsewhere) for _ in range(5)]))
        files = sorted(art.rglob("*.png"))
        for name in ("perceptual hash (DCT)", "raw pixels, L1"):
            began = time.perf_counter()
            if name.startswith("raw"):
                side = max(rgba.shape[1] for rgba in archives.values())
                rows = [np.asarray(Image.open(path).convert("RGBA").crop((0, 0, side, side))) for path in files]
                table = np.stack([row.ravel() for row in rows]).astype(np.int16)
            else:
                table = np.stack([imagehash.phash(Image.open(path).convert("RGB")).hash.ravel() for path in files])
                table = table.astype(np.int16)
            read = time.perf_counter() - began
            began = time.perf_counter()
            np.argsort(np.abs(table - table[9]).sum(1))[:TOP]
            yield f"{name}, in a process that holds all", read, time.perf_counter() - began


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--no-times", action="store_true")
    chosen = parser.parse_args()
    archives = {}
    sight = Sight(Encoder.load())
    for name in ARCHIVES:
        archive = np.load(chosen.data / f"{name}.npz", allow_pickle=False)
        archives[name] = rgba = archive["rgba"]
        family, queries = archive["family"], np.flatnonzero(archive["split"] == "val")
        count = scores(np.zeros((len(queries), len(rgba))), family, queries)[2]
        print(f"{name}: {count} queries among {len(rgba)}, base {sight.encoder.sha256[:12]}")
        print(f"| | relative among the {TOP} nearest | mean average precision |\n|---|---|---|")
        for way, hit, precision in quality(rgba, family, queries, sight):
            print(f"| {way} | {hit:.3f} | {precision:.3f} |", flush=True)
        copies, reached = near_copies(rgba[queries], sight)
        print(f"near-copies among the {len(queries)}: {copies} pairs, {reached} within reach\n", flush=True)
    if not chosen.no_times:
        print(f"{MANY:,} sprites | first look, s | an answer, s\n---|---|---")
        for way, first, answer in times(archives):
            print(f"{way} | {first:.1f} | {answer:.2f}", flush=True)


if __name__ == "__main__":
    main()
