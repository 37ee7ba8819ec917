"""The build step: exact, idle when nothing is to do, and harmless to what is not its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from projects import QUANTIZE, Telling, draw, picture, project, tree

from assetforge import __version__, globs, plan
from assetforge.build import build
from assetforge.errors import ConfigError
from assetforge.formats import png
from assetforge.manifest import LOCK, Lock
from assetforge.outcome import Options

ITEMS = ["out/items.index.png", "out/items.json", "out/items.palette.png", "out/items.png"]


@pytest.fixture
def game(tmp_path: Path) -> Path:
    """A built project."""
    root = project(tmp_path / "game")
    assert build(root).exit_code == 0
    return root


def test_a_clean_build_gives_every_file_and_a_second_does_nothing(tmp_path: Path) -> None:
    """All sheets are built; then nothing is written at all, not even a file with its old content."""
    root = project(tmp_path)
    result = build(root)
    assert sorted(result.built) == ["heroes", "items"]
    assert result.built["items"] == ITEMS
    assert sorted(tree(root, "out")) == sorted(result.built["heroes"] + ITEMS)
    before = {path: path.stat().st_mtime_ns for path in (root / "out").iterdir()}
    lock = (root / LOCK).stat().st_mtime_ns
    again = build(root)
    assert (again.exit_code, again.built, sorted(again.fresh)) == (0, {}, ["heroes", "items"])
    assert {path: path.stat().st_mtime_ns for path in (root / "out").iterdir()} == before
    assert (root / LOCK).stat().st_mtime_ns == lock


def test_same_bytes_whatever_the_jobs_the_place_and_the_listing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes, another folder and a shuffled listing give the very bytes of one process, the lock too."""
    one, two, three = (project(tmp_path / name) for name in ("one", "two/deep", "three"))
    build(one)
    build(two, Options(jobs=2))
    listed = os.scandir

    class Shuffled:
        def __init__(self, path: str) -> None:
            with listed(path) as entries:
                self.entries = list(entries)[::-1]

        def __enter__(self) -> list[os.DirEntry[str]]:
            return self.entries

        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(globs.os, "scandir", Shuffled)
    build(three)
    monkeypatch.undo()
    assert tree(one, "out", LOCK) == tree(two, "out", LOCK) == tree(three, "out", LOCK)


def change_sprite(root: Path) -> None:
    draw(root / "art/items/axe.png", 77)


def same_size_and_time(root: Path) -> None:
    path = root / "art/items/axe.png"
    before, data = path.stat(), bytearray(path.read_bytes())
    path.write_bytes(png.write_rgba(255 - picture(0)))
    if path.stat().st_size == len(data):
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (change_sprite, "art/items/axe.png changed"),
        (same_size_and_time, "art/items/axe.png changed"),
        (lambda root: draw(root / "art/items/new.png", 9), "art/items/new.png is new"),
        (lambda root: (root / "art/items/bow.png").unlink(), "art/items/bow.png is gone"),
        (
            lambda root: (root / "art/items/bow.png").rename(root / "art/items/a.png"),
            "art/items/bow.png was renamed to art/items/a.png",
        ),
        (lambda root: (root / "out/items.png").unlink(), "out/items.png is gone"),
        (
            lambda root: (root / "assetforge.toml").write_text(
                QUANTIZE.replace('from = "items', 'padding = 1\nfrom = "items')
            ),
            "padding: 0 -> 1",
        ),
    ],
)
def test_each_change_is_seen_and_named_and_rebuilds_its_sheet_alone(
    game: Path, change: Callable[[Path], object], why: str
) -> None:
    """What depends on a change is rebuilt, nothing else, and the reason names the one thing."""
    change(game)
    assert build(game, Options(check=True)).exit_code == 3
    told = Telling()
    result = build(game, reporter=told)
    assert list(result.built) == ["items"]
    assert told.started["items"] == (why,)
    assert build(game, Options(check=True)).exit_code == 0
    shutil.copytree(game, game.parent / "clean", ignore=shutil.ignore_patterns("out", ".assetforge", LOCK))
    build(game.parent / "clean")
    assert tree(game, "out", LOCK) == tree(game.parent / "clean", "out", LOCK)


