"""Several processes learn what one learns, go on when one of them dies, and speak with one voice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import crew
import pytest
import torch
import torch.distributed as dist
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import random_palettes
from test_train import pack
from torch import Tensor, nn

import assetforge
from assetforge.errors import ConfigError
from assetforge.formats import png
from assetforge.models import checkpoint
from assetforge.models.distributed import World, joined, muster
from assetforge.models.pixels import Palettes
from assetforge.models.split import split
from assetforge.models.train import leads, pick_device

TESTS = Path(__file__).parent
ROOT = Path(assetforge.__file__).parent.parent


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests, these begin in a world of size one."""
    for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK", "TORCHELASTIC_RESTART_COUNT"):
        monkeypatch.delenv(name, raising=False)


def torchrun(*arguments: object, restarts: int = 0, fails: bool = False) -> subprocess.CompletedProcess[str]:
    """What `torchrun` does with two workers on this machine, with the package under test."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command += ["--max-restarts", str(restarts), *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(TESTS))), "OMP_NUM_THREADS": "1"}
    run = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=900)
    assert fails == (run.returncode != 0), run.stderr
    return run


def weights(folder: Path) -> dict[str, Tensor]:
    weights: dict[str, Tensor] = checkpoint.read(folder / "model.safetensors").model.state_dict()
    return weights


def losses(folder: Path) -> list[float]:
    numbers: list[float] = json.loads((folder / "losses.json").read_text())
    return numbers


def folders(root: Path, *names: str) -> Iterator[Path]:
    for name in names:
        (root / name).mkdir()
        yield root / name


def assert_near(expected: Path, actual: Path) -> None:
    """Same losses, from the last one backwards, and same weights, within rounding."""
    told = losses(actual)
    assert told == pytest.approx(losses(expected)[-len(told) :], abs=1e-4)
    theirs = weights(expected)
    for name, value in weights(actual).items():
        torch.testing.assert_close(value, theirs[name], atol=1e-4, rtol=0)


@pytest.mark.slow
def test_two_processes_learn_what_one_learns(tmp_path: Path) -> None:
    """Same global batch, same loss at every step and same weights at the end, within rounding."""
    one, two = folders(tmp_path, "one", "two")
    crew.learn(one, 12)
    torchrun(TESTS / "crew.py", two, 12)
    assert len(losses(one)) == len(losses(two)) == 12
    assert_near(one, two)
    assert checkpoint.read(two / "model.safetensors").card["processes"] == 2


@pytest.mark.slow
def test_a_crew_goes_on_when_a_worker_is_killed(tmp_path: Path) -> None:
    """Restarted by torchrun after SIGKILL, it begins at the last state and ends with the very same bytes."""
    whole, killed = folders(tmp_path, "whole", "killed")
    torchrun(TESTS / "crew.py", whole, 30)
    torchrun(TESTS / "crew.py", killed, 30, 18, restarts=2)
    assert len(losses(whole)) == 30
    assert losses(killed) == losses(whole)[15:]
    assert (killed / "model.safetensors").read_bytes() == (whole / "model.safetensors").read_bytes()


@pytest.mark.slow
def test_a_crew_that_died_is_continued_by_one(tmp_path: Path) -> None:
    """The state belongs to the batches, not to how many share them: a single process goes on from it."""
    whole, died = folders(tmp_path, "whole", "died")
    crew.learn(whole, 20)
    torchrun(TESTS / "crew.py", died, 20, 12, fails=True)
    crew.learn(died, 20, resume=True)
    assert len(losses(died)) == 10
    assert_near(whole, died)


@pytest.mark.slow
@pytest.mark.parametrize("module", [("assetforge.models.train",), ("assetforge", "train")])
def test_torchrun_starts_the_command_and_the_lead_alone_speaks(tmp_path: Path, module: Sequence[str]) -> None:
    """Both ways to start it train one model: one checkpoint, one line on stdout, no state left behind."""
    art = tmp_path / "art"
    art.mkdir()
    for sprite in pack(12).sprites:
        (art / f"{sprite.name}.png").write_bytes(png.write(sprite))
    out = tmp_path / "out" / "m.safetensors"
    run = torchrun("-m", *module, art, "-o", out, "--base", "none", "--steps", "2", "--device", "cpu")
    assert run.stdout.count("m.safetensors: ") == len(run.stdout.splitlines()) == 1
    assert run.stderr.count("step 2/2") == 1
    assert [path.name for path in out.parent.iterdir()] == ["m.safetensors"]
    assert checkpoint.read(out).card["processes"] == 2


class Sums(NamedTuple):
    """What a model gives: a row for each sprite."""

    one: Tensor
    many: Tensor


class Toy(nn.Module):
    """Takes what a model takes: tensors, and a holder of tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 4, dtype=torch.float64)

    def forward(self, first: Tensor, palettes: Palettes, last: Tensor | None = None) -> Sums:
        hidden = self.layer(palettes.lab.double().mean(1)) * first[:, None]
        return Sums(hidden.square().sum(1), hidden if last is None else hidden + last[:, None])


