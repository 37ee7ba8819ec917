"""`kill -9` at random times: of a build, of one in several processes, and of a watch."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from projects import draw, project, tree
from saboteur import Fault, Saboteur
from test_faults import Game, check, saboteur, sources

from assetforge.manifest import LOCK

__all__ = ["saboteur"]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the saboteur forks")

COUNT = int(os.environ.get("ASSETFORGE_KILLS", "200"))
"""Kills of a build in the slow test; a fifth as many of builds in processes, and of watches."""

SHEETS = 4


def config(padding: int, *names: str) -> str:
    """Some sheets, of which all but one change with the padding, and one of each name."""
    text = '[project]\noutput = "out"\npalette = "pico-8"\n'
    for name in [str(number) for number in range(SHEETS)] + list(names):
        text += f'[[sheet]]\nname = "s{name}"\nkind = "quantize"\nfrom = "{int(name) % 2}/*.png"\n'
        text += f"padding = {padding if name != '0' else 0}\n"
    return text


@pytest.fixture(scope="module")
def game(saboteur: Saboteur, tmp_path_factory: pytest.TempPathFactory) -> Game:
    """A built project, of which one sheet went, one came, and most of the others changed."""
    folder = tmp_path_factory.mktemp("kills")
    root = project(folder / "game", config(0, "8"), [f"{number % 2}/{number}.png" for number in range(6)])
    assert saboteur(["build", root]).code == 0
    old = tree(root, "out", LOCK)
    (root / "assetforge.toml").write_text(config(1, "9"))
    draw(root / "art/0/new.png", 90, (24, 24))
    clean = Path(shutil.copytree(root, folder / "clean", ignore=shutil.ignore_patterns("out", ".assetforge", LOCK)))
    assert saboteur(["build", clean]).code == 0
    return Game(root, sources(root), old, tree(clean, "out", LOCK), [])


def kill(game: Game, saboteur: Saboteur, count: int, *arguments: str, longest: float = 0.0) -> int:
    """Kill a command so often, at times up to its own; how often it was at work still."""
    if not longest:
        began = time.monotonic()
        told = saboteur([*arguments, game.copy("whole")])
        longest = 1.05 * (time.monotonic() - began)
        assert told.code == 0, told.err
        shutil.rmtree(game.root.parent / "whole")
    hit = 0
    for number, share in enumerate(np.random.default_rng(count).random(count).tolist()):
        root = game.copy(f"{'-'.join(arguments)}-{number}")
        told = saboteur([*arguments, root], Fault(seconds=share * longest))
        assert told.code in (0, -9), told.err
        hit += told.code == -9
        check(game, root, saboteur)
        shutil.rmtree(root)
    return hit


def test_some_kills(game: Game, saboteur: Saboteur) -> None:
    """Whenever it is killed: see `check`."""
    kill(game, saboteur, 4, "build")


@pytest.mark.slow
def test_many_kills(game: Game, saboteur: Saboteur) -> None:
    """Two hundred of them, most while it is at work."""
    assert kill(game, saboteur, COUNT, "build") > COUNT // 2


@pytest.mark.slow
def test_kills_of_a_build_in_processes(game: Game, saboteur: Saboteur) -> None:
    """Its workers are left behind, and write nothing."""
    kill(game, saboteur, COUNT // 10, "build", "--jobs", "2")


@pytest.mark.slow
def test_kills_of_a_watch(game: Game, saboteur: Saboteur) -> None:
    """It does not end by itself, so each of its kills hits."""
    count = COUNT // 10
    assert kill(game, saboteur, count, "watch", longest=1.0) == count
