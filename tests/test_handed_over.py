"""Files that their engine rewrites: written once, then the engine's, and gone with their sheet."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from projects import Telling, draw, project, tree

from assetforge.build import build
from assetforge.cli.pack import pack
from assetforge.errors import AssetforgeError
from assetforge.outcome import Options

CONFIG = """
[project]
source = "art"
output = "out"
palette = "pico-8"

[[sheet]]
name = "items"
kind = "quantize"
exports = ["godot3"]
from = "items/*.png"
"""
SIDECARS = ["out/items.index.png.import", "out/items.palette.png.import", "out/items.png.import"]
CHECK = Options(check=True)


@pytest.fixture
def imported(tmp_path: Path) -> Path:
    """A built project whose sidecars the engine has rewritten."""
    root = project(tmp_path / "game", CONFIG)
    assert build(root).exit_code == 0
    assert sorted(path for path in tree(root, "out") if path.endswith(".import")) == SIDECARS
    for path in SIDECARS:
        (root / path).write_text("rewritten")
    return root


def test_what_the_engine_rewrote_is_fresh(imported: Path) -> None:
    """Neither --check nor a build minds it, nor does one that has work to do; --force leaves it alone, too."""
    assert build(imported, CHECK).exit_code == 0
    assert build(imported).fresh == ["items"]
    draw(imported / "art/items/axe.png", 50)
    assert build(imported).built and build(imported, Options(force=True)).built
    assert all((imported / path).read_text() == "rewritten" for path in SIDECARS)
    assert not [path for path in tree(imported, "out") if ".orig" in path]
    assert build(imported, CHECK).exit_code == 0


def test_a_missing_one_is_written_again(imported: Path) -> None:
    """Without it the engine would import the picture by settings of its own."""
    (imported / SIDECARS[2]).unlink()
    assert build(imported, CHECK).exit_code == 3
    assert build(imported).exit_code == 0
    assert "importer" in (imported / SIDECARS[2]).read_text()
    assert (imported / SIDECARS[0]).read_text() == "rewritten"


@pytest.mark.parametrize("change", [('name = "items"', 'name = "things"'), ('["godot3"]', '["json"]')])
def test_they_go_with_what_they_belong_to(imported: Path, change: tuple[str, str]) -> None:
    """With its sheet or its export gone, a sidecar goes, rewritten or not; none is called altered."""
    (imported / "assetforge.toml").write_text(CONFIG.replace(*change))
    told = Telling()
    result = build(imported, reporter=told)
    assert result.exit_code == 0 and result.kept == [] and set(SIDECARS) <= set(result.removed)
    assert not any((imported / path).exists() for path in SIDECARS)


def test_one_that_was_there_before_stays_and_is_told(tmp_path: Path) -> None:
    """The user's own settings are not overwritten, but how to have ours is said, once."""
    root = project(tmp_path / "game", CONFIG)
    (root / "out").mkdir()
    (root / SIDECARS[2]).write_text("of the user")
    told = Telling()
    assert build(root, reporter=told).exit_code == 0
    assert (root / SIDECARS[2]).read_text() == "of the user"
    assert [note for note in told.notes if SIDECARS[2] in note and "it was there before" in note]
    draw(root / "art/items/axe.png", 51)
    told = Telling()
    assert build(root, reporter=told).built and not told.notes


def test_other_files_of_the_export_are_ours(imported: Path) -> None:
    """What an engine has no business to rewrite is still called altered."""
    (imported / "out/items.tres").write_text("edited")
    assert build(imported, CHECK).exit_code == 3
    assert build(imported).exit_code == 1
    assert (imported / "out/items.tres").read_text() == "edited"


def test_a_lock_hands_over_no_other_files(imported: Path) -> None:
    """A lock that claims a file which was altered does not get it removed; nor does nonsense in it crash."""
    from assetforge.manifest import Lock

    lock = Lock.load(imported)
    (imported / "out/notes.txt").write_text("mine")
    lock.outputs["out/notes.txt"] = dict(lock.outputs["out/items.png"], sheet="gone")
    lock.sheets["gone"] = dict(lock.sheets["items"])
    lock.sheets["gone"]["evidence"] = lock.sheets["gone"]["evidence"] | {"settings": {"exports": [["godot3"], "x", 3]}}
    lock.save(imported)
    try:
        build(imported)
    except AssetforgeError as error:
        pytest.fail(str(error))
    assert (imported / "out/notes.txt").read_text() == "mine"


def test_pack_leaves_them_to_the_engine_too(tmp_path: Path) -> None:
    """A sheet that is packed again keeps the sidecars that lie beside it; those that are missing are written."""
    project(tmp_path, CONFIG)
    command = [str(tmp_path / "art/items"), "-o", str(tmp_path / "out/x.png"), "--format", "godot4", "--quiet"]
    assert CliRunner().invoke(pack, command).exit_code == 0
    (tmp_path / "out/x.png.import").write_text("rewritten")
    (tmp_path / "out/x.index.png.import").unlink()
    assert CliRunner().invoke(pack, command).exit_code == 0
    assert (tmp_path / "out/x.png.import").read_text() == "rewritten"
    assert "importer" in (tmp_path / "out/x.index.png.import").read_text()
