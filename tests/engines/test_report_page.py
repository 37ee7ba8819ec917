"""The report in a real browser, from the disk and without a network."""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chromium import Browser, browser, picture
from conftest import HERE, Compared, missing, patient
from forged import PALETTES, Forged, differing, forge

from assetforge.build import build
from assetforge.outcome import Options, Silent
from assetforge.overview.built import built_sheets
from assetforge.report.page import page
from assetforge.report.pictures import picture as picture_of
from assetforge.report.sheets import Built, told

__all__ = ["browser"]

EVIL = "<script>alert(1)</script>"
READ = """() => [...document.querySelectorAll('ul.frames > li > button canvas')].map((canvas) => {
  const { data, width, height } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return { name: canvas.dataset.frame, width, height, rgba: btoa(String.fromCharCode(...data)) };
})"""
CHOOSE = """(name) => {
  const picker = document.querySelector('#controls select');
  picker.value = name;
  picker.dispatchEvent(new Event('change'));
}"""


@dataclass
class Shown:
    """A report in the browser."""

    browser: Browser
    forged: Forged
    path: Path

    def open(self, width: int = 1000, dark: bool = False) -> None:
        self.browser.ask("open", url=self.path.as_uri(), width=width, height=800, offline=True, dark=dark)
        # Asked from here: the page's own policy forbids what a browser that waits for it would evaluate.
        ready = "() => document.documentElement.dataset.ready === 'yes'"
        patient(lambda: bool(self.browser.evaluate(ready)), 30, "the report")


