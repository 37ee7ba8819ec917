"""PixiJS 8 in Chromium shows every frame of a sheet as its source is, pixel by pixel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from chromium import Browser, picture
from conftest import Compared
from forged import PALETTES, Forged, Pixels, differing, forge, renewed

Node = Callable[[str], str]
Recolored = tuple[Forged, dict[str, dict[str, Pixels]]]


@pytest.mark.parametrize("options", ["", "padding = 2\nextrude = 1\ntrim = true", "max_size = 64\npower_of_two = true"])
def test_every_frame(tmp_path: Path, browser: Browser, node: Node, compared: Compared, options: str) -> None:
    """`Assets.load` of NAME.json gives a texture for each name; drawn, it is the source, trimmed, on pages or not."""
    node("pixi.js")
    forged = forge(tmp_path, options=options)
    browser.mount("forge", forged.output)
    browser.open("/tests/web/pixi.html")
    sent = browser.evaluate("window.frames", "/forge/art.json")
    assert set(sent) == set(forged.frames)
    differences = [differing(frame, picture(sent[name])) for name, frame in forged.frames.items()]
    pixels = sum(frame.shape[0] * frame.shape[1] for frame in forged.frames.values())
    compared("PixiJS 8", len(differences), pixels, sum(differences))
    assert not browser.complaints


def test_animations(tmp_path: Path, browser: Browser, node: Node, compared: Compared) -> None:
    """`sheet.animations` plays the frames of each tag in their order."""
    node("pixi.js")
    forged = forge(tmp_path, options="trim = true")
    browser.mount("forge", forged.output)
    browser.open("/tests/web/pixi.html")
    sent = browser.evaluate("window.animations", "/forge/art.json")
    assert sent["names"] == forged.tags
    steps = [(f"{tag} {step}", name) for tag, names in forged.tags.items() for step, name in enumerate(names)]
    differences = [differing(forged.frames[name], picture(sent["pictures"][step])) for step, name in steps]
    pixels = sum(forged.frames[name][..., 0].size for _, name in steps)
    compared("PixiJS 8, AnimatedSprite", len(differences), pixels, sum(differences))
    assert not browser.complaints


@pytest.mark.parametrize(("options", "bleeds"), [("", True), ("padding = 2\nextrude = 1", False)])
def test_bleeding(tmp_path: Path, browser: Browser, node: Node, compared: Compared, options: str, bleeds: bool) -> None:
    """At 1.5x with linear filtering a frame is as if it had a texture of its own, if extruded; else neighbours show."""
    node("pixi.js")
    forged = forge(tmp_path, options=options)
    browser.mount("forge", forged.output)
    browser.mount("art", forged.root / "art")
    browser.open("/tests/web/pixi.html")
    stills = {name: f"/art/{name}.png" for name in forged.frames if (forged.root / "art" / f"{name}.png").exists()}
    sent = browser.evaluate("window.zoomed", ["/forge/art.json", stills])
    differences = pixels = 0
    for name in stills:
        sheet, alone = (picture(sent[kind][name]).astype(int) for kind in ("sheet", "alone"))
        # Colors of half-transparent pixels are told to within a few levels; a neighbour's weigh a sixth and more.
        premultiplied = [each[..., :3] * each[..., 3:] // 255 for each in (sheet, alone)]
        differ = np.abs(premultiplied[0] - premultiplied[1]).max(-1) > 3
        differences += int(differ.sum())
        pixels += differ.size
    print(f"{differences} of {pixels} pixels hold a neighbour's colors")
    assert (differences > 1000) == bleeds
    if not bleeds:
        compared("PixiJS 8 at 1.5x, linear, extruded", len(stills), pixels, differences)


def test_palette_swap(recolored: Recolored, browser: Browser, node: Node, compared: Compared) -> None:
    """`paletteSwap` shows every frame in each palette as a build with that palette gives it."""
    node("pixi.js")
    forged, expected = recolored
    browser.mount("forge", forged.output)
    browser.open("/tests/web/pixi.html")
    sent = browser.evaluate("window.swapped", ["/forge/art.json", list(PALETTES)])
    for palette, frames in expected.items():
        differences = [differing(frame, picture(sent[palette][name])) for name, frame in frames.items()]
        pixels = sum(frame[..., 0].size for frame in frames.values())
        compared(f"PixiJS 8, palette swap to {palette}", len(differences), pixels, sum(differences))
    told = browser.evaluate("window.manners", ["/forge/art.json", "items/coin", "pico-8"])
    assert told["during"] == {"frame": 1, "playing": True, "row": 1, "other": True}
    assert told["after"] and told["total"] == len(forged.tags["items/coin"])
    known = ", ".join(f'"{palette}"' for palette in PALETTES)
    assert told["told"] == f'paletteSwap: "art" has no palette "nonesuch"; it has {known}.'
    assert not browser.complaints


def test_a_sheet_that_changes(tmp_path: Path, browser: Browser, node: Node, compared: Compared) -> None:
    """When a sheet is built again, sprites that show it show the new one, swapped or not."""
    node("pixi.js")
    before, after = renewed(tmp_path)
    browser.mount("before", before.output)
    browser.mount("after", after.output)
    browser.open("/tests/web/pixi.html")
    sent = browser.evaluate("window.renewed", ["/before/art.json", "/after/art.json"])
    assert sent["added"] == ["heroes/aaa"]
    for kind, pictures in sent["pictures"].items():
        differences = [differing(after.frames[name], picture(one)) for name, one in pictures.items()]
        pixels = sum(after.frames[name][..., 0].size for name in pictures)
        compared(f"PixiJS 8, hot swap, {kind}", len(differences), pixels, sum(differences))
    assert not browser.complaints


def test_pivot(tmp_path: Path, browser: Browser, node: Node) -> None:
    """A sheet's `pivot` is the anchor of new sprites."""
    node("pixi.js")
    forged = forge(tmp_path, options="trim = true\npivot = [0.5, 1.0]")
    browser.mount("forge", forged.output)
    browser.open("/tests/web/pixi.html")
    assert browser.evaluate("window.origins", "/forge/art.json") == [[0.5, 1]] * len(forged.frames)
