"""`init`, `demo` and the contact sheet: a project made ready without harm, an example built and shown."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from assetforge import formats
from assetforge.cli import engines, recipes
from assetforge.cli import project as command
from assetforge.contact import contact_sheet, panel
from assetforge.errors import AssetforgeError, InputError
from assetforge.exports import EXPORTS
from assetforge.files import bundled
from assetforge.formats import palettes, png
from assetforge.lettering import GLYPHS, HEIGHT, lettered
from assetforge.pipeline import load

SIGNS = {
    "godot": {"project.godot": "config_version=5"},
    "web": {"package.json": '{"devDependencies": {"vite": "^5"}, "dependencies": {"react": "1"}}'},
    "love": {"conf.lua": "", "maps/level.tmx": ""},
    "pygame": {"requirements.txt": "numpy\npygame>=2\n"},
    "tiled": {"maps/level.tmx": "<map/>"},
    "none": {"package.json": "{broken", "requirements.txt": "my-pygame-like\n", "pyproject.toml": "[project]"},
}


def run(name: str, *arguments: object) -> Result:
    result = CliRunner().invoke(
        getattr(command, name), [str(argument) for argument in arguments], standalone_mode=False
    )
    if isinstance(result.exception, AssetforgeError):
        raise result.exception
    assert result.exception is None, result.exception
    return result


def fill(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize("engine", SIGNS)
def test_init_tells_the_engine_by_its_files(engine: str, tmp_path: Path) -> None:
    """Each engine is told by what its projects hold, and gets an output folder of its own kind."""
    fill(tmp_path, SIGNS[engine])
    assert json.loads(run("init", tmp_path, "--json").stdout)["engine"] == engine
    assert f'output = "{engines.ENGINES[engine].output}"' in (tmp_path / "assetforge.toml").read_text()
    assert (tmp_path / "art" / ".gdignore").exists() == (engine == "godot")


@pytest.mark.parametrize(
    ("text", "version"),
    [("config_version=4\n", 3), ("; x\n\nconfig_version = 5\n", 4), ("config_version=3", 3), ("broken", 4), ("", 4)],
)
def test_init_tells_godot_3_from_godot_4(text: str, version: int, tmp_path: Path) -> None:
    """By the version of project.godot; a new project is one of Godot 4. The addon is of the same version."""
    fill(tmp_path, {"project.godot": text} if text else {})
    told = json.loads(run("init", tmp_path, "--engine", "godot", "--json").stdout)
    assert told["exports"] == [f"godot{version}"] and "enable the addon" in told["by_hand"]
    assert f'exports = ["godot{version}"]' in (tmp_path / "assetforge.toml").read_text()
    addon = bundled("plugins") / "godot" / str(version)
    copied = {path.name: path.read_bytes() for path in (tmp_path / "addons" / "assetforge").iterdir()}
    assert copied == {path.name: path.read_bytes() for path in addon.iterdir()}


def test_init_brings_the_plugin_of_vite_where_it_is_missing(tmp_path: Path) -> None:
    """A game for the web gets the package as a folder, to be installed from there, unless it depends on it already."""
    fill(tmp_path / "new", {"package.json": '{"dependencies": {"phaser": "4"}}'})
    told = json.loads(run("init", tmp_path / "new", "--json").stdout)
    package = tmp_path / "new" / "tools" / "vite-plugin-assetforge"
    plugin = bundled("plugins") / "vite"
    assert {path.name: path.read_bytes() for path in package.iterdir()} == {
        path.name: path.read_bytes() for path in plugin.iterdir()
    }
    assert told["exports"] == ["json", "phaser"] and "./tools/vite-plugin-assetforge" in told["by_hand"]
    has = '{"dependencies": {"pixi.js": "8"}, "devDependencies": {"vite-plugin-assetforge": "file:../vite"}}'
    fill(tmp_path / "old", {"package.json": has})
    assert json.loads(run("init", tmp_path / "old", "--json").stdout)["exports"] == ["json"]
    assert not (tmp_path / "old" / "tools").exists()


@pytest.mark.parametrize("pipeline", recipes.recipes())
@pytest.mark.parametrize("engine", engines.ENGINES)
def test_every_recipe_is_a_sound_project_once_there_is_art(pipeline: str, engine: str, tmp_path: Path) -> None:
    """With one sprite in every folder that `init` makes, the configuration holds no fault."""
    run("init", tmp_path, "--pipeline", pipeline, "--engine", engine, "--quiet")
    text = (tmp_path / "assetforge.toml").read_text()
    for folder in recipes.folders(text):
        assert (tmp_path / folder).is_dir()
        shutil.copy(bundled("examples") / "dungeon" / "art" / "items" / "key.png", tmp_path / folder)
    found = load(tmp_path)
    assert found.faults == () and found.sheets
    assert found.project and found.project.output == engines.ENGINES[engine].output
    assert found.project.exports == engines.ENGINES[engine].exports(tmp_path)
    assert all(recipes.recipes().values())


EXAMPLES = bundled("examples")
GAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/assetforge.toml") if path.parent.name != "dungeon")


@pytest.mark.parametrize("game", GAMES)
def test_init_gives_each_starter_game_its_configuration(game: str, tmp_path: Path) -> None:
    """Copied without it, the game's engine is told by its files, and `init` writes the very same file."""
    left = shutil.ignore_patterns("assetforge.*", ".assetforge", "node_modules", "forge", "addons", ".import", "dist")
    shutil.copytree(EXAMPLES / game, tmp_path / "game", ignore=left)
    told = json.loads(run("init", tmp_path / "game", "--pipeline", "game", "--json").stdout)
    assert told["engine"] == {"godot3": "godot", "phaser": "web"}.get(game, game) and told["sign"]
    assert (tmp_path / "game" / "assetforge.toml").read_text() == (EXAMPLES / game / "assetforge.toml").read_text()