def test_an_upgraded_tool_rebuilds_everything(game: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version may give other bytes, so it is part of the key."""
    monkeypatch.setattr(plan, "__version__", "99.0")
    told = Telling()
    build(game, reporter=told)
    assert set(told.started.values()) == {(f"assetforge {__version__} -> 99.0",)}


def test_a_palette_file_is_an_input(tmp_path: Path) -> None:
    """Editing a palette of one's own rebuilds the sheets in it."""
    root = project(tmp_path, QUANTIZE.replace("sweetie-16", "mine.hex"))
    (root / "mine.hex").write_text("ff0000\n00ff00\n0000ff\n")
    assert build(root).exit_code == 0
    (root / "mine.hex").write_text("ff0000\n00ff00\n0000fe\n")
    told = Telling()
    build(root, reporter=told)
    assert told.started == {"heroes": ("palette mine.hex changed",)}


@pytest.mark.parametrize("colors", [1, 300])
def test_a_palette_of_a_wrong_size_fails_its_sheet_alone(tmp_path: Path, colors: int) -> None:
    """The other sheets are built, and the error has the whole trail."""
    root = project(tmp_path, QUANTIZE.replace("sweetie-16", "mine.hex"))
    (root / "mine.hex").write_text("".join(f"{n:06x}\n" for n in range(colors)))
    told = Telling()
    result = build(root, reporter=told)
    assert (result.exit_code, list(result.built)) == (1, ["items"])
    assert told.errors["heroes"][0].startswith(f'assetforge.toml:12 [[sheet]] "heroes" -> mine.hex: holds {colors} ')


def test_only_and_palette(game: Path) -> None:
    """--only looks at some sheets, --palette is for this build, and an unknown name is refused."""
    result = build(game, Options(only=("items",), palette="gameboy-dmg"))
    assert list(result.built) == ["items"]
    assert Lock.load(game).outputs["out/items.png"]["palette"] == "gameboy-dmg"
    assert build(game, Options(check=True)).stale == {"items": ("palette: gameboy-dmg -> pico-8",)}
    with pytest.raises(ConfigError, match='there is no sheet "itms"; did you mean "items"'):
        build(game, Options(only=("itms",)))


def test_looking_writes_nothing(tmp_path: Path) -> None:
    """--check and --dry-run leave a fresh clone as it is, and say what is stale."""
    root = project(tmp_path)
    before = tree(root, ".")
    checked, dry = build(root, Options(check=True)), build(root, Options(dry_run=True))
    assert (checked.exit_code, dry.exit_code) == (3, 0)
    assert checked.stale == dry.stale == {"items": ("was never built",), "heroes": ("was never built",)}
    assert tree(root, ".") == before


def test_check_answers_without_the_cache(game: Path) -> None:
    """The lock and the files suffice; a cache that was altered is not believed."""
    (game / ".assetforge/cache.json").write_bytes(b"0" * 64 + b'\n{"files": {}, "failures": {}}')
    assert build(game, Options(check=True)).exit_code == 0
    shutil.rmtree(game / ".assetforge")
    assert build(game, Options(check=True)).exit_code == 0
    assert not (game / ".assetforge").exists()
    change_sprite(game)
    assert build(game, Options(check=True)).exit_code == 3


def test_a_bad_sprite_fails_its_sheet_and_its_repair_rebuilds(game: Path) -> None:
    """Every bad file is named with its trail, the old output stays, other sheets are built, no work is repeated."""
    old = tree(game, "out")
    good = (game / "art/items/axe.png").read_bytes()
    (game / "art/items/axe.png").write_bytes(good[:40])
    (game / "art/items/bow.png").write_bytes(b"")
    draw(game / "art/heroes/orc.png", 50)
    told = Telling()
    result = build(game, reporter=told)
    assert (result.exit_code, list(result.built), list(result.failed)) == (1, ["heroes"], ["items"])
    for error, name in zip(told.errors["items"], ("axe", "bow"), strict=True):
        assert error.startswith(f'assetforge.toml:7 [[sheet]] "items" -> art/items/{name}.png: ')
    assert {path: tree(game, "out")[path] for path in ITEMS} == {path: old[path] for path in ITEMS}
    again = Telling()
    assert build(game, reporter=again).exit_code == 1
    assert (again.started, again.errors) == ({}, told.errors)
    (game / "art/items/axe.png").write_bytes(good)
    draw(game / "art/items/bow.png", 1)
    assert build(game).exit_code == 0
    assert {path: tree(game, "out")[path] for path in ITEMS} == {path: old[path] for path in ITEMS}


def test_a_fault_in_one_sheet_leaves_the_others_built_and_nothing_pruned(game: Path) -> None:
    """Exit code 2, yet what is sound is built; a sheet that is at fault keeps its outputs."""
    text = (game / "assetforge.toml").read_text().replace('from = "items/*.png"', 'from = "itms/*.png"')
    (game / "assetforge.toml").write_text(text)
    draw(game / "art/heroes/orc.png", 50)
    result = build(game)
    assert (result.exit_code, list(result.built), result.removed) == (2, ["heroes"], [])
    assert (game / "out/items.png").exists()


def test_an_input_that_changes_meanwhile_is_built_as_it_is_in_the_end(
    game: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock never says that an output is of bytes it is not of."""
    from assetforge import work

    draw(game / "art/items/axe.png", 60)
    original, calls = work.draw_sheet, []

    def edited_on_the_way(job: work.SheetJob) -> work.Done:
        done = original(job)
        if not calls:
            draw(game / "art/items/axe.png", 61)
        calls.append(job.step.name)
        return done

    monkeypatch.setattr(work, "draw_sheet", edited_on_the_way)
    assert build(game).exit_code == 0
    assert calls == ["items", "items"]
    monkeypatch.undo()
    assert build(game, Options(check=True)).exit_code == 0


def test_our_own_fault_ends_one_sheet_without_a_traceback(game: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that nobody foresaw is told in a line, is tried again, and leaves the other sheets."""
    from assetforge import work

    def broken(job: work.SheetJob, shelf: object) -> dict[str, bytes]:
        if job.step.name == "items":
            raise ZeroDivisionError("boom")
        return {f"{job.step.name}.png": b"x"}

    monkeypatch.setattr(work, "_draw", broken)
    told = Telling()
    assert list(build(game, Options(force=True), told).built) == ["heroes"]
    assert told.errors["items"][0].endswith("assetforge itself failed (ZeroDivisionError: boom); --debug shows where.")
    monkeypatch.undo()
    assert list(build(game, Options(force=True)).failed) == []
