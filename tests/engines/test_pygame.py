"""In the real pygame, with its dummy video driver: the loader of docs/pygame.md draws frames, plays, swaps palettes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Compared, missing
from forged import PALETTES, Forged, Pixels, differing, forge, swapped

from assetforge.exports import sheet_files
from assetforge.formats import palettes
from assetforge.sheet import cut, pages
from assetforge.sprite import Sprite

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"```python\n(.*?)```", re.S)


@pytest.fixture
def pygame(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module, with a display that nobody sees."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setenv("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    try:
        import pygame
    except ImportError:
        missing("pygame-ce")
    pygame.display.init()
    pygame.display.set_mode((64, 64))
    yield pygame
    pygame.quit()


@pytest.fixture
def loader(pygame: Any) -> Any:
    """The class that the page gives its readers."""
    names: dict[str, Any] = {}
    exec(BLOCK.findall((ROOT / "docs" / "pygame.md").read_text())[0], names)
    return names["Sheet"]


def drawn(pygame: Any, sheet: Any, name: str) -> Pixels:
    """What `draw` puts on an empty surface as large as the whole sprite."""
    size = sheet.frames[name]["sourceSize"]
    target = pygame.Surface((size["w"], size["h"]), pygame.SRCALPHA)
    sheet.draw(target, name, 0, 0)
    return np.dstack([pygame.surfarray.array3d(target), pygame.surfarray.array_alpha(target)]).swapaxes(0, 1)


def compare(pygame: Any, sheet: Any, frames: dict[str, Pixels]) -> tuple[int, int, int]:
    """How many frames, pixels and differing pixels."""
    assert set(sheet.frames) == set(frames)
    wrong = sum(differing(frame, drawn(pygame, sheet, name)) for name, frame in frames.items())
    return len(frames), sum(frame[..., 0].size for frame in frames.values()), wrong


def test_the_page_and_the_game_have_one_loader() -> None:
    """What the page shows is the file that the starter game imports."""
    assert (
        BLOCK.findall((ROOT / "docs" / "pygame.md").read_text())[0]
        == (ROOT / "examples" / "pygame" / "sheets.py").read_text()
    )


@pytest.mark.parametrize("options", ["", "padding = 2\nextrude = 1\ntrim = true"])
def test_pygame_draws_every_frame(options: str, pygame: Any, loader: Any, compared: Compared, tmp_path: Path) -> None:
    """Each frame is its source, trimmed or not."""
    forged = forge(tmp_path / "лес und Höhle", options=options)
    sheet = loader(forged.output / "art.json")
    compared(f"pygame-ce ({'trimmed' if options else 'plain'})", *compare(pygame, sheet, forged.frames))


def test_pygame_plays_every_animation(pygame: Any, loader: Any, compared: Compared, tmp_path: Path) -> None:
    """At every hundredth of a second, over rounds, the frame that is drawn is the one that the durations say."""
    forged = forge(tmp_path)
    sheet = loader(forged.output / "art.json")
    assert set(sheet.animations) == set(forged.tags)
    frames = pixels = wrong = 0
    for tag in forged.tags:
        for step, name in enumerate(expected_film(forged, tag, 200)):
            expected = forged.frames[name]
            wrong += differing(expected, drawn(pygame, sheet, sheet.playing(tag, 10 * step)))
            frames, pixels = frames + 1, pixels + expected[..., 0].size
    compared("pygame-ce, animations", frames, pixels, wrong)


def expected_film(forged: Forged, tag: str, steps: int) -> Iterable[str]:
    """The frame at each hundredth of a second."""
    film = [name for name in forged.tags[tag] for _ in range(forged.durations[name] // 10)]
    return [film[step % len(film)] for step in range(steps)]


def test_pygame_swaps_palettes(pygame: Any, loader: Any, compared: Compared, tmp_path: Path) -> None:
    """With the strip's row as its palette, a sheet in each of five palettes is what a build with that palette gives."""
    forged, built = swapped(tmp_path)
    sheet = loader(forged.output / "art.json")
    counts = []
    for row, palette in enumerate(PALETTES):
        sheet.palette(row)
        counts.append(compare(pygame, sheet, built[palette]))
    frames, pixels, wrong = (sum(count) for count in zip(*counts, strict=True))
    compared("pygame-ce, 5 palettes", frames, pixels, wrong)


def test_pygame_takes_pages_any_name_and_one_pixel(
    pygame: Any, loader: Any, compared: Compared, tmp_path: Path
) -> None:
    """A sheet on several pages is one, whatever its sprites are called; a single pixel without a tag is one, too."""
    palette = palettes.load("endesga-32")
    names = ['a"b', "two\nlines", "лиса", "\udcff", "nul\0", *map(str, range(200))]
    many = [
        Sprite(np.full((1 + n % 3, 1 + n % 4), 1 + n % 30, np.uint8), palette, name, tag="all")
        for n, name in enumerate(names)
    ]
    for sprites in (many, [Sprite(np.ones((1, 1), np.uint8), palette, "dot")]):
        sheets = pages(sprites, "my.sheet", max_size=24)
        for sheet in sheets:
            for path, data in sheet_files(sheet, {}).items():
                (tmp_path / path).write_bytes(data)
        assert len(sheets) == (2 if len(sprites) > 1 else 1)
        read = loader(tmp_path / "my.sheet.json")
        frames = {sprite.name: sprite.rgba() for sheet in sheets for sprite in cut(sheet)}
        compared(f"pygame-ce, {len(sheets)} pages", *compare(pygame, read, frames))
        assert read.animations == ({"all": names} if len(sprites) > 1 else {})