@pytest.fixture(scope="module")
def shown(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    root = tmp_path_factory.mktemp("report")
    forged = forge(root, options='trim = true\npadding = 1\nmap = "nearest"')
    wip = HERE.parents[1] / "examples" / "dungeon" / "art" / "wip"
    path = root / "report.html"
    facts = {"version": "0", "project": f"a {EVIL} game", "models": [model()]}
    facts["sheets"] = [told(root, each) for each in built_sheets(root)]
    facts["sheets"] += [holes(root / "holes", wip), grid()]
    path.write_bytes(page(facts))
    yield Shown(browser, forged, path)


def holes(root: Path, wip: Path) -> dict[str, Any]:
    """A sheet of completed sprites, in a name that no page should run."""
    (root / "art").mkdir(parents=True)
    for path in wip.glob("*.png"):
        (root / "art" / path.name).write_bytes(path.read_bytes())
    (root / "assetforge.toml").write_text(
        '[project]\nsource = "art"\noutput = "out"\npalette = "endesga-32"\n'
        '[[sheet]]\nname = "finished"\nkind = "complete"\nfrom = "*.png"\nhole = "#ff00ff"\n'
    )
    assert build(root, Options(), Silent()).exit_code == 0
    facts = told(root, root / "out" / "finished.json")
    facts["name"] = EVIL
    return facts


def grid() -> dict[str, Any]:
    """A mix of one cell of 2 x 1 pixels, which was drawn with two choices of styles."""

    def packed(*indices: int) -> str:
        return b64encode(zlib.compress(bytes(indices))).decode()

    return {
        "name": "hybrids", "kind": "mix", "size": [2, 1], "indices": packed(1, 2),
        "palette": {"name": "two", "colors": ["#ff0000", "#00ff00"]}, "others": {},
        "frames": [["a-b", 0, 0, 2, 1, 0, 0, 2, 1, 100]], "tags": [], "inputs": [], "altered": [],
        "settings": {"col_styles": "8-15", "truncation": 1.0},
        "heads": {"rows": [{"text": "a"}], "cols": [{"text": "seed 3"}]},
        "grids": [{"styles": "0-15", "truncation": 1.0, "indices": packed(2, 1)},
                  {"styles": "8-15", "truncation": 1.0, "indices": packed(1, 2)}],
    }  # fmt: skip


def model() -> dict[str, Any]:
    """One that was trained for fifty steps, of which the thirtieth was the best."""
    pixels = np.full((16, 16, 4), 255, np.uint8)
    return {
        "name": EVIL, "told": "Learnt from 9 sprites.", "ended": "Training ended.", "kept": 30,
        "curve": [[0, None, 2.0], [30, 1.4, 1.5], [50, 1.2, 1.6]], "baselines": {"uniform": 9.0, "neighbours": 1.9},
        "looks": [{"step": 0, "picture": picture_of(pixels), "nearest": 0.5}], "latent": [2.0] * 8 + [1.0] * 7 + [0.0],
        "reconstructed": {"of": "held-out", "pairs": [picture_of(pixels)]}, "alike": 0.1,
        "sources": [[EVIL, "0" * 64]],
    }  # fmt: skip


def test_every_palette_is_what_a_build_gives(shown: Shown, compared: Compared, tmp_path: Path) -> None:
    """Chosen in the page, a palette colors each pixel as `build --palette` does."""
    shown.open()
    frames = pixels = differences = 0
    for name in PALETTES:
        expected = forge(tmp_path / name, palette=name, options='trim = true\npadding = 1\nmap = "nearest"')
        sprites = {sprite.name: sprite for sprite in Built.read(expected.output / "art.json").sprites}
        shown.browser.evaluate(CHOOSE, name if name != PALETTES[0] else "its own")
        drawn = {each["name"]: picture(each) for each in shown.browser.evaluate(READ)}
        still = set(sprites) - {frame for tag in expected.tags.values() for frame in tag}
        assert still <= set(drawn)
        for each in still:
            frames += 1
            pixels += drawn[each].shape[0] * drawn[each].shape[1]
            differences += differing(sprites[each].rgba(), drawn[each])
    compared("report in Chromium, 5 palettes", frames, pixels, differences)
    # Chromium says of our reading that it could be quicker.
    assert [said for said in shown.browser.complaints if not said.startswith("Canvas2D: Multiple readback")] == []


def test_it_asks_for_nothing(shown: Shown) -> None:
    """The page is all there is: it opens from the disk, offline, and requests no other file."""
    shown.open()
    requests = shown.browser.ask("requests")
    assert [url for url in requests if not url.startswith(("data:", "blob:"))] == [shown.path.as_uri()]


def test_names_are_text(shown: Shown) -> None:
    """A sheet or a project that is called like markup shows as it is called."""
    shown.open()
    assert shown.browser.evaluate("() => document.querySelector('h1').textContent") == f"a {EVIL} game"
    headings = shown.browser.evaluate("() => [...document.querySelectorAll('h2')].map((each) => each.textContent)")
    assert headings == ["art", EVIL, "hybrids", f"Model {EVIL}"]
    assert shown.browser.evaluate("() => document.querySelectorAll('script').length") == 2


def test_a_training_is_drawn_as_it_went(shown: Shown) -> None:
    """The dot is on the curve at the step that was kept, a baseline near the curves is a line and one far above is
    told; the bars are as high as the slots' nats; what it learnt from is made when it is opened, and is text."""
    shown.open()
    find = f"[...document.querySelectorAll('section')].find((part) => part.ariaLabel === 'model ' + {EVIL!r})"
    drawn = f"() => {{ const part = {find}; const dot = part.querySelector('circle'); const points = part"
    drawn += (
        ".querySelectorAll('polyline')[1].getAttribute('points').split(' '); const at = dot.getAttribute('cx') + ',' "
    )
    drawn += "+ dot.getAttribute('cy'); const dotted = part.querySelectorAll('[stroke-dasharray]'); "
    drawn += "return [at === points[1], dotted.length, part.innerText]; }"
    on_curve, dotted, text = shown.browser.evaluate(drawn)
    assert on_curve and dotted == 1 and "neighbours 1.90" in text and "uniform 9.00" in text
    heights = f"() => [...{find}.querySelectorAll('.bar')].map((bar) => bar.getBoundingClientRect().height)"
    assert shown.browser.evaluate(heights) == [64] * 8 + [32] * 7 + [1]
    opened = f"() => {{ const one = [...{find}.querySelectorAll('details')].at(-1); one.open = true; "
    opened += "return new Promise((done) => setTimeout(() => done(one.innerText), 100)); }"
    assert EVIL in shown.browser.evaluate(opened)


def test_the_slider_is_moved_by_mouse_and_keyboard(shown: Shown) -> None:
    """Before is seen on the left of the edge, which follows the pointer and the arrow keys; holes are outlined."""
    shown.open()
    find = f"[...document.querySelectorAll('section')].find((part) => part.ariaLabel === {EVIL!r})"
    place = f"() => {{ const one = {find}.querySelector('.compare'); one.scrollIntoView(); const box = "
    place += "one.getBoundingClientRect(); return [box.x, box.y, box.width, box.height]; }"
    x, y, width, height = shown.browser.evaluate(place)
    shown.browser.ask("drag", **{"from": [x + width / 2, y + height / 2], "to": [x + width / 4, y + height / 2]})
    state = f"() => {{ const one = {find}.querySelector('.compare'); return [Number(one.querySelector('input').value), "
    state += "one.querySelector('img').style.clipPath]; }"
    value, clip = shown.browser.evaluate(state)
    assert 15 < value < 35 and clip == f"inset(0px {100 - value}% 0px 0px)"
    shown.browser.press("ArrowRight")
    assert shown.browser.evaluate(state)[0] == value + 1
    outlined = f"() => {{ const hole = {find}.querySelector('.hole'); const data = hole.getContext('2d').getImageData("
    outlined += "0, 0, hole.width, hole.height).data; return data.filter((_, at) => at % 4 === 3 && data[at]).length; }"
    assert shown.browser.evaluate(outlined) > 0


def test_the_grid_follows_its_slider(shown: Shown) -> None:
    """Another choice of styles is seen at once, and told."""
    shown.open()
    state = (
        "() => { const part = document.getElementById('sheet-hybrids'); const canvas = part.querySelector('td canvas');"
    )
    state += (
        "return [[...canvas.getContext('2d').getImageData(0, 0, 2, 1).data], part.innerText.includes('slots 0-15')]; }"
    )
    assert shown.browser.evaluate(state) == [[255, 0, 0, 255, 0, 255, 0, 255], False]
    shown.browser.evaluate("() => document.querySelector('#sheet-hybrids label input').focus()")
    shown.browser.press("ArrowLeft")
    assert shown.browser.evaluate(state) == [[0, 255, 0, 255, 255, 0, 0, 255], True]


def test_a_sprite_tells_of_itself_to_the_keyboard(shown: Shown) -> None:
    """Focus, like the pointer, reads out name, size and palette."""
    shown.open()
    shown.browser.evaluate("() => document.querySelector('button.cell').focus()")
    text = shown.browser.evaluate("() => document.querySelector('.told').textContent")
    assert text == "bosses/beholder: 32 x 32, endesga-32, seed 0, 100 ms"


@pytest.mark.parametrize("dark", [False, True])
def test_nothing_overflows_and_nobody_is_shut_out(shown: Shown, dark: bool) -> None:
    """At phone width nothing sticks out, and axe-core finds nothing serious, light or dark."""
    axe = HERE / "node_modules" / "axe-core" / "axe.min.js"
    if not axe.is_file():
        missing("npm's axe-core")
    shown.open(360, dark)
    shown.browser.evaluate("() => document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert shown.browser.evaluate("() => document.documentElement.scrollWidth") <= 360
    shown.browser.evaluate("(source) => { (0, eval)(source); }", axe.read_text())
    found = shown.browser.evaluate(
        "async () => (await axe.run()).violations.map((each) => [each.impact, each.id, "
        "each.nodes.map((node) => node.html.slice(0, 120)).slice(0, 3)])"
    )
    assert [each for each in found if each[0] in ("serious", "critical")] == []
