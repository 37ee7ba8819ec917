"""The addon in the real Godot 3: exports hold what the sources hold, or fail; the dock builds, tells and picks."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import Compared
from forged import differing
from godot_runs import addon, export, play, run, surroundings, wrapper

import assetforge
from assetforge import formats

HERE = Path(__file__).parent
ART = HERE.parents[1] / "examples" / "dungeon" / "art" / "items"
CONFIG = """[project]
source = "art"
palette = "endesga-32"
exports = ["godot3"]

[[sheet]]
name = "art"                    # shown by the scene
kind = "quantize"
from = "items/*.*"

[[sheet]]
name = "gray"
kind = "quantize"
palette = 'kirokaze-gameboy'    # four colors
from = "items/*.*"
"""
BROKEN = 'assetforge.toml:6 [[sheet]] "art" -> art/items/key.png: holds no PNG'


@pytest.fixture
def game(tmp_path: Path) -> Path:
    """A project as a fresh clone, with the addon as `init` installs it, in a folder with spaces and other letters."""
    root = tmp_path / "Spiel für $Ольга"
    shutil.copytree(HERE / "godot3", root)
    addon(root)
    (root / "art" / "items").mkdir(parents=True)
    (root / "art" / ".gdignore").touch()
    for name in ("key.png", "gem.png", "coin.gif"):
        shutil.copy(ART / name, root / "art" / "items")
    (root / "assetforge.toml").write_text(CONFIG)
    return root


def choose(root: Path, program: Path) -> None:
    """Name a program in the project's settings."""
    with (root / "project.godot").open("a") as file:
        file.write(f'\n[assetforge]\n\nprogram="{program}"\n')


def exported(game: Path, program: Callable[[str], str]) -> tuple[int, str, Path]:
    pack = game.parent / "game.pck"
    done = export(program("godot3-server"), game, pack)
    return done.returncode, done.stdout + done.stderr, pack


def test_an_export_of_a_fresh_clone_holds_what_the_sources_hold(
    game: Path, program: Callable[[str], str], compared: Compared, tmp_path: Path
) -> None:
    """Nothing was built and nothing imported: one headless command builds, imports and packs; the pixels are right."""
    code, told, pack = exported(game, program)
    assert code == 0, told
    assert "SCRIPT ERROR" not in told
    play(program("godot3-server"), pack, tmp_path / "out")
    facts = json.loads((tmp_path / "out" / "facts.json").read_text())
    frames = [
        frame for path in sorted((game / "art").rglob("*.*")) if path.suffix for frame in formats.read(path, path.stem)
    ]
    wrong = pixels = 0
    for frame in frames:
        ((width, height, start),) = facts["animations"][frame.name]["frames"]
        area = int(width * height * 4)
        found = np.fromfile(tmp_path / "out" / "frames.rgba", np.uint8, area, offset=int(start))
        wrong += differing(frame.rgba, found.reshape(frame.rgba.shape))
        pixels += area // 4
    compared("Godot 3.2.3, exported by the addon", len(frames), pixels, wrong)


def test_an_export_whose_build_fails_leaves_nothing(game: Path, program: Callable[[str], str]) -> None:
    """A broken sprite: exit code 1 and no pack, not even the older one; mended, the next export is whole."""
    assert exported(game, program)[0] == 0
    (game / "art/items/key.png").write_text("broken")
    code, told, pack = exported(game, program)
    assert code == 1 and not pack.exists()
    assert BROKEN in told and "The export failed" in told
    shutil.copy(ART / "key.png", game / "art/items/key.png")
    code, told, pack = exported(game, program)
    assert code == 0 and pack.is_file()


