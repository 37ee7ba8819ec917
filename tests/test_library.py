"""``import assetforge as af``: what a program and a notebook may rely on."""

from __future__ import annotations

import ast
import base64
import doctest
import importlib
import inspect
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from projects import FakePrior

import assetforge as af
from assetforge.cli import cli
from assetforge.formats import png

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "assetforge"
WORDS = [word for word in af.__all__ if word != "__version__"]
SLOW = ("af.load(", "af.train(", "af.evaluate(", "af.report(", "af.search(")
"""Words whose examples take seconds: they run a model."""


def examples() -> Iterator[doctest.DocTest]:
    """The examples of every docstring of the library, by file."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    for file in sorted((PACKAGE / "api").glob("*.py")):
        module = importlib.import_module(f"assetforge.api.{file.stem}")
        for found in finder.find(module, extraglobs={"af": af}):
            if found.examples:
                slow = any(word in found.docstring for word in SLOW)
                yield pytest.param(found, id=found.name, marks=[pytest.mark.slow] if slow else [])  # type: ignore[misc]


@pytest.fixture
def game(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the example art in `art`, where the program runs."""
    shutil.copytree(ROOT / "examples/dungeon/art", tmp_path / "art")
    monkeypatch.chdir(tmp_path)
    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "cache"))
    return tmp_path


@pytest.mark.parametrize("example", list(examples()))
def test_examples_say_what_happens(example: doctest.DocTest, game: Path) -> None:
    """Whoever types the example of a docstring reads what stands there."""
    said = io.StringIO()
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    assert runner.run(example, out=said.write).failed == 0, said.getvalue()


def public(thing: Any, name: str) -> Iterator[tuple[str, Any]]:
    """A word, and if it is a class of ours what may be called or read on it."""
    yield name, thing
    if inspect.isclass(thing) and not issubclass(thing, Exception):
        ours = [base for base in thing.__mro__ if base.__module__.startswith("assetforge.api.")]
        for part, value in (item for base in ours for item in vars(base).items()):
            if not part.startswith("_") and (inspect.isfunction(value) or isinstance(value, property | classmethod)):
                yield f"{name}.{part}", value


@pytest.mark.parametrize("word", WORDS)
def test_every_word_is_told_with_an_example(word: str) -> None:
    """A docstring says what each word is for, and shows it; an error is shown by what raises it."""
    for name, thing in public(getattr(af, word), word):
        text = inspect.getdoc(thing) or ""
        assert text, name
        if not isinstance(thing, classmethod) and not (inspect.isclass(thing) and issubclass(thing, Exception)):
            assert "Examples:\n" in text and ">>> " in text, name


def test_editors_are_told_the_words_that_programs_find() -> None:
    """`__all__`, `__dir__`, what is imported for types, and the table of places name the same words."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    (typed,) = (node for node in tree.body if isinstance(node, ast.If))
    named = {
        alias.name: (node.module or "")
        for node in typed.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert named == af._PLACES
    assert {*named, "__version__"} == set(af.__all__) <= set(dir(af))
    assert all(getattr(af, word).__name__ == word for word in WORDS)
    with pytest.raises(AttributeError, match="no attribute 'pallete'"):
        _ = af.pallete  # type: ignore[attr-defined]


def fresh(code: str) -> str:
    """What a new interpreter prints."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_the_import_costs_nothing_and_rooms_hide_no_word() -> None:
    """Nothing heavy is loaded until a word asks for it; `af.palette` stays a function beside ``assetforge/palette.py``,
    and files of such names can be imported."""
    code = (
        "import sys, assetforge as af\n"
        "dir(af), af.__version__, af.ConfigError\n"
        "print(sorted({'numpy', 'torch', 'PIL', 'sklearn', 'click'} & set(sys.modules)))\n"
        "import assetforge.palette, assetforge.build\n"
        "from assetforge.palette import Palette\n"
        "print(callable(af.palette), callable(af.build), len(af.palette('pico-8')), 'torch' in sys.modules)\n"
    )
    assert fresh(code).splitlines() == ["[]", "True True 16 False"]