def test_init_overwrites_nothing_and_says_what_it_kept(tmp_path: Path) -> None:
    """Configuration, art and git's rules stay byte for byte; a second run changes nothing at all."""
    kept = {"assetforge.toml": '[project]\nsource = "gfx"\n', "gfx/a.png": "mine", ".gitignore": "*.log"}
    fill(tmp_path, kept)
    told = run("init", tmp_path).stdout
    assert f"kept {tmp_path / 'assetforge.toml'}" in told and "gfx" in told.splitlines()[-1]
    assert (tmp_path / "gfx" / "a.png").read_text() == "mine" and not (tmp_path / "art").exists()
    assert (tmp_path / "assetforge.toml").read_text() == kept["assetforge.toml"]
    assert (tmp_path / ".gitignore").read_text() == "*.log\n.assetforge/\n"
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert json.loads(run("init", tmp_path, "--json").stdout)["written"] == []
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before


def test_init_installs_what_runs_inside_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files and folders of a plugin land at their places, none over another; what is left by hand is told."""
    (tmp_path / "_").mkdir()
    fill(tmp_path / "_" / "plugins", {"e/one.txt": "1", "e/deep/two.txt": "2", "e/.hidden": "", "alone.txt": "3"})
    monkeypatch.setattr(engines, "bundled", lambda folder: tmp_path / "_" / folder)
    brought = (("e", "addons/forge"), ("alone.txt", "lib/three.txt"))
    monkeypatch.setitem(
        engines.ENGINES, "none", engines.Engine("out", lambda root: "", plugin=lambda root: brought, by_hand="Look.")
    )
    root = fill(tmp_path / "game", {"addons/forge/deep/two.txt": "mine"})
    told = run("init", root, "--engine", "none").stdout
    assert (root / "addons/forge/one.txt").read_text() == "1" and (root / "lib/three.txt").read_text() == "3"
    assert (root / "addons/forge/deep/two.txt").read_text() == "mine"
    assert f"kept {root / 'addons/forge/deep/two.txt'}" in told and "By hand: Look." in told
    assert not (root / "addons/forge/.hidden").exists()
    again = json.loads(run("init", root, "--engine", "none", "--json").stdout)
    assert again["written"] == [] and str(root / "addons/forge/one.txt") not in again["kept"]


@pytest.mark.parametrize("engine", engines.ENGINES)
def test_every_plugin_is_there(engine: str, tmp_path: Path) -> None:
    """Each engine's plugin names files that travel with the package, and its exports exist."""
    found = engines.ENGINES[engine]
    for source, _ in found.plugin(tmp_path):
        assert (bundled("plugins") / source).exists()
    assert set(found.exports(tmp_path)) <= set(EXPORTS)