def test_an_export_never_ships_what_was_imported_before_the_build(game: Path, program: Callable[[str], str]) -> None:
    """A sprite that changes after Godot has started: what it becomes is not imported, so nothing is exported."""
    shutil.copytree(HERE / "godot3_late", game / "addons" / "late")
    (game / "project.godot").write_text(
        (game / "project.godot").read_text().replace('"assetforge" )', '"assetforge", "late" )')
    )
    assert exported(game, program)[0] == 0
    shutil.copy(ART / "bow.png", game / "late.bin")
    code, told, pack = exported(game, program)
    assert code == 1 and not pack.exists() and "not imported yet" in told
    assert exported(game, program)[0] == 0


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "assetforge was not found"),
        ("kill -9 $$", "the program ended"),
        ("echo odd; exit 2", "the program ended with code 2. odd"),
        ("echo '{}'", "the program ended before it was done"),
    ],
)
def test_a_program_that_is_none_fails_the_export(
    line: str, words: str, game: Path, program: Callable[[str], str]
) -> None:
    """Not there, killed, or of no use: each is told in words, and nothing is exported."""
    fake = game.parent / "fake"
    if line:
        version = 'if [ "$1" = --version ]; then echo "assetforge, version 0.1.0"; exit; fi'
        fake.write_text(f"#!/bin/sh\n{version}\n{line}\n")
        fake.chmod(0o755)
    choose(game, fake)
    code, told, pack = exported(game, program)
    assert code == 1 and not pack.exists() and words in told


def test_a_program_of_another_version_works_and_is_told(game: Path, program: Callable[[str], str]) -> None:
    """The addon was copied when the project was made; an upgrade of the program says how to follow."""
    choose(game, wrapper(game.parent / "other", "9.9.9"))
    code, told, pack = exported(game, program)
    assert code == 0 and pack.is_file()
    assert f"the addon is of version {assetforge.__version__}, the program of 9.9.9" in told


def test_without_a_configuration_the_export_says_so(game: Path, program: Callable[[str], str]) -> None:
    """An enabled addon that finds no assetforge.toml does not let the export pass."""
    (game / "assetforge.toml").unlink()
    code, told, pack = exported(game, program)
    assert code == 1 and not pack.exists() and "assetforge init" in told


def test_the_addon_says_its_version() -> None:
    """It is the package's, or the addon would warn of itself."""
    for folder in ("3", "4"):
        text = (HERE.parents[1] / "plugins" / "godot" / folder / "plugin.cfg").read_text()
        assert re.search(r'^version="(.*)"$', text, re.MULTILINE)[1] == assetforge.__version__  # type: ignore[index]


def test_the_dock_builds_tells_and_picks(
    game: Path, program: Callable[[str], str], display: str, tmp_path: Path
) -> None:
    """In the editor's window: it shows each sheet with its palette; a pick lands in assetforge.toml, every other byte
    as it was, and is built; a broken sprite is told at the next focus, and its export is refused until it is mended."""
    shutil.copytree(HERE / "godot3_driver", game / "addons" / "driver")
    (game / "project.godot").write_text(
        (game / "project.godot").read_text().replace('"assetforge" )', '"assetforge", "driver" )')
    )
    (tmp_path / "out").mkdir()
    shutil.copy(ART / "key.png", game / "good.bin")
    command = [program("godot3"), "-e", "--path", str(game), "--video-driver", "GLES2", "--audio-driver", "Dummy"]
    done = run(command, surroundings(tmp_path / "home", SHOWN=str(tmp_path / "out"), DISPLAY=display))
    assert "SCRIPT ERROR" not in done.stdout + done.stderr, done.stdout + done.stderr
    told = {each["when"]: each for each in json.loads((tmp_path / "out" / "told.json").read_text())}
    assert [row[:2] for row in told["start"]["rows"]] == [["art", ""], ["gray", "kirokaze-gameboy"]]
    assert "All sheets are built" in told["start"]["log"]
    assert [row[1] for row in told["picked"]["rows"]] == ["pico-8", "cga-16"]
    picked = CONFIG.replace("# shown by the scene\n", '# shown by the scene\npalette = "pico-8"\n')
    picked = picked.replace("'kirokaze-gameboy'    #", '"cga-16"              #')
    assert told["picked"]["config"] == picked
    assert told["picked"]["palettes"] == ["pico-8", "cga-16"]
    assert (game / "assetforge.toml").read_text() == CONFIG.replace(
        "'kirokaze-gameboy'    #", '"cga-16"              #'
    )
    assert BROKEN.partition(" [[")[2] in told["broken"]["log"]
    assert BROKEN in done.stdout + done.stderr
    assert "could not build every sheet" in told["export refused"]["alert"]
    assert not (tmp_path / "out" / "broken.pck").exists()
    assert "All sheets are built" in told["exported"]["log"]
    assert (tmp_path / "out" / "mended.pck").stat().st_size > 10_000
