"""In the real LÖVE, in a window under Xvfb: every frame, mirrored frames, animations and palettes of a sheet."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Compared
from forged import PALETTES, Forged, Pixels, differing, forge, swapped

from assetforge import formats
from assetforge.build import build
from assetforge.exports import sheet_files
from assetforge.files import bundled
from assetforge.formats import palettes
from assetforge.outcome import Options, Silent
from assetforge.palette import Palette
from assetforge.sheet import Sheet, Tag, cut, pack, pages
from assetforge.sprite import Sprite

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Played:
    """What a run of LÖVE left: notes by their first word, and pictures."""

    notes: dict[str, list[list[str]]]
    folder: Path

    def picture(self, name: str) -> Pixels:
        return formats.read(self.folder / name, name)[0].rgba


Play = Callable[[Path, str], Played]


@pytest.fixture
def play(program: Callable[[str], str], display: str, tmp_path: Path) -> Play:
    """Runs the test's game in the folder of a project, and gives what it saved."""
    love = program("love")

    def run(root: Path, module: str) -> Played:
        for path in [*(HERE / "love").iterdir(), bundled("plugins") / "love" / "assetforge.lua"]:
            shutil.copy(path, root / path.name)
        saves = tmp_path / "saves"
        environment = {**os.environ, "DISPLAY": display, "XDG_DATA_HOME": str(saves), "ALSOFT_DRIVERS": "null"}
        command = [love, str(root), module]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        folder = saves / "love" / "assetforge-test"
        notes: dict[str, list[list[str]]] = {}
        for line in (folder / "notes.txt").read_text("utf-8").splitlines():
            kind, *rest = (bytes.fromhex(word).decode("utf-8", "surrogateescape") for word in line.split(" "))
            notes.setdefault(kind, []).append(rest)
        return Played(notes, folder)

    return run


def compare(played: Played, row: int, frames: dict[str, Pixels]) -> tuple[int, int, int]:
    """How many frames, pixels and differing pixels, upright and mirrored."""
    assert {fact[0] for fact in played.notes["frame"]} == set(frames)
    mirrored = {name: frame[:, ::-1] for name, frame in frames.items()}
    upright = cells(played.picture(f"row-{row}.png"), played, frames)
    turned = cells(played.picture(f"mirrored-{row}.png"), played, mirrored)
    return tuple(map(sum, zip(upright, turned, strict=True)))  # type: ignore[return-value]


