"""The same bytes whatever the threads, jobs, listing, clock, language, umask, path and hash seed: lock and outputs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from projects import draw, picture, project, tree
from test_build_models import CONFIG

from assetforge.formats import png
from assetforge.manifest import LOCK
from assetforge.plan import BASE

ROOT = Path(__file__).parent.parent
PLAIN = """
[project]
palette = "auto:6"

[[sheet]]
name = "all"
kind = "quantize"
from = "**/*.png"

[[sheet]]
name = "items"
kind = "quantize"
palette = "pico-8"
dither = "floyd-steinberg"
from = "items/*.png"
"""

SHUFFLED = """
import os, random

def shuffled(listed):
    def listing(*arguments):
        found = list(listed(*arguments))
        random.Random(7).shuffle(found)
        return Entries(found) if listed is scandir else found
    return listing

class Entries(list):
    def __enter__(self):
        return self
    def __exit__(self, *_):
        pass
    def close(self):
        pass

scandir = os.scandir
os.scandir, os.listdir = shuffled(os.scandir), shuffled(os.listdir)
"""


@dataclass(frozen=True)
class Way:
    """How a build is run.

    Arguments:
        environment: Variables that differ.
        arguments: Options of the command.
        folder: Where the project lies.
        umask: Of the process; -1 for the usual one.
        startup: What the interpreter runs before the command.
    """

    environment: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    folder: str = "game"
    umask: int = -1
    startup: str = ""


THREADS = {"OMP_NUM_THREADS": "2", "MKL_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}
WAYS = {
    "two threads": Way(THREADS),
    "four jobs": Way(arguments=("--jobs", "4")),
    "a shuffled listing": Way(startup=SHUFFLED),
    "another time zone": Way({"TZ": "Pacific/Chatham"}),
    "another language": Way({"LC_ALL": "C", "LANG": "tr_TR.UTF-8", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    "a closed umask": Way(umask=0o077),
    "another path": Way(folder="mein spiel/ünïcödé 游戏"),
    "another hash seed": Way({"PYTHONHASHSEED": "12345"}),
}
ALL_AT_ONCE = Way(
    {name: value for way in WAYS.values() for name, value in way.environment.items()},
    ("--jobs", "4"),
    "mein spiel/ünïcödé 游戏",
    0o077,
    SHUFFLED,
)


def sources(root: Path, config: str) -> Path:
    project(root, config, ("items/axe.png", "items/bow.png", "items/Zed.png", "items/ä.png"))
    rgba = picture(5)
    rgba[2:6, 2:6] = (255, 0, 255, 255)
    draw(root / "art/wip/knight.png", 5)
    (root / "art/wip/knight.png").write_bytes(png.write_rgba(rgba))
    return root


def build(folder: Path, config: str, way: Way) -> dict[str, bytes]:
    """Lock and outputs of a clean build of a fresh clone."""
    root = sources(folder / way.folder, config)
    for path in root.rglob("*"):
        os.utime(path, (1e9, 1e9))
    (folder / "startup").mkdir()
    (folder / "startup/sitecustomize.py").write_text(way.startup)
    plain = {name: "1" for name in THREADS} | {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    places = os.pathsep.join((str(folder / "startup"), str(ROOT)))
    done = subprocess.run(
        [sys.executable, "-m", "assetforge", "build", "--quiet", *way.arguments],
        cwd=root,
        env={**os.environ, **plain, "PYTHONPATH": places, **way.environment},
        umask=way.umask,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return tree(root, "assets", LOCK)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `plain` was built."""
    return tmp_path_factory.mktemp("plain")


@pytest.fixture(scope="module")
def plain(place: Path) -> dict[str, bytes]:
    return build(place, PLAIN, Way())


@pytest.fixture(scope="module")
def four_kinds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    if not BASE.exists():
        pytest.skip("the bundled checkpoint is not in this tree")
    return build(tmp_path_factory.mktemp("four"), CONFIG, Way())


def test_nothing_that_differs_changes_a_byte(plain: dict[str, bytes], tmp_path: Path) -> None:
    """All of it at once, for sheets that need no model."""
    assert len(plain) == 2 * 4 + 1
    assert build(tmp_path, PLAIN, ALL_AT_ONCE) == plain


def test_a_clone_without_a_cache_has_nothing_to_do(place: Path, plain: dict[str, bytes], tmp_path: Path) -> None:
    """Another checkout, times and folder: `--check` finds all fresh from the lock and the files alone."""
    clone = Path(shutil.copytree(place / "game", tmp_path / "clone", ignore=shutil.ignore_patterns(".assetforge")))
    assert plain and not (clone / ".assetforge").exists()
    for path in clone.rglob("*"):
        os.utime(path)
    done = subprocess.run(
        [sys.executable, "-m", "assetforge", "build", "--check", "--quiet", str(clone)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize("name", WAYS)
def test_no_single_thing_changes_a_byte(name: str, four_kinds: dict[str, bytes], tmp_path: Path) -> None:
    """Sheets of all four kinds, drawn by the model that travels with the package."""
    assert len(four_kinds) == 4 * 4 + 1
    assert build(tmp_path, CONFIG, WAYS[name]) == four_kinds


@pytest.mark.slow
def test_nothing_changes_a_byte_of_any_kind(four_kinds: dict[str, bytes], tmp_path: Path) -> None:
    """All of it at once, for all four kinds."""
    assert build(tmp_path, CONFIG, ALL_AT_ONCE) == four_kinds


DRAWN = """
[project]
palette = "pico-8"

[[sheet]]
name = "between"
kind = "blend"
from = ["items/axe.png", "items/bow.png"]
steps = 4

[[sheet]]
name = "dressed"
kind = "restyle"
from = "items/*.png"
to = "wip/knight.png"
take = "color"

[[sheet]]
name = "ways"
kind = "recolor"
palette = "auto:12"
from = "items/*.png"

[[sheet]]
name = "shore"
kind = "tileset"
inner = "items/axe.png"
outer = "items/bow.png"

[[sheet]]
name = "floor"
kind = "generate"
count = 1
size = [8, 8]
tile = "xy"
candidates = 2
"""


@pytest.mark.slow
@pytest.mark.skipif(not BASE.exists(), reason="the bundled checkpoint is not in this tree")
def test_nothing_changes_a_byte_of_what_latents_and_palettes_draw(tmp_path: Path) -> None:
    """In-betweens, other styles, color ways, tile sets, tiles: all that may differ at once, two threads among it."""
    made = build(tmp_path / "plain", DRAWN, Way())
    assert len(made) == 5 * 4 + 1
    assert build(tmp_path / "other", DRAWN, ALL_AT_ONCE) == made