USER = """
from pathlib import Path

import numpy as np
import assetforge as af

heroes = af.open("art/heroes", palette="pico-8")
one: af.Sprite = heroes[0]
named: af.Sprite = heroes["knight"]
some: af.Sprites = heroes[1:3] + heroes[:1]
width: int = one.size[0]
mask = np.zeros(one.indices.shape, np.bool_)
model = af.load("house.safetensors")
new: af.Sprites = model.generate(palette="pico-8", count=4, size=(16, 16), seed=7, like=heroes)
done: af.Sprites = model.complete(heroes, mask, variants=2)
grid: af.Grid = model.mix(rows=[17, one], cols=heroes, palette=af.palette("sweetie-16"))
cell: af.Sprite = grid[0][1]
sheet: af.Sheet = af.pack(new, padding=2, swaps=["gameboy-dmg"])
names: list[str] = [path.name for path in af.save(sheet, "monsters.png", exports=["json", "godot4"])]
house: af.Model = af.train("art", output="house.safetensors", steps=10)
bits: object = af.evaluate("art", model=house)["bits_per_pixel"]
film: af.Sprites = house.blend(one, named, steps=8)
dark: af.Sprites = house.restyle(heroes, to=film)
ground: af.Sheet = house.tileset(one, named)
ways: af.Ways = af.recolor(heroes, 4, keep=["#ff004d"])
near: tuple[float, ...] = af.search(one, among=heroes, by="shape").distances
paths: tuple[str, ...] = af.search(one, "art/").paths + af.search(one, [Path("art"), "more/*.png"]).paths
fresh: list[str] = af.build("game", check=True).fresh
try:
    af.palette("pico8")
except af.AssetforgeError as error:
    print(error)
"""


@pytest.mark.slow
def test_types_are_known_to_users(tmp_path: Path) -> None:
    """mypy --strict passes a program that uses the library rightly, and finds where one does not."""
    right, wrong = tmp_path / "right.py", tmp_path / "wrong.py"
    right.write_text(USER)
    wrong.write_text('import assetforge as af\naf.palette("pico-8").colours\naf.load().generate(7)\naf.opn("a")\n')
    environment = {**os.environ, "MYPYPATH": str(ROOT)}

    def checked(file: Path) -> tuple[int, str]:
        command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", file.name]
        run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
        return run.returncode, run.stdout

    assert checked(right) == (0, "Success: no issues found in 1 source file\n")
    code, said = checked(wrong)
    assert code == 1 and [f"wrong.py:{line}: error" in said for line in (2, 3, 4)] == [True] * 3, said


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))


def random_sprites(*sizes: tuple[int, int], palettes: int = 1) -> af.Sprites:
    random = np.random.default_rng(3)
    known = [af.palette(name) for name in ("pico-8", "sweetie-16", "gameboy-dmg")[:palettes]]
    return af.Sprites(
        af.Sprite(
            random.integers(0, len(known[n % palettes]) + 1, (height, width), dtype=np.uint8),
            known[n % palettes],
            f"one-{n}",
        )
        for n, (width, height) in enumerate(sizes)
    )