def gradient(world: World, count: int) -> tuple[Tensor, list[Tensor]]:
    """A loss that no sum over sprites makes, with a penalty on weights, and a rank's gradients before they are sent."""
    torch.manual_seed(count)
    model = Toy()
    palettes = random_palettes(count, 5)
    one, many = split(model, world)(torch.randn(count), palettes, last=torch.randn(count))
    loss = torch.maximum(many.mean(0), torch.tensor(0.1)).prod() + one.sum() / many.std(0).sum()
    loss = loss + model.layer.weight.square().sum()
    loss.backward()
    return loss.detach(), [value.grad for value in model.parameters() if value.grad is not None]


@given(count=st.integers(2, 7), size=st.integers(2, 9))
@settings(deadline=None, max_examples=25)
def test_the_mean_of_the_ranks_gradients_is_that_of_the_whole_batch(count: int, size: int) -> None:
    """For any loss of a whole batch's terms and of the weights, and also where some ranks get no sprite."""
    loss, expected = gradient(World(), count)
    posted: dict[int, list[Tensor]] = {}

    def post(rank: int) -> Callable[[Tensor], None]:
        posted[rank] = []
        return lambda rows: posted[rank].append(rows.clone())

    def receive() -> Callable[[Tensor], None]:
        messages = iter(list(zip(*posted.values(), strict=True)))
        return lambda rows: rows.copy_(sum(next(messages)))

    with pytest.MonkeyPatch.context() as patch:
        for rank in range(size):
            patch.setattr(dist, "all_reduce", post(rank))
            gradient(World(rank, size), count)
        total = [torch.zeros_like(value) for value in expected]
        for rank in range(size):
            patch.setattr(dist, "all_reduce", receive())
            same, own = gradient(World(rank, size), count)
            torch.testing.assert_close(same, loss)
            total = [value + share / size for value, share in zip(total, own, strict=True)]
    for value, wanted in zip(total, expected, strict=True):
        torch.testing.assert_close(value, wanted)


@given(count=st.integers(0, 50), size=st.integers(1, 12))
def test_every_sprite_has_one_rank(count: int, size: int) -> None:
    """The shares are the batch, in order, and differ by one sprite at most."""
    shares = [range(count)[World(rank, size).share(count)] for rank in range(size)]
    assert [place for share in shares for place in share] == list(range(count))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_a_new_start_never_meets_the_dead_of_an_earlier_one() -> None:
    """Each start has one name of its own, whatever starts that ended anywhere left in the store."""
    store = dist.HashStore()
    names = set()
    for start in range(6):
        if start % 2:
            # A start of which only some came, and said what they could.
            store.set("call", f"dead {start}")
            store.set("answer/1", f"dead {start} and gone")
        with ThreadPoolExecutor() as pool:
            # The lead comes last: until then only the dead one's call is heard.
            told = [pool.submit(muster, store, World(rank, 3)) for rank in (2, 1, 0)]
            (name,) = {future.result(timeout=60) for future in told}
        names.add(name)
    assert len(names) == 6


def test_alone_is_a_world_of_size_one() -> None:
    """Without torchrun nothing is sent, split or changed."""
    with joined(torch.device("cpu")) as world:
        assert world == World()
        assert not dist.is_initialized()
        model = Toy()
        assert split(model, world) is model
        assert world.hear({"best": 1.0}) == {"best": 1.0}
        world.agree("anything")
    assert leads()


def test_the_environment_says_who_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rank 0 writes and reports, and no other; an environment that is none of torchrun's is refused."""
    for name, value in {"RANK": "3", "WORLD_SIZE": "4", "LOCAL_RANK": "1"}.items():
        monkeypatch.setenv(name, value)
    assert World.here() == World(3, 4, 1)
    assert not leads()
    monkeypatch.setenv("RANK", "first")
    with pytest.raises(ConfigError, match="RANK"):
        leads()


def test_each_process_has_its_own_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """The local rank is the GPU's number; a process too many is told how many there are."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setenv("WORLD_SIZE", "3")
    for local in range(2):
        monkeypatch.setenv("LOCAL_RANK", str(local))
        assert pick_device("auto") == torch.device("cuda", local)
        assert pick_device("cpu") == torch.device("cpu")
    monkeypatch.setenv("LOCAL_RANK", "2")
    with pytest.raises(ConfigError, match="there are 2"):
        pick_device("cuda")