def cells(picture: Pixels, played: Played, frames: dict[str, Pixels]) -> tuple[int, int, int]:
    """The frames of a picture that holds twelve in a row, each in a cell of 64 pixels whose rest is empty."""
    wrong = pixels = 0
    seen = played.notes["frame"][: len(picture) // 64 * 12]
    for place, (name, *_) in enumerate(seen):
        y, x = place // 12 * 64, place % 12 * 64
        cell = picture[y : y + 64, x : x + 64]
        expected = np.zeros_like(cell)
        expected[..., 3] = picture[-1, -1, 3]
        height, width = frames[name].shape[:2]
        expected[:height, :width] = frames[name]
        wrong, pixels = wrong + differing(expected, cell), pixels + height * width
    return len(seen), pixels, wrong


def on_black(frame: Pixels, scale: int) -> Pixels:
    """What a window shows of a frame."""
    large = np.where(frame[..., 3:] > 0, frame, 0).repeat(scale, 0).repeat(scale, 1)
    large[..., 3] = 255
    return large


@pytest.mark.parametrize("options", ["", "padding = 2\nextrude = 1\ntrim = true"])
def test_love_draws_every_frame(options: str, play: Play, compared: Compared, tmp_path: Path) -> None:
    """Each frame is its source, upright and mirrored, trimmed or not; so is what the window shows, twice as large."""
    forged = forge(tmp_path / "лес und Höhle", exports=("love",), options=options)
    played = play(forged.root, "assets.forge.art")
    compared(f"love 11.4, canvas ({'trimmed' if options else 'plain'})", *compare(played, 1, forged.frames))

    shown = {name: on_black(frame, 2) for name, frame in forged.frames.items()}
    compared("love 11.4, window", *cells(played.picture("screen.png"), played, shown))


def test_love_plays_every_animation(play: Play, tmp_path: Path) -> None:
    """At every hundredth of a second the frame is the one that the durations say; faults name what there is."""
    forged = forge(tmp_path, exports=("love",))
    played = play(forged.root, "assets.forge.art")
    assert {name: int(duration) for name, _, _, duration in played.notes["frame"]} == forged.durations
    assert {tag for tag, *_ in played.notes["play"]} == set(forged.tags)
    for tag, *shown in played.notes["play"]:
        assert shown == expected_film(forged, tag, len(shown))
    assert [held for held, _ in played.notes["fault"]] == ["false"] * 4
    no_frame, no_palette, *no_sheet = (fault for _, fault in played.notes["fault"])
    assert all("main.lua" in fault for fault in (no_frame, no_palette, *no_sheet))
    assert all("unbuilt" in fault and "has `assetforge build` been run?" in fault for fault in no_sheet)
    assert 'no frame "nobody"' in no_frame and "heroes/knight" in no_frame
    assert 'no palette "none"' in no_palette and "endesga-32" in no_palette


def expected_film(forged: Forged, tag: str, steps: int) -> list[str]:
    """The frame at each hundredth of a second."""
    film = [name for name in forged.tags[tag] for _ in range(forged.durations[name] // 10)]
    return [film[step % len(film)] for step in range(steps)]


def test_love_swaps_palettes(play: Play, compared: Compared, tmp_path: Path) -> None:
    """Through the shader, a sheet in each of five palettes is what a build with that palette gives."""
    forged, built = swapped(tmp_path)
    toml = forged.root / "assetforge.toml"
    toml.write_text(toml.read_text().replace('["json"]', '["love"]'))
    assert build(forged.root, Options(), Silent()).exit_code == 0
    played = play(forged.root, "assets.forge.art")
    assert [name for (name,) in played.notes["palette"]] == list(PALETTES)
    counts = [compare(played, row, built[palette]) for row, palette in enumerate(PALETTES, 1)]
    frames, pixels, wrong = (sum(count) for count in zip(*counts, strict=True))
    compared("love 11.4, 5 palettes by shader", frames, pixels, wrong)


NAMES = ("end", "orc", "a b", 'say "hi"\\n', "two\nlines", "лиса", "\udcff", "nul\0", "]]", "1", "--", "x" * 300)


def sprites(names: Iterable[str]) -> Iterator[Sprite]:
    """Of 1x1 to 4x3 pixels, each in its own colors."""
    for place, name in enumerate(names):
        indices = np.full((1 + place % 3, 1 + place % 4), 1 + place % 30, np.uint8)
        yield Sprite(indices, palettes.load("endesga-32"), name, 10 * (place % 5))


def written(root: Path, *sheets: Sheet) -> dict[str, Pixels]:
    """The files of sheets in a folder, as a build would leave them; and their frames."""
    (root / "assets").mkdir(parents=True)
    for sheet in sheets:
        for path, data in sheet_files(sheet, {}, ["love"]).items():
            (root / "assets" / path).write_bytes(data)
    return {sprite.name: sprite.rgba() for sheet in sheets for sprite in cut(sheet)}


def test_love_reads_any_name(play: Play, compared: Compared, tmp_path: Path) -> None:
    """Keywords, quotes, line ends, other scripts, bytes that are no UTF-8; tags that overlap and run backwards; a
    sheet called with a dot, by its path."""
    tags = (Tag("end", 0, 3, "pingpong"), Tag('"', 2, 5, "reverse", 2), Tag("лиса", 4, 4))
    sheet = replace(pack(list(sprites(NAMES)), "über.sheet"), tags=tags)
    frames = written(tmp_path / "game", sheet)
    played = play(tmp_path / "game", "assets/über.sheet.lua")
    compared("love 11.4, unusual names", *compare(played, 1, frames))
    films = {tag: shown for tag, *shown in played.notes["play"]}
    assert set(films["end"]) == set(NAMES[:4]) and films["end"][0] == "end"
    # Twice 50 + 40 + 30 + 20 ms, counted by `sprites` in fives: then it stays at the end.
    assert films['"'][:1] == [NAMES[5]] and set(films['"'][40:]) == {NAMES[2]}
    assert set(films["лиса"]) == {NAMES[4]}


def test_love_takes_pages_and_many_and_one(play: Play, compared: Compared, tmp_path: Path) -> None:
    """A sheet on several pages is one, in each palette; 10,000 sprites load; a single pixel without a tag is drawn."""
    other = Palette(palettes.load("endesga-32").colors[::-1], "other")
    many = [replace(s, tag="all") for s in sprites(map(str, range(200)))]
    paged = [replace(page, swaps=(other,)) for page in pages(many, "many", max_size=24)]
    assert len(paged) == 2
    lots = pack(list(sprites(f"n/{number}" for number in range(10_000))), "lots")
    one = pack(list(sprites(["dot"])), "one")
    for module, sheets in (("many", paged), ("lots", [lots]), ("one", [one])):
        root = tmp_path / module
        frames = written(root, *sheets)
        played = play(root, f"assets.{module}")
        compared(f"love 11.4, {len(frames)} sprites on {len(sheets)} pages", *compare(played, 1, frames))
        if module == "many":
            turned = {sprite.name: replace(sprite, palette=other).rgba() for sprite in many}
            compared("love 11.4, another palette on 2 pages", *compare(played, 2, turned))