@pytest.mark.parametrize("size", [(1, 1), (16, 16), (9, 31), (200, 3)])
def test_a_shown_sprite_is_the_sprite(size: tuple[int, int]) -> None:
    """Its picture holds exactly its pixels, each enlarged by one whole number, so that a small one can be seen."""
    (sprite,) = random_sprites(size)
    picture = pixels(sprite._repr_png_())
    times = picture.shape[1] // size[0]
    assert times == max(1, 160 // max(size))
    expected = sprite.rgba().repeat(times, 0).repeat(times, 1)
    assert np.array_equal(expected, np.where(picture[..., 3:] > 0, picture, 0))


@pytest.mark.parametrize("palettes", [1, 3])
def test_a_contact_sheet_holds_every_sprite(palettes: int) -> None:
    """Each stands in its cell, in its order, whatever sizes and palettes there are."""
    sprites = random_sprites((8, 8), (16, 12), (5, 16), *[(16, 16)] * 20, palettes=palettes)
    picture = pixels(sprites._repr_png_() or b"")
    across = 12  # 14 would have room, and leave the second row emptier
    for place, sprite in enumerate(sprites):
        top, left = 68 * (place // across), 68 * (place % across)
        width, height = sprite.size
        cell = picture[top : top + 4 * height, left : left + 4 * width]
        assert np.array_equal(sprite.rgba().repeat(4, 0).repeat(4, 1), np.where(cell[..., 3:] > 0, cell, 0)), place
    assert af.Sprites()._repr_png_() is None


def test_more_colors_than_a_palette_holds_are_shown() -> None:
    """Where sprites use more than 255 colors together, the contact sheet is RGBA."""
    colors = [(r * 16, g * 16, n * 100) for n in range(2) for r in range(16) for g in range(12)]
    indices = np.arange(1, 193, dtype=np.uint8).reshape(12, 16)
    both = [af.Sprite(indices, af.Palette(tuple(colors[n * 192 : n * 192 + 192])), f"{n}") for n in (0, 1)]
    picture = pixels(af.Sprites(both)._repr_png_() or b"")
    assert np.array_equal(picture[:48:4, 68:132:4], both[1].rgba())


@pytest.mark.slow
def test_a_notebook_shows_sprites() -> None:
    """IPython, which notebooks run, is given a PNG of a sprite, of several, of a grid, a sheet and a palette."""
    from IPython.core.formatters import DisplayFormatter

    sprites = random_sprites((16, 16), (16, 16))
    for thing in (sprites[0], sprites, af.Grid([sprites]), af.pack(sprites), af.palette("pico-8")):
        shown = DisplayFormatter().format(thing)[0]
        data = shown["image/png"]
        data = base64.b64decode(data) if isinstance(data, str) else data
        assert pixels(data).size and shown["text/plain"].startswith("<")
    picture = pixels(DisplayFormatter().format(sprites[0])[0]["image/png"])
    assert np.array_equal(sprites[0].rgba(), np.where(picture[::10, ::10, 3:] > 0, picture[::10, ::10], 0))


def test_a_shown_animation_moves(game: Path) -> None:
    """A notebook gets a GIF of each animation, enlarged by a whole number; stills alone are a picture as ever. A GIF
    that is saved holds all color ways, in their own palettes."""
    import re

    torch = af.open("art/tiles/torch.gif")
    for shown, many, times in (
        (torch, 1, 10),
        (torch + af.open("art/items/coin.gif"), 2, 4),
        (af.Grid([torch]), 1, 10),
    ):
        found = re.findall(r'<img alt="(\w+)"[^>]* src="data:image/gif;base64,([^"]+)">', shown._repr_html_() or "")
        assert [name for name, _ in found] == ["torch", "coin"][:many]
        movie = Image.open(io.BytesIO(base64.b64decode(found[0][1])))
        for number, sprite in enumerate(torch):
            movie.seek(number)
            frame = np.asarray(movie.convert("RGBA"))
            assert np.array_equal(
                sprite.rgba().repeat(times, 0).repeat(times, 1), np.where(frame[..., 3:] > 0, frame, 0)
            )
    ways = af.recolor(torch, 2)
    af.save(ways, "ways.gif")
    saved = af.open("ways.gif")
    assert [each.rgba().tobytes() for each in saved] == [each.rgba().tobytes() for row in ways for each in row]
    named = af.Sprites(af.Sprite(one.indices, one.palette, "x", 100, '<b>"&') for one in torch)
    assert "<b>" not in (named._repr_html_() or "") and "&lt;b&gt;&quot;&amp;" in (named._repr_html_() or "")
    for still in (torch[:1], af.open("art/heroes"), af.Sprites(), af.Grid()):
        assert still._repr_html_() is None


def test_what_is_saved_is_opened_again(tmp_path: Path) -> None:
    """Indices, palette and names survive a folder; a sheet is cut into what was packed, animation included."""
    sprites = random_sprites((8, 8), (12, 9))
    af.save(sprites, tmp_path / "folder")
    again = af.open(tmp_path / "folder")
    assert [one.name for one in again] == ["one-0", "one-1"] and again.palette == sprites.palette
    assert all(np.array_equal(one.indices, other.indices) for one, other in zip(sprites, again, strict=True))
    frames = af.Sprites(af.Sprite(one.indices, one.palette, one.name, 70, "walk") for one in sprites)
    back = af.pack(frames, padding=2, extrude=1, trim=True).cut()
    assert [(one.name, one.duration, one.tag) for one in back] == [("one-0", 70, "walk"), ("one-1", 70, "walk")]
    assert all(np.array_equal(one.indices, other.indices) for one, other in zip(frames, back, strict=True))


def test_an_input_is_never_replaced(game: Path) -> None:
    """What was opened is not written over, as by the commands."""
    before = Path("art/heroes/knight.png").read_bytes()
    heroes = af.open("art/heroes", palette="pico-8")
    for path in ("art/heroes", "art/heroes/knight.png"):
        with pytest.raises(af.OutputError, match="is an input"):
            af.save(heroes["knight"], path)
    assert Path("art/heroes/knight.png").read_bytes() == before


@pytest.mark.parametrize(
    ("action", "fault"),
    [
        (lambda: af.palette("pico8"), 'did you mean "pico-8"'),
        (lambda: af.palette(["#00000g"]), 'give "#rrggbb"'),
        (lambda: af.open("art/nowhere.png"), "no such file"),
        (lambda: af.open("art/heroes")["knigt"], 'did you mean "knight"'),
        (lambda: af.open("art/heroes").quantize("pico-8", map="faitful"), 'did you mean "faithful"'),
        (lambda: af.Sprites([*af.open("art/heroes"), *af.open("art/items")]).palette, "several palettes"),
        (lambda: af.pack(af.open("art/heroes"), swaps=["auto:4"]), "Sprites.fit"),
        (lambda: af.pack([]), "at least one sprite"),
        (lambda: af.save(af.open("art/heroes"), "a.webp"), "end it in .png"),
        (lambda: af.save(["knight"], "out"), "give sprites"),  # type: ignore[list-item]
        (lambda: model().generate("pico-8", count=0), "count = 0: give a number from 1"),
        (lambda: model().generate("pico-8", tile="z"), 'tile = "z": choose one of'),
        (lambda: model().blend(af.open("art/heroes/knight.png"), plus=af.open("art/items")[0]), "give minus as well"),
        (lambda: af.search(af.open("art/heroes")[0], [], by="size"), "choose one of both, color, shape"),
        (lambda: af.search(af.open("art/heroes")[0], ["art", af.open("art/heroes")[0]]), "not both"),  # type: ignore[list-item]
        (lambda: af.recolor(af.open("art/heroes"), keep=["red"]), "is no color"),
        (lambda: af.pack(af.open("art/heroes"), rows=[af.palette("pico-8")]), "a row has one for each"),
        (lambda: af.train("art", output="house.bin"), "end it in .safetensors"),
        (lambda: af.train(output="house.safetensors"), "inputs or pairs"),
        (lambda: af.evaluate("art/heroes", holdout="families"), 'give "family" or "none"'),
        (lambda: model().mix([1], [2], "pico-8", col_styles="8-99"), "slots run from 0"),
        (lambda: model().complete(af.open("art/heroes")), "no sprite has a hole: there is no #ff00ff"),
        (lambda: model().complete(af.open("art/heroes"), (40, 0, 4, 4)), "no sprite has a hole"),
        (lambda: model().complete(af.open("art/heroes"), np.zeros((16, 16))), "a bool mask"),
        (lambda: model().complete(af.open("art/heroes"), np.ones((8, 8), bool)), "make them equal"),
    ],
)
def test_mistakes_are_told(action: Any, fault: str, game: Path) -> None:
    """A user's mistake is an error of the house, which names the mend."""
    with pytest.raises(af.AssetforgeError) as told:
        try:
            action()
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
    assert fault in str(told.value)


def model() -> af.Model:
    return af.Model(FakePrior())  # type: ignore[arg-type]


def test_a_model_keeps_what_is_known(game: Path) -> None:
    """`complete` changes nothing outside the hole, be it a rectangle, a mask or a color, and no palette of its own."""
    slime = af.open("art/monsters/slime.png")[0]
    mask = np.zeros((16, 16), bool)
    mask[4:10, 4:12] = True
    assert (
        model().complete(slime, (4, 4, 8, 6))[0].rgba().tobytes() == model().complete(slime, mask)[0].rgba().tobytes()
    )
    filled = model().complete(slime, mask, variants=2)
    assert len(filled) == 2 and filled.palette == slime.palette
    assert all(np.array_equal(one.rgba()[~mask], slime.rgba()[~mask]) for one in filled)
    painted = slime.rgba().copy()
    painted[mask] = (255, 0, 255, 255)
    Path("hole.png").write_bytes(png.write_rgba(painted))
    (done,) = model().complete(af.open("hole.png"))
    assert np.array_equal(done.rgba()[~mask], slime.rgba()[~mask]) and "#ff00ff" not in done.palette.hex


@pytest.mark.slow
def test_a_program_and_the_command_draw_the_same(game: Path) -> None:
    """One core stands behind both: the same settings give the same pixels and names."""
    runner = CliRunner()

    def command(*arguments: str) -> None:
        done = runner.invoke(cli, [*arguments, "--quiet"], standalone_mode=False)
        assert done.exception is None, done.exception

    command("generate", "-p", "pico-8", "-n", "3", "--seed", "7", "--size", "16x16", "-o", "cli/new")
    command("complete", "art/monsters/slime.png", "--erase", "4,4,8,6", "--variants", "2", "-o", "cli/slimes")
    command("mix", "-p", "pico-8", "--rows", "art/heroes/knight.png", "--col-seeds", "3,4", "-o", "cli/mixed")
    command("quantize", "art/items", "-p", "sweetie-16", "-o", "cli/items")
    base = af.load()
    slime = af.open("art/monsters/slime.png")
    af.save(base.generate("pico-8", count=3, seed=7, size=(16, 16)), "af/new")
    af.save(base.complete(slime, (4, 4, 8, 6), variants=2), "af/slimes")
    af.save(base.mix(af.open("art/heroes/knight.png"), [3, 4], "pico-8"), "af/mixed")
    af.save(af.open("art/items", palette="sweetie-16"), "af/items")
    theirs, ours = (
        {p.relative_to(top): pixels(p.read_bytes()) for p in top.rglob("*.png")} for top in map(Path, ["cli", "af"])
    )
    assert ours.keys() == theirs.keys() and len(ours) > 20
    assert [name for name in ours if not np.array_equal(ours[name], theirs[name])] == []


@pytest.mark.slow
def test_files_are_searched_by_the_index(game: Path) -> None:
    """A file once seen is not encoded again; what is found is opened in its own colors, whatever it is queried with,
    and what cannot be read is left out and told."""
    from assetforge.search.catalog import Catalog

    encoded: list[int] = []
    ours = Catalog.encode
    query = af.open("art/monsters/goblin.png", palette="pico-8")
    Path("art/broken.png").write_bytes(b"no picture")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Catalog, "encode", lambda self, new: encoded.append(len(new)) or ours(self, new))
        first, again = (af.search(query, ["art/monsters", "art/broken.png", "art/items"], top=4) for _ in "ab")
    assert encoded[0] > 20 and sum(encoded[1:]) == 0
    assert [Path(path).name for path in first.paths][:1] == ["goblin.png"]
    assert (first.paths, first.distances, first.mirrored) == (again.paths, again.distances, again.mirrored)
    for sprite, path in zip(first, first.paths, strict=True):
        assert np.array_equal(sprite.rgba(), af.open(path)[0].rgba())
    assert [fault.trail[0] for fault in first.faults] == ["art/broken.png"]


def test_provenance_travels(game: Path) -> None:
    """A sheet's JSON tells the files and the model behind its sprites, through every verb that they went through."""
    import json

    slime = af.open("art/monsters/slime.png")
    done = model().complete(slime.quantize("pico-8"), (4, 4, 8, 6), palette="pico-8")
    af.save(done, "out/done.png")
    told = json.loads(Path("out/done.json").read_text())["meta"]["provenance"]
    assert told["command"] == "complete" and told["model"]["sha256"] == FakePrior.sha256
    assert told["inputs"] == slime[0].provenance["inputs"]
    af.save(af.pack(done, padding=1), "out/packed.png")
    told = json.loads(Path("out/packed.json").read_text())["meta"]["provenance"]
    assert told["command"] == "pack" and told["made_from"][0]["model"]["name"] == "fake"