def test_init_refuses_what_cannot_be(tmp_path: Path) -> None:
    """An unknown recipe names the nearest; a file is no folder; neither leaves anything behind."""
    with pytest.raises(AssetforgeError, match='did you mean "monsters"'):
        run("init", tmp_path / "game", "--pipeline", "monster")
    assert not (tmp_path / "game").exists()
    fill(tmp_path, {"file": ""})
    with pytest.raises(AssetforgeError, match="is a file"):
        run("init", tmp_path / "file")


@pytest.fixture
def small_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example with its quantized sheets only: as a demo is, but quick."""
    examples = tmp_path / "examples"
    shutil.copytree(bundled("examples") / "dungeon", examples / "dungeon")
    config = examples / "dungeon" / "assetforge.toml"
    blocks = config.read_text().split("[[sheet]]")
    project = blocks[0].split("[[model]]")[0]
    config.write_text("[[sheet]]".join([project, *(block for block in blocks[1:] if '"quantize"' in block)]))
    monkeypatch.setattr(command, "bundled", lambda folder: tmp_path / folder)
    return config


def test_demo_copies_builds_and_shows(small_example: Path, tmp_path: Path) -> None:
    """The copy is whole, its sheets stand, and the last line names the picture to open."""
    root = tmp_path / "demo"
    told = run("demo", root).stdout.splitlines()
    assert told[-1] == f"Open {root / 'contact-sheet.png'}"
    art = small_example.parent / "art"
    copies = {path.relative_to(art): path.read_bytes() for path in art.rglob("*.*")}
    assert {path.relative_to(root / "art"): path.read_bytes() for path in (root / "art").rglob("*.*")} == copies
    assert (root / "assets/forge/dungeon.png").is_file()
    assert formats.read(root / "contact-sheet.png")[0].size[0] >= 800


def test_demo_keeps_what_was_changed_in_a_former_demo(small_example: Path, tmp_path: Path) -> None:
    """A second demo in the same folder builds with the user's changes and puts back only what is missing."""
    root = tmp_path / "demo"
    run("demo", root, "--quiet")
    mine = (root / "art/items/gem.png").read_bytes()
    (root / "art/items/key.png").write_bytes(mine)
    (root / "art/items/bow.png").unlink()
    facts = json.loads(run("demo", root, "--json").stdout)
    assert [Path(path).stem for path in facts["sheets"]] == ["dungeon", "bosses"]
    assert (root / "art/items/key.png").read_bytes() == mine and (root / "art/items/bow.png").is_file()


def test_demo_refuses_a_folder_of_other_things(small_example: Path, tmp_path: Path) -> None:
    """Nobody's files are mixed with the example; an empty folder is fine."""
    root = fill(tmp_path / "mine", {"notes.txt": "mine"})
    with pytest.raises(AssetforgeError, match="no former demo"):
        run("demo", root)
    assert [path.name for path in root.iterdir()] == ["notes.txt"]
    (tmp_path / "empty").mkdir()
    assert command.copy_example(tmp_path / "empty") > 50


@pytest.mark.slow
def test_the_whole_demo_keeps_its_promises(tmp_path: Path) -> None:
    """All four kinds are built; every pixel is in its palette and opaque or clear; known pixels stay."""
    root = tmp_path / "demo"
    facts = json.loads(run("demo", root, "--json").stdout)
    assert [Path(path).stem for path in facts["sheets"]] == ["dungeon", "bosses", "monsters", "finished", "hybrids"]
    for path in map(Path, facts["sheets"]):
        meta = json.loads(path.read_text())["meta"]
        rgba = formats.read(path.with_suffix(".png"))[0].rgba
        assert set(np.unique(rgba[..., 3])) <= {0, 255}
        used = {f"#{bytes(color).hex()}" for color in rgba[rgba[..., 3] > 0][:, :3].tolist()}
        assert used <= set(meta["palette"]["colors"])
    shown = panel(root, root / "assets/forge/finished.json")
    for before, *after in shown.cells:
        assert isinstance(before, np.ndarray) and len(after) == 3
        known = (before[..., 3] == 255) & (before[..., :3] != (255, 0, 255)).any(-1)
        for one in after:
            assert isinstance(one, np.ndarray) and np.array_equal(one[known], before[known])


