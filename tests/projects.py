"""Small game projects for tests: art drawn by a seed, a configuration, and what lies in the output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from assetforge.errors import AssetforgeError
from assetforge.formats import png
from assetforge.outcome import Silent
from assetforge.palette import Palette
from assetforge.sprite import Sprite

QUANTIZE = """
[project]
source = "art"
output = "out"
palette = "pico-8"

[[sheet]]
name = "items"
kind = "quantize"
from = "items/*.png"

[[sheet]]
name = "heroes"
kind = "quantize"
palette = "sweetie-16"
from = "heroes/**/*.{png,gif}"
"""


def picture(seed: int, size: tuple[int, int] = (8, 8)) -> np.ndarray:
    """RGBA of `size` (width, height): a few colors on a transparent ground."""
    random = np.random.default_rng(seed)
    rgba = np.zeros((size[1], size[0], 4), np.uint8)
    colors = random.integers(0, 256, (4, 3), dtype=np.uint8)
    drawn = random.random((size[1], size[0])) < 0.7
    rgba[drawn, :3] = colors[random.integers(0, 4, int(drawn.sum()))]
    rgba[drawn, 3] = 255
    return rgba


def draw(path: Path, seed: int, size: tuple[int, int] = (8, 8)) -> None:
    """A sprite's PNG at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png.write_rgba(picture(seed, size)))


def project(root: Path, config: str = QUANTIZE, art: Sequence[str] = ()) -> Path:
    """A project with some sprites, in `root`."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "assetforge.toml").write_text(config)
    for seed, name in enumerate(art or ("items/axe.png", "items/bow.png", "heroes/orc.png", "heroes/big/elf.png")):
        draw(root / "art" / name, seed)
    return root


def tree(root: Path, *folders: str) -> dict[str, bytes]:
    """Every file below `folders`, hidden ones too."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for folder in folders
        for path in sorted((root / folder).rglob("*") if (root / folder).is_dir() else [root / folder])
        if path.is_file()
    }


def palette_of(told: Mapping[str, Any]) -> Palette:
    """The palette that a sheet's JSON names."""
    colors = told["meta"]["palette"]["colors"]
    return Palette(tuple((int(c[1:3], 16), int(c[3:5], 16), int(c[5:], 16)) for c in colors))


@dataclass
class Telling(Silent):
    """A Reporter that remembers."""

    notes: list[str] = field(default_factory=list)
    started: dict[str, Sequence[str]] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def start(self, name: str, reasons: Sequence[str]) -> None:
        self.started[name] = reasons

    def failed(self, name: str, errors: Sequence[AssetforgeError], again: bool, trace: str = "") -> None:
        self.errors[name] = [str(error) for error in errors]


class FakePrior:
    """Draws without a model: every pixel is a color that seed and place choose."""

    sha256 = "f" * 64
    card: Mapping[str, Any] = {"name": "fake", "inputs": {}}
    corpus_palette = Palette(((0, 0, 0), (255, 255, 255), (200, 30, 30), (30, 30, 200)), "fake")

    def paint(self, palette: Palette, size: tuple[int, int], seed: int, name: str) -> Sprite:
        random = np.random.default_rng(seed)
        return Sprite(random.integers(0, len(palette) + 1, (size[1], size[0]), dtype=np.uint8), palette, name)

    def draw(self, palette: Palette, count: int, **options: Any) -> SimpleNamespace:
        sprites = [self.paint(palette, options["size"], options["seed"] + n, f"{n:04d}") for n in range(count)]
        return SimpleNamespace(sprites=sprites, nearest=[0.5] * count, candidates=4 * count, dropped={})

    def complete(
        self, sprite: Sprite, hole: np.ndarray, *, variants: int, seed: int, temperature: float
    ) -> list[Sprite]:
        filled = [self.paint(sprite.palette, sprite.size, seed + n, "").indices for n in range(variants)]
        names = [sprite.name, *(f"{sprite.name}-{number}" for number in range(2, variants + 1))]
        return [
            Sprite(np.where(hole, each, sprite.indices), sprite.palette, name)
            for each, name in zip(filled, names, strict=True)
        ]

    def mix(self, rows: Sequence[Any], cols: Sequence[Any], palette: Palette, **options: Any) -> list[list[Sprite]]:
        size = options["size"] or (8, 8)
        return [
            [self.paint(palette, size, r * 100 + c, f"{r}-{c}") for c in range(len(cols))] for r in range(len(rows))
        ]
