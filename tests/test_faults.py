"""Never half, never lost: the real command, sabotaged at every call that writes."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from projects import draw, project, tree
from saboteur import ERRORS, Fault, Outcome, Saboteur

from assetforge.manifest import LOCK

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the saboteur forks")

BEFORE = """
[project]
output = "out"
palette = "pico-8"

[[sheet]]
name = "items"
kind = "quantize"
from = "items/*.png"

[[sheet]]
name = "walls"
kind = "quantize"
from = "walls/*.png"

[[sheet]]
name = "gone"
kind = "quantize"
from = "walls/*.png"
"""
AFTER = (
    BEFORE.partition('[[sheet]]\nname = "gone"')[0].replace('from = "walls', 'padding = 1\nfrom = "walls')
    + """
[[sheet]]
name = "heroes"
kind = "quantize"
palette = "sweetie-16"
from = "heroes/*.png"
"""
)
ART = ("items/axe.png", "items/bow.png", "walls/brick.png", "heroes/orc.png")


@dataclass(frozen=True)
class Game:
    """A project that was built and then changed.

    Attributes:
        root: Where it lies as it was changed: one sprite, one setting, one sheet gone and one new.
        sources: All that is the user's: path, content and time of its last change.
        old, new: Outputs and lock before, and after a build that nothing disturbs.
        calls: The calls of such a build that write.
    """

    root: Path
    sources: dict[str, tuple[bytes, int]]
    old: dict[str, bytes]
    new: dict[str, bytes]
    calls: list[tuple[str, str]]

    def copy(self, name: str) -> Path:
        return Path(shutil.copytree(self.root, self.root.parent / name))


@pytest.fixture(scope="module")
def saboteur() -> Iterator[Saboteur]:
    server = Saboteur()
    yield server
    server.close()


@pytest.fixture(scope="module")
def game(saboteur: Saboteur, tmp_path_factory: pytest.TempPathFactory) -> Game:
    folder = tmp_path_factory.mktemp("faults")
    root = project(folder / "game", BEFORE, ART)
    assert saboteur(["build", root]).code == 0
    old = tree(root, "out", LOCK)
    draw(root / "art/items/axe.png", 90)
    (root / "assetforge.toml").write_text(AFTER)
    clean = Path(shutil.copytree(root, folder / "clean", ignore=shutil.ignore_patterns("out", ".assetforge", LOCK)))
    assert saboteur(["build", clean]).code == 0
    undisturbed = Path(shutil.copytree(root, folder / "undisturbed"))
    told = saboteur(["build", undisturbed])
    assert told.code == 0, told.err
    new = tree(clean, "out", LOCK)
    assert tree(undisturbed, "out", LOCK) == new
    return Game(root, sources(root), old, new, told.calls)


def sources(root: Path) -> dict[str, tuple[bytes, int]]:
    files = [root / "assetforge.toml", *(path for path in (root / "art").rglob("*") if path.is_file())]
    return {path.relative_to(root).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def truthful(lock: bytes, old: bytes, new: bytes) -> bool:
    """Whether each entry of a lock is that of the old one or of the new one."""
    found, *known = (json.loads(data) for data in (lock, old, new))
    return all(
        any(entry == one[table].get(name) for one in known)
        for table in ("models", "sheets", "outputs")
        for name, entry in found[table].items()
    )


def check(game: Game, root: Path, saboteur: Saboteur) -> Outcome:
    """After a fault sources stay, outputs are whole, the lock is true; the next build, given back, mends all."""
    assert sources(root) == game.sources
    found = {path: data for path, data in tree(root, "out", LOCK).items() if not path.endswith(".tmp")}
    for path, data in found.items():
        if path == LOCK:
            assert truthful(data, game.old[LOCK], game.new[LOCK])
        else:
            assert data in (game.old.get(path), game.new.get(path)), path
    again = saboteur(["build", root])
    assert (again.code, again.err.count("Traceback")) == (0, 0), again.err
    assert tree(root, "out", LOCK) == game.new
    assert not list(root.rglob("*.tmp"))
    assert sources(root) == game.sources
    idle = saboteur(["build", "--check", root])
    assert (idle.code, idle.calls) == (0, []), idle
    return again


def told_well(told: Outcome) -> None:
    """Exit 1 with a line or two for each thing that failed, or 0 where only the cache did; never a traceback."""
    assert told.code in (0, 1), told.err
    assert "Traceback" not in told.err
    errors = [line for line in told.err.splitlines() if line.startswith("assetforge: ")]
    assert bool(errors) == (told.code == 1), told.err
    assert len(errors) == len(set(errors)) <= 10, told.err


def kills(game: Game) -> list[Fault]:
    within = [number for number, (kind, _) in enumerate(game.calls, 1) if kind == "write"]
    every = range(1, len(game.calls) + 1)
    return [Fault(at, deed) for deed in ("before", "after") for at in every] + [Fault(at, "within") for at in within]


def errors(game: Game) -> list[Fault]:
    return [
        Fault(at, deed, lasting) for at in range(1, len(game.calls) + 1) for deed in ERRORS for lasting in (False, True)
    ]


def killed(game: Game, saboteur: Saboteur, faults: list[Fault]) -> None:
    for fault in faults:
        root = game.copy(f"{fault.deed}-{fault.at}")
        assert saboteur(["build", root], fault).code == -9
        check(game, root, saboteur)
        shutil.rmtree(root)


def failed(game: Game, saboteur: Saboteur, faults: list[Fault]) -> None:
    for fault in faults:
        root = game.copy(f"{fault.deed}-{fault.at}-{fault.lasting}")
        told = saboteur(["build", root], fault)
        told_well(told)
        if not fault.lasting:
            spared = [name for name in ("items", "walls", "heroes") if f'"{name}"' not in told.err]
            assert len(spared) >= 2, told.err
            outputs = tree(root, "out")
            assert all(outputs[f"out/{name}.png"] == game.new[f"out/{name}.png"] for name in spared), told.err
        check(game, root, saboteur)
        shutil.rmtree(root)


def test_the_project_meets_every_kind_of_call(game: Game) -> None:
    """Files are opened, written, synced, renamed and removed, and folders made and synced: all are sabotaged."""
    kinds = {kind for kind, _ in game.calls}
    assert {"open", "write", "fsync", "sync folder", "replace", "unlink"} <= kinds
    assert len(game.calls) > 60


def test_a_loss_of_power_finds_them_in_order(game: Game) -> None:
    """Bytes reach the disk before their name, the journal before outputs, and these before the lock that has them."""
    names = [(kind, re.sub(r"\.([^/]*)\.[0-9a-f]{8}\.tmp$", r"\1", path), path) for kind, path in game.calls]
    landed = [at for at, (kind, _, _) in enumerate(names) if kind == "replace"]
    for at in landed:
        name = names[at][1]
        opened = max(n for n in range(at) if names[n][:2] == ("open", name))
        written, synced = (
            [n for n in range(opened, at) if names[n][:2] == (kind, name)] for kind in ("write", "fsync")
        )
        assert written and max(written) < max(synced)
    outputs = [at for at in landed if names[at][1].startswith("out/")]
    assert next(at for at in landed if names[at][1] == ".assetforge/journal.json") < outputs[0]
    for at in outputs:
        told = min(n for n in landed if n > at and names[n][1] == LOCK)
        assert ("sync folder", "out", "out") in names[at:told]


def test_killed_at_some_calls(game: Game, saboteur: Saboteur) -> None:
    """See `check`; every call in the slow test."""
    killed(game, saboteur, kills(game)[::19])


def test_a_disk_that_fails_at_some_calls(game: Game, saboteur: Saboteur) -> None:
    """See `check` and `told_well`; every call in the slow test."""
    failed(game, saboteur, errors(game)[::53])


def test_a_system_that_takes_a_byte_at_a_time(game: Game, saboteur: Saboteur) -> None:
    """A write may take less than it was given; what was not taken is written again, not lost."""
    root = game.copy("short")
    told = saboteur(["build", root], Fault(1, "short", lasting=True))
    assert told.code == 0, told.err
    assert sum(kind == "write" for kind, _ in told.calls) > 5 * sum(kind == "write" for kind, _ in game.calls)
    assert tree(root, "out", LOCK) == game.new


@pytest.mark.parametrize("deed", ERRORS)
def test_a_cache_that_cannot_be_written_fails_nothing(game: Game, saboteur: Saboteur, deed: str) -> None:
    """Whatever befalls its folder, outputs and lock are made, exit code 0, and it is told once."""
    root = game.copy(f"cache-{deed}")
    shutil.rmtree(root / ".assetforge")
    told = saboteur(["build", root], Fault(1, deed, lasting=True, under=".assetforge"))
    assert (told.code, told.err.count("Traceback")) == (0, 0), told.err
    assert ".assetforge" in told.err
    lines = [line for line in told.err.splitlines() if ".assetforge" in line]
    assert len(lines) == len(set(lines))
    assert tree(root, "out", LOCK) == game.new
    check(game, root, saboteur)


def test_a_kill_whose_cache_is_lost(game: Game, saboteur: Saboteur) -> None:
    """Outputs of a killed build are known for ours without the journal: they are what the next build makes."""
    for at in [number for number, (kind, path) in enumerate(game.calls, 1) if (kind, path[:4]) == ("replace", "out/")]:
        root = game.copy(f"lost-{at}")
        assert saboteur(["build", root], Fault(at, "after")).code == -9
        shutil.rmtree(root / ".assetforge")
        assert saboteur(["build", "--check", root]).code == 3
        check(game, root, saboteur)


@pytest.mark.slow
def test_killed_at_every_call(game: Game, saboteur: Saboteur) -> None:
    """Before it, after it and, where it writes, within it."""
    killed(game, saboteur, kills(game))


@pytest.mark.slow
@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize("deed", ERRORS)
def test_a_disk_that_fails_at_every_call(game: Game, saboteur: Saboteur, deed: str, lasting: bool) -> None:
    """Once, or from then on."""
    failed(game, saboteur, [fault for fault in errors(game) if (fault.deed, fault.lasting) == (deed, lasting)])