def sheet(folder: Path, kind: str, settings: dict, names: list[str], inputs: list[str]) -> Path:
    """A sheet of 2x2 sprites, each of one color, side by side, as a build would leave it."""
    colors = palettes.load("pico-8").colors[1 : len(names) + 1]
    atlas = np.zeros((2, 2 * len(names), 4), np.uint8)
    frames = {}
    for place, (name, color) in enumerate(zip(names, colors, strict=True)):
        atlas[:, 2 * place : 2 * place + 2] = (*color, 255)
        frames[name] = {
            "frame": {"x": 2 * place, "y": 0, "w": 2, "h": 2},
            "spriteSourceSize": {"x": 0, "y": 0},
            "sourceSize": {"w": 2, "h": 2},
        }
    provenance = {"kind": kind, "settings": settings, "inputs": dict.fromkeys(inputs, "")}
    meta = {"image": f"{kind}.png", "palette": {"name": "pico-8"}, "provenance": provenance}
    (folder / f"{kind}.png").write_bytes(png.write_rgba(atlas))
    (folder / f"{kind}.json").write_text(json.dumps({"frames": frames, "meta": meta}))
    return folder / f"{kind}.json"


def test_contact_sheet_shows_every_pixel_enlarged_by_a_whole_number(tmp_path: Path) -> None:
    """Each color covers the area of its pixels times the zoom squared, whatever kinds stand together."""
    quantized = sheet(tmp_path, "quantize", {}, ["a", "b", "c"], [])
    shown = png.read(contact_sheet(tmp_path, [quantized]), "")[0].rgba
    zoom = panel(tmp_path, quantized).zoom
    for color in palettes.load("pico-8").colors[1:4]:
        assert (shown[..., :3] == color).all(-1).sum() == 4 * zoom * zoom
    assert (shown[..., 3] == 255).all()


def test_contact_sheet_sets_inputs_beside_outputs(tmp_path: Path) -> None:
    """Unfinished sprites come before their variants; heads stand at a mix's rows and columns, numbers for seeds."""
    one = np.full((2, 2, 4), 255, np.uint8)
    for name in ("a", "b", "b-2"):
        (tmp_path / f"{name}.png").write_bytes(png.write_rgba(one))
    finished = sheet(tmp_path, "complete", {"variants": 2}, ["a", "a-2", "b", "b-2"], ["a.png", "b.png"])
    assert [len(row) for row in panel(tmp_path, finished).cells] == [3, 3]
    assert all(np.array_equal(row[0], one) for row in panel(tmp_path, finished).cells)
    settings = {"rows": ["a.png", 7], "cols": ["b.png"]}
    mixed = panel(tmp_path, sheet(tmp_path, "mix", settings, ["a-b", "7-b"], ["a.png", "b.png"])).cells
    assert mixed[0][0] is None and mixed[2][0] == "7"
    assert np.array_equal(mixed[0][1], one) and np.array_equal(mixed[1][0], one)
    (tmp_path / "a.png").unlink()
    assert panel(tmp_path, finished).cells[0][0] is None
    assert contact_sheet(tmp_path, [finished, tmp_path / "mix.json"])


def test_contact_sheet_refuses_what_is_no_sheet(tmp_path: Path) -> None:
    """JSON of others, broken JSON and a missing picture are errors that name the file."""
    for text in ("{}", "[]", "null", "{", '{"frames": {}, "meta": {"image": "gone.png"}}'):
        (tmp_path / "x.json").write_text(text)
        with pytest.raises(InputError):
            contact_sheet(tmp_path, [tmp_path / "x.json"])


def test_lettering_is_five_high_and_scales() -> None:
    """Every glyph is five even rows; a scale enlarges each pixel to a square; case does not matter."""
    for letter, rows in GLYPHS.items():
        assert len(rows) == HEIGHT and len({len(row) for row in rows}) == 1, letter
    small = lettered("Sheet-1")
    assert np.array_equal(lettered("SHEET-1", 3), small.repeat(3, 0).repeat(3, 1))
    assert lettered("", 2).shape == (10, 0)
