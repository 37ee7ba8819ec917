"""The cache may be lost or damaged at any byte, an edited output is never lost: also when a build is killed."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from projects import tree
from saboteur import Fault, Saboteur
from test_faults import Game, check, game, pytestmark, saboteur

__all__ = ["game", "pytestmark", "saboteur"]

EDITED = b"drawn by hand"


def damaged(game: Game, saboteur: Saboteur, count: int) -> None:
    """Damage each file of the cache of a killed build so often, in each way; see `check`."""
    at = next(n for n, call in enumerate(game.calls, 1) if call == ("replace", "out/walls.json"))
    killed = game.copy("killed")
    assert saboteur(["build", killed], Fault(at, "after")).code == -9
    files = [path.relative_to(killed) for path in sorted((killed / ".assetforge").rglob("*")) if path.is_file()]
    assert {"cache.json", "journal.json"} <= {path.name for path in files}
    random = np.random.default_rng(0)
    for path in [path for path in files if path.suffix == ".json" or path.parent.name != ".assetforge"]:
        whole = (killed / path).read_bytes()
        for number in range(count):
            place = int(random.integers(len(whole)))
            ways = (whole[:place], whole[:place] + bytes([whole[place] ^ 1 << number % 8]) + whole[place + 1 :], None)
            for data in ways if number == 0 else ways[:2]:
                root = Path(shutil.copytree(killed, killed.parent / "damaged"))
                (root / path).unlink()
                if data is not None:
                    (root / path).write_bytes(data)
                check(game, root, saboteur)
                shutil.rmtree(root)
    shutil.rmtree(killed)


def test_a_damaged_cache_is_never_believed(game: Game, saboteur: Saboteur) -> None:
    """Cut, altered or gone, it costs work and nothing else; many places in the slow test."""
    damaged(game, saboteur, 1)


@pytest.mark.slow
def test_a_cache_damaged_anywhere_is_never_believed(game: Game, saboteur: Saboteur) -> None:
    """At random places of each of its files."""
    damaged(game, saboteur, 12)


def forced(game: Game, saboteur: Saboteur, step: int) -> None:
    """Kill `build --force` over an edited output at every so manieth call."""
    edited = game.copy("edited")
    (edited / "out/items.png").write_bytes(EDITED)
    refused = saboteur(["build", Path(shutil.copytree(edited, edited.parent / "refused"))])
    assert refused.code == 1 and "was altered since it was built" in refused.err
    assert (edited.parent / "refused/out/items.png").read_bytes() == EDITED
    whole = Path(shutil.copytree(edited, edited.parent / "whole"))
    told = saboteur(["build", "--force", whole])
    assert told.code == 0 and "kept the old out/items.png as items.png.orig" in told.err
    expected = tree(whole, "out", "assetforge.lock")
    assert expected["out/items.png.orig"] == EDITED
    for at in range(1, len(told.calls) + 1, step):
        root = Path(shutil.copytree(edited, edited.parent / "forced"))
        assert saboteur(["build", "--force", root], Fault(at, "before")).code == -9
        assert EDITED in ((root / "out/items.png").read_bytes(), tree(root, "out").get("out/items.png.orig"))
        assert saboteur(["build", "--force", root]).code == 0
        assert tree(root, "out", "assetforge.lock") == expected
        shutil.rmtree(root)
    for name in ("edited", "refused", "whole"):
        shutil.rmtree(edited.parent / name)


def test_an_edited_output_is_kept_though_the_build_is_killed(game: Game, saboteur: Saboteur) -> None:
    """Under --force it lies in its place or beside it, whole; every call in the slow test."""
    forced(game, saboteur, 19)


@pytest.mark.slow
def test_an_edited_output_is_kept_wherever_the_build_is_killed(game: Game, saboteur: Saboteur) -> None:
    """Killed at every call."""
    forced(game, saboteur, 1)
