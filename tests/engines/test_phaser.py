"""Phaser 4 and 3 in Chromium show every frame of a sheet as its source is, pixel by pixel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest
from chromium import Browser, picture
from conftest import Compared
from forged import PALETTES, Forged, Pixels, differing, forge, renewed

from assetforge.exports import sheet_files
from assetforge.palette import Palette
from assetforge.sheet import Tag, pack
from assetforge.sprite import Sprite

Node = Callable[[str], str]
Recolored = tuple[Forged, dict[str, dict[str, Pixels]]]
VERSIONS = {"phaser4": "phaser", "phaser3": "phaser3"}
EXPORTS = ("json", "json-array", "phaser")


def opened(browser: Browser, node: Node, folder: Path, version: str) -> None:
    node(VERSIONS[version])
    browser.mount("forge", folder)
    browser.open(f"/tests/web/{version}.html")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("file", "options"), [("art.json", ""), ("art.array.json", "padding = 2\nextrude = 1\ntrim = true")]
)
def test_every_frame(
    tmp_path: Path, browser: Browser, node: Node, compared: Compared, version: str, file: str, options: str
) -> None:
    """`load.atlas` of the hash and of the array: each frame, drawn, is its source, trimmed and padded or not."""
    forged = forge(tmp_path, EXPORTS, options=options)
    opened(browser, node, forged.output, version)
    sent = browser.evaluate("window.frames", ["atlas", ["/forge/art.png", f"/forge/{file}"]])
    assert set(sent) == set(forged.frames)
    differences = [differing(frame, picture(sent[name])) for name, frame in forged.frames.items()]
    pixels = sum(frame.shape[0] * frame.shape[1] for frame in forged.frames.values())
    compared(f"{version}, load.atlas of {file}", len(differences), pixels, sum(differences))
    assert not browser.complaints


@pytest.mark.parametrize("version", VERSIONS)
def test_animations(tmp_path: Path, browser: Browser, node: Node, compared: Compared, version: str) -> None:
    """`load.aseprite` and `anims.createFromAseprite` of NAME.phaser.json play each tag in its order and durations."""
    forged = forge(tmp_path, EXPORTS, options="trim = true")
    opened(browser, node, forged.output, version)
    sent = browser.evaluate("window.animations", [["/forge/art.png", "/forge/art.phaser.json"], 3000])
    assert set(sent["turns"]) == set(forged.tags)
    for tag, names in forged.tags.items():
        durations = [forged.durations[name] for name in names]
        at = 0
        for (name, shown), expected, due in zip(
            sent["turns"][tag], names * 99, accumulate(durations * 99), strict=False
        ):
            assert name == expected
            at += shown
            # Time is told in steps of 10 ms, of which the first is the frame's own.
            assert at == 3000 or 0 <= at - due <= 20
        assert len(sent["turns"][tag]) > 2 * len(names)
    steps = [(f"{tag} {step}", name) for tag, names in forged.tags.items() for step, name in enumerate(names)]
    differences = [differing(forged.frames[name], picture(sent["pictures"][step])) for step, name in steps]
    pixels = sum(forged.frames[name][..., 0].size for _, name in steps)
    compared(f"{version}, load.aseprite", len(differences), pixels, sum(differences))
    assert not browser.complaints


@pytest.mark.parametrize("version", VERSIONS)
def test_tags_of_every_kind(tmp_path: Path, browser: Browser, node: Node, version: str) -> None:
    """Directions, tags that overlap, and names that are no identifiers come to Phaser as they are meant."""
    palette = Palette(((1, 2, 3), (4, 5, 6)))
    sprites = [Sprite(np.ones((1, 1), np.uint8), palette, f"a/{name}", 20 * n) for n, name in enumerate("wxyz", 1)]
    tags = (
        Tag("to and fro", 0, 3, "pingpong"),
        Tag("fro/to", 0, 2, "pingpong_reverse"),
        Tag('"назад"', 1, 3, "reverse"),
        Tag("", 0, 1),
        Tag("2", 2, 2),
    )
    sheet = replace(pack(sprites, "art"), tags=tags)
    for name, data in sheet_files(sheet, {}, EXPORTS).items():
        (tmp_path / name).write_bytes(data)
    opened(browser, node, tmp_path, version)
    sent = browser.evaluate("window.animations", [["/forge/art.png", "/forge/art.phaser.json"], 1000])
    order = {tag: "".join(name[-1] for name, _ in turns) for tag, turns in sent["turns"].items()}
    assert set(order) == {"to and fro", "fro/to", '"назад"', "2"}
    assert order["to and fro"].startswith("wxyzyx")
    assert order["fro/to"].startswith("wxyx")
    assert order['"назад"'].startswith("zyxzyx")
    assert order["2"] == "y"
    assert not browser.complaints


@pytest.mark.parametrize("version", VERSIONS)
def test_palette_swap(recolored: Recolored, browser: Browser, node: Node, compared: Compared, version: str) -> None:
    """`paletteSwap` shows every frame in each palette as a build with that palette gives it; null ends it."""
    forged, expected = recolored
    opened(browser, node, forged.output, version)
    sent = browser.evaluate("window.swapped", ["/forge/art.json", [*PALETTES, None]])
    for palette, frames in [*expected.items(), ("", forged.frames)]:
        differences = [differing(frame, picture(sent["pictures"][palette][name])) for name, frame in frames.items()]
        pixels = sum(frame[..., 0].size for frame in frames.values())
        compared(f"{version}, palette swap to {palette or 'none'}", len(differences), pixels, sum(differences))
    known = ", ".join(f'"{palette}"' for palette in PALETTES)
    assert sent["told"] == f'paletteSwap: "art" has no palette "nonesuch"; it has {known}.'
    assert set(sent["animations"]) == set(forged.tags)
    assert not browser.complaints


@pytest.mark.parametrize("version", VERSIONS)
def test_pages(tmp_path: Path, browser: Browser, node: Node, compared: Compared, version: str) -> None:
    """`loadSheet` takes all pages of a sheet for one texture, which `paletteSwap` shows as it is, row 0 its own."""
    forged = forge(tmp_path, options='max_size = 64\ntrim = true\nswaps = ["pico-8"]')
    opened(browser, node, forged.output, version)
    sent = browser.evaluate("window.swapped", ["/forge/art.json", [None, 0]])
    assert len(sent["pictures"][""]) == len(forged.frames)
    for row in ("", "0"):
        differences = [differing(frame, picture(sent["pictures"][row][name])) for name, frame in forged.frames.items()]
        pixels = sum(frame[..., 0].size for frame in forged.frames.values())
        compared(f"{version}, pages{', palette swap' * bool(row)}", len(differences), pixels, sum(differences))
    assert set(sent["animations"]) == set(forged.tags)
    assert not browser.complaints


@pytest.mark.parametrize("version", VERSIONS)
def test_a_sheet_that_changes(tmp_path: Path, browser: Browser, node: Node, compared: Compared, version: str) -> None:
    """When a sheet is built again, what shows it shows the new one, swapped or not, and what plays goes on."""
    before, after = renewed(tmp_path)
    browser.mount("before", before.output)
    opened(browser, node, after.output, version)
    sent = browser.evaluate("window.renewed", ["/before/art.json", "/forge/art.json", "items/coin"])
    assert sent["added"] == ["heroes/aaa"]
    for kind, pictures in sent["pictures"].items():
        differences = [differing(after.frames[name], picture(one)) for name, one in pictures.items()]
        pixels = sum(after.frames[name][..., 0].size for name in pictures)
        compared(f"{version}, hot swap, {kind}", len(differences), pixels, sum(differences))
    assert sent["playing"]
    assert sent["played"] == [[name, after.durations[name]] for name in after.tags["items/coin"]]
    assert not browser.complaints


@pytest.mark.parametrize("version", VERSIONS)
def test_pivot(tmp_path: Path, browser: Browser, node: Node, version: str) -> None:
    """A sheet's `pivot` is the origin of new sprites."""
    forged = forge(tmp_path, EXPORTS, options="trim = true\npivot = [0.5, 1.0]")
    opened(browser, node, forged.output, version)
    sent = browser.evaluate("window.origins", ["aseprite", ["/forge/art.png", "/forge/art.phaser.json"]])
    assert len(sent) > len(forged.frames) and all(origin == [0.5, 1] for origin in sent)
