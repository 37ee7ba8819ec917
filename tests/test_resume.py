"""Training that is killed goes on: at any step, at any call that keeps its state, in a build and in `train`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from networks import random_model
from projects import draw, project, tree
from saboteur import Fault, Saboteur
from test_faults import Game, check, sources

from assetforge.manifest import LOCK
from assetforge.models import checkpoint
from assetforge.models.state import State
from assetforge.plan import model_path

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the saboteur forks")

STEPS = 6
CONFIG = f"""
[project]
output = "out"
palette = "pico-8"

[[model]]
name = "house"
from = "items/*.png"
base = "tiny.safetensors"
steps = {STEPS}

[[sheet]]
name = "more"
kind = "generate"
model = "house"
count = 1
size = [8, 8]
candidates = 1
"""
MODEL = model_path("house")
STATE = MODEL.replace(".safetensors", ".state")


@pytest.fixture(scope="module")
def saboteur() -> Iterator[Saboteur]:
    server = Saboteur(models=True)
    yield server
    server.close()


@pytest.fixture(scope="module")
def game(saboteur: Saboteur, tmp_path_factory: pytest.TempPathFactory) -> Game:
    """A project that was never built, with a model to train and one sheet that it draws."""
    folder = tmp_path_factory.mktemp("resume")
    root = project(folder / "game", CONFIG, [f"items/{name}.png" for name in "abcdefgh"])
    (root / "tiny.safetensors").write_bytes(checkpoint.write("pixelvae", random_model(), {"name": "tiny"}, {}))
    clean = Path(shutil.copytree(root, folder / "clean"))
    told = saboteur(["build", clean])
    assert told.code == 0, told.err
    assert sum(kind == "step" for kind, _ in told.calls) == STEPS
    nothing = {LOCK: b'{"models": {}, "sheets": {}, "outputs": {}}'}
    return Game(root, sources(root), nothing, tree(clean, "out", LOCK), told.calls)


def steps_of(calls: list[tuple[str, str]]) -> int:
    return sum(kind == "step" for kind, _ in calls)


def kills(game: Game) -> list[Fault]:
    """After every step; within every write of the state or the model, and on either side of what makes it count."""
    found = []
    for at, (kind, path) in enumerate(game.calls, 1):
        if kind == "step":
            found.append(Fault(at, "after"))
        elif path.startswith(".assetforge/models/") and kind == "write":
            found.append(Fault(at, "within"))
        elif path.startswith(".assetforge/models/") and kind in ("replace", "unlink"):
            found += [Fault(at, "before"), Fault(at, "after")]
    return found


def killed(game: Game, saboteur: Saboteur, faults: list[Fault]) -> None:
    for fault in faults:
        root = game.copy(f"{fault.deed}-{fault.at}")
        assert saboteur(["build", root], fault).code == -9
        done = game.calls[: fault.at - (fault.deed != "after")]
        left = STEPS - 2 * done.count(("replace", STATE))
        assert steps_of(check(game, root, saboteur).calls) == left, fault
        assert not (root / STATE).exists()
        shutil.rmtree(root)


def test_a_build_killed_in_training_goes_on(game: Game, saboteur: Saboteur) -> None:
    """It takes no step again that was kept, and ends with the very bytes; every kill in the slow test."""
    killed(game, saboteur, kills(game)[::17])


@pytest.mark.slow
def test_a_build_killed_anywhere_in_training_goes_on(game: Game, saboteur: Saboteur) -> None:
    """After every step; before, within and after every call that keeps the state, and then the model."""
    killed(game, saboteur, kills(game))


@pytest.mark.parametrize("deed", ["ENOSPC", "EIO"])
def test_a_state_that_cannot_be_kept_costs_a_line(game: Game, saboteur: Saboteur, deed: str) -> None:
    """Training goes on and ends as ever; that a kill would cost all of it is told once."""
    first = next(at for at, call in enumerate(game.calls, 1) if call[1].startswith(".assetforge/models/."))
    root = game.copy(deed)
    told = saboteur(["build", root], Fault(first, deed))
    assert told.code == 0, told.err
    assert told.err.count("cannot be written") == told.err.count("training begins anew") == 1
    assert tree(root, "out", LOCK) == game.new


def test_a_model_that_cannot_be_kept_fails_its_sheets_alone(game: Game, saboteur: Saboteur) -> None:
    """What needs no model is built; the next build needs to train no step again."""
    root = game.copy("full")
    (root / "assetforge.toml").write_text(
        CONFIG + '[[sheet]]\nname = "plain"\nkind = "quantize"\nfrom = "items/*.png"\n'
    )
    told = saboteur(["build", root], Fault(1, "ENOSPC", lasting=True, under=".assetforge/models"))
    assert (told.code, told.err.count("Traceback")) == (1, 0), told.err
    assert '[[model]] "house" -> .assetforge/models/house.safetensors: cannot be written' in told.err
    assert (root / "out/plain.png").exists() and not (root / "out/more.png").exists()
    assert saboteur(["build", root]).code == 0
    assert {path: data for path, data in tree(root, "out").items() if "more" in path} == tree(
        root.parent / "clean", "out"
    )


@pytest.mark.slow
def test_a_training_by_hand_goes_on(saboteur: Saboteur, tmp_path: Path) -> None:
    """`train --resume` after a kill at any step ends with the bytes of a run that was never stopped."""
    for seed in range(8):
        draw(tmp_path / f"whole/art/{seed}.png", seed)
    base = tmp_path / "tiny.safetensors"
    base.write_bytes(checkpoint.write("pixelvae", random_model(), {"name": "tiny"}, {}))

    def learn(root: Path, fault: Fault | None = None) -> int:
        out = ["-o", root / "model.safetensors", "--base", base, "--steps", str(STEPS), "--resume", "--quiet"]
        told = saboteur(["train", *out, root], fault)
        if fault is None:
            assert told.code == 0, told.err
            assert not list(root.glob(".model*"))
        return steps_of(told.calls) if fault is None else told.code

    assert learn(tmp_path / "whole") == STEPS
    expected = (tmp_path / "whole/model.safetensors").read_bytes()
    told = []
    for at in range(1, 30):
        root = Path(shutil.copytree(tmp_path / "whole", tmp_path / str(at)))
        (root / "model.safetensors").unlink()
        if learn(root, Fault(at, "after")) == -9:
            told.append(learn(root))
        assert (root / "model.safetensors").read_bytes() == expected
    assert set(told) == {0, 2, 4, 6}


def test_a_state_that_was_altered_is_not_believed(tmp_path: Path) -> None:
    """Any byte changed, any byte missing: training begins anew, as with a state of another plan."""
    path, plan = tmp_path / "house.state", {"steps": 3}
    model = random_model(1).requires_grad_(True)
    State(model, torch.optim.AdamW(model.parameters())).save(path, plan)
    other = random_model(2).requires_grad_(True)
    state = State(other, torch.optim.AdamW(other.parameters()))
    before = {name: value.clone() for name, value in state.tensors()}
    whole, random = path.read_bytes(), np.random.default_rng(0)
    for place in [*random.integers(0, len(whole), 60).tolist(), 0, 64, 65, len(whole) - 1]:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << place % 8)]) + whole[place + 1 :])
        assert not state.load(path, plan), place
        path.write_bytes(whole[:place])
        assert not state.load(path, plan), place
    path.write_bytes(whole)
    assert not state.load(path, {"steps": 4})
    assert all(torch.equal(value, before[name]) for name, value in state.tensors())
    assert state.load(path, plan)
    assert all(torch.equal(value, model.state_dict()[name]) for name, value in other.state_dict().items())
