"""The output folder: what we wrote is ours, all else is not touched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from projects import QUANTIZE, Telling, draw, project, tree

from assetforge.build import build
from assetforge.errors import ConfigError
from assetforge.manifest import LOCK, Lock
from assetforge.outcome import Options


@pytest.fixture
def game(tmp_path: Path) -> Path:
    """A built project."""
    root = project(tmp_path / "game")
    assert build(root).exit_code == 0
    return root


@pytest.mark.parametrize("damage", [b"drawn by hand", b""])
def test_an_altered_output_is_seen_and_kept(game: Path, damage: bytes) -> None:
    """An edited or cut output is stale under --check and refused without --force, which keeps it as .orig."""
    (game / "out/items.png").write_bytes(damage)
    draw(game / "art/heroes/orc.png", 50)
    assert build(game, Options(check=True)).stale["items"] == ("out/items.png was altered",)
    told = Telling()
    result = build(game, reporter=told)
    assert (result.exit_code, list(result.built)) == (1, ["heroes"])
    assert "out/items.png: was altered since it was built" in told.errors["items"][0]
    assert (game / "out/items.png").read_bytes() == damage
    assert build(game, Options(force=True)).exit_code == 0
    assert (game / "out/items.png.orig").read_bytes() == damage
    assert build(game, Options(check=True)).exit_code == 0


def test_a_foreign_file_is_never_overwritten(tmp_path: Path) -> None:
    """What was in the output folder before us stays, unless forced; a folder or a link stays even then."""
    root = project(tmp_path)
    (root / "out").mkdir()
    (root / "out/items.json").write_text("mine")
    (root / "out/heroes.json").symlink_to(root / "assetforge.toml")
    told = Telling()
    assert build(root, reporter=told).exit_code == 1
    assert "out/items.json: was not written by assetforge" in told.errors["items"][0]
    assert not (root / "out/items.png").exists()
    assert (root / "out/items.json").read_text() == "mine"
    assert list(build(root, Options(force=True)).failed) == ["heroes"]
    assert (root / "out/items.json.orig").read_text() == "mine"
    assert (root / "assetforge.toml").read_text() == QUANTIZE


def test_outputs_of_a_sheet_that_is_gone_are_removed_unless_altered(game: Path) -> None:
    """Only what the lock says we wrote, and is unchanged, goes."""
    (game / "out/items.json").write_text("mine now")
    (game / "out/notes.txt").write_text("mine")
    head, _, heroes = QUANTIZE.split("[[sheet]]")
    (game / "assetforge.toml").write_text(f"{head}[[sheet]]{heroes}")
    assert build(game, Options(check=True)).exit_code == 3
    result = build(game)
    assert sorted(result.removed) == ["out/items.index.png", "out/items.palette.png", "out/items.png"]
    assert result.kept == ["out/items.json"]
    assert (game / "out/notes.txt").read_text() == "mine"
    assert set(Lock.load(game).sheets) == {"heroes"}
    assert build(game, Options(check=True)).exit_code == 0


def test_a_sheet_renamed_by_its_case_keeps_its_files_where_case_is_not_seen(
    game: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There the new files lie at the old names, and are not removed as those of a sheet that is gone."""
    same = os.path.samefile
    monkeypatch.setattr(
        os.path, "samefile", lambda one, other: same(one, other) or f"{one}".lower() == f"{other}".lower()
    )
    (game / "assetforge.toml").write_text(QUANTIZE.replace('name = "items"', 'name = "Items"'))
    result = build(game)
    assert (result.exit_code, result.removed) == (0, [])
    assert {path for path in tree(game, "out") if "items" in path.lower()} >= {"out/items.png", "out/Items.png"}
    monkeypatch.undo()
    assert {path for path in Lock.load(game).outputs if "items" in path.lower()} == {
        f"out/Items{end}" for end in (".png", ".json", ".index.png", ".palette.png")
    }


def test_a_moved_output_folder_takes_its_files_along(game: Path) -> None:
    """After `output` changes, the new folder is complete and the old one is gone."""
    old = tree(game, "out")
    (game / "assetforge.toml").write_text(QUANTIZE.replace('"out"', '"assets/forge"'))
    assert build(game).exit_code == 0
    assert not (game / "out").exists()
    assert {path.removeprefix("assets/forge/"): data for path, data in tree(game, "assets").items()} == {
        path.removeprefix("out/"): data for path, data in old.items()
    }


def test_a_lost_lock_is_written_anew(game: Path) -> None:
    """Outputs that are what would be built are taken as ours."""
    lock = (game / LOCK).read_bytes()
    (game / LOCK).unlink()
    assert build(game).exit_code == 0
    assert (game / LOCK).read_bytes() == lock


@pytest.mark.parametrize("damage", ["{", "[]", '{"format": 1}', "<<<<<<< HEAD\n", '{"format": 7, "models": {}}'])
def test_a_damaged_lock_says_what_to_do(game: Path, damage: str) -> None:
    """It is never believed and never replaced in silence."""
    (game / LOCK).write_text(damage)
    with pytest.raises(ConfigError, match=r"^assetforge.lock: is .*delete it and build again"):
        build(game)
    assert (game / LOCK).read_text() == damage


def test_a_lock_that_points_outside_removes_nothing(game: Path) -> None:
    """A lock from elsewhere cannot make us delete a file outside the project."""
    (game / LOCK).write_text((game / LOCK).read_text().replace("out/items.png", "../victim.png"))
    (game.parent / "victim.png").write_text("x")
    with pytest.raises(ConfigError, match="outside the project"):
        build(game)
    assert (game.parent / "victim.png").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_output_folder_that_is_not_writable(game: Path) -> None:
    """A clear error for each sheet, exit code 1, nothing lost."""
    draw(game / "art/items/axe.png", 77)
    before = tree(game, "out")
    (game / "out").chmod(0o555)
    told = Telling()
    try:
        assert build(game, reporter=told).exit_code == 1
    finally:
        (game / "out").chmod(0o755)
    assert "out/items" in told.errors["items"][0] and "cannot be written" in told.errors["items"][0]
    assert tree(game, "out") == before


def test_an_output_folder_that_is_a_file(tmp_path: Path) -> None:
    """Every sheet fails with the place; the file stays."""
    root = project(tmp_path)
    (root / "out").write_text("mine")
    told = Telling()
    assert build(root, reporter=told).exit_code == 1
    assert "cannot be written" in told.errors["items"][0]
    assert (root / "out").read_text() == "mine"
