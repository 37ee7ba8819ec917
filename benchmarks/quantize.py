"""To 32 colors: our k-means beside Pillow's quantizers and libimagequant, in OKLab error and CPU time.

Run from the top of the checkout, on an idle machine::

    python -m benchmarks.quantize [../shared/data/dcss32.npz]

Three tasks: 1,000 sprites of 32x32, each alone; one sheet of 2048x2048 tiled with sprites; and the same
sheet scaled up smoothly, opaque, which has many more colors, as a painting has. Every quantizer starts
from RGBA in memory and ends with indices and a palette; dithering is off. Only opaque pixels are scored,
by their mean distance in OKLab to what they became. To Pillow's MEDIANCUT, which refuses transparency,
and FASTOCTREE, which would spend colors on it, only the opaque pixels are given; imagequant is measured
with 32 colors of which one is transparent, and with 33. Times are of the process, all threads summed,
the median of some rounds in which the quantizers take turns.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import imagequant
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from assetforge.color import distance, oklab
from assetforge.quantize.quantizer import quantize
from assetforge.sprite import Raster

Pixels = NDArray[np.uint8]
Quantizer = Callable[[Pixels], Callable[[], Pixels]]

COLORS = 32
ROUNDS = 5


def ours(rgba: Pixels) -> Callable[[], Pixels]:
    """The sprite, and how to see its opaque pixels, shape (N, 3)."""
    (sprite,) = quantize([Raster(rgba)], COLORS)
    return lambda: sprite.rgba()[rgba[..., 3] >= 128][:, :3]


def pillow(method: Image.Quantize, kmeans: int = 0) -> Quantizer:
    def run(rgba: Pixels) -> Callable[[], Pixels]:
        row = Image.fromarray(rgba[rgba[..., 3] >= 128][None, :, :3])
        found = row.quantize(COLORS, method=method, kmeans=kmeans, dither=Image.Dither.NONE)
        return lambda: np.asarray(found.convert("RGB"))[0]

    return run


def libimagequant(colors: int) -> Quantizer:
    def run(rgba: Pixels) -> Callable[[], Pixels]:
        height, width = rgba.shape[:2]
        indices, flat = imagequant.quantize_raw_rgba_bytes(
            rgba.tobytes(), width, height, dithering_level=0.0, max_colors=colors
        )
        table = np.array(flat, np.uint8).reshape(-1, 4)
        opaque = rgba[..., 3] >= 128
        return lambda: table[np.frombuffer(indices, np.uint8).reshape(height, width)][opaque][:, :3]

    return run


QUANTIZERS: dict[str, Quantizer] = {
    "assetforge": ours,
    "Pillow MEDIANCUT": pillow(Image.Quantize.MEDIANCUT),
    "Pillow MEDIANCUT, kmeans=1": pillow(Image.Quantize.MEDIANCUT, 1),
    "Pillow FASTOCTREE": pillow(Image.Quantize.FASTOCTREE),
    "imagequant, 32": libimagequant(COLORS),
    "imagequant, 33": libimagequant(COLORS + 1),
}


def tasks(sprites: Pixels) -> dict[str, list[Pixels]]:
    """The images of each task."""
    chosen = sprites[np.arange(1000) * len(sprites) // 1000]
    tiles = sprites[np.arange(4096) % len(sprites)].reshape(64, 64, 32, 32, 4)
    sheet = np.ascontiguousarray(tiles.swapaxes(1, 2).reshape(2048, 2048, 4))
    small = Image.fromarray(sheet[:512, :512])
    painting = Image.alpha_composite(Image.new("RGBA", small.size, (92, 112, 96, 255)), small)
    painted = np.array(painting.resize((2048, 2048), Image.Resampling.BICUBIC))
    painted[..., 3] = 255
    return {"1,000 sprites": list(chosen), "sheet": [sheet], "painted sheet": [painted]}


def main() -> None:
    """Print one table in Markdown for each task."""
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data/dcss32.npz")
    with np.load(path, allow_pickle=False) as file:
        sprites = file["rgba"]
    for task, images in tasks(sprites).items():
        seconds: dict[str, list[float]] = {name: [] for name in QUANTIZERS}
        errors: dict[str, tuple[float, float]] = {}
        for quantizer in QUANTIZERS.values():
            quantizer(images[0])
        for _ in range(ROUNDS):
            for name, quantizer in QUANTIZERS.items():
                start = time.process_time()
                looks = [quantizer(image) for image in images]
                seconds[name].append(time.process_time() - start)
                errors[name] = score(images, [look() for look in looks])
        print(f"\n{task}\n\n| to 32 colors | mean error | RMS error | CPU s | lowest | highest |")
        print("|---|---|---|---|---|---|")
        for name, times in seconds.items():
            mean, root = errors[name]
            print(
                f"| {name} | {mean:.5f} | {root:.5f} | {statistics.median(times):.3f} "
                f"| {min(times):.3f} | {max(times):.3f} |",
                flush=True,
            )


def score(images: list[Pixels], results: list[Pixels]) -> tuple[float, float]:
    """Mean and root mean square of the distances of all opaque pixels."""
    parts = [
        distance(oklab(image[image[..., 3] >= 128][:, :3]), oklab(result))
        for image, result in zip(images, results, strict=True)
    ]
    every = np.concatenate(parts)
    return float(every.mean()), float(np.sqrt((every**2).mean()))


if __name__ == "__main__":
    main()
