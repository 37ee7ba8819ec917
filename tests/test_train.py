"""Training: it learns, repeats, goes on after a kill, and never ends in numbers that are none."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from networks import SMALL

from assetforge.cli.train import train as command
from assetforge.corpus import Corpus, families, hold
from assetforge.errors import InputError
from assetforge.formats import png
from assetforge.models import checkpoint
from assetforge.models.data import Batches, random_visible
from assetforge.models.guard import FACTS, Guard
from assetforge.models.loss import SCRATCH, loss_of
from assetforge.models.train import Progress, train
from assetforge.palette import Palette
from assetforge.sprite import Sprite

PALETTE = Palette(((20, 12, 28), (208, 70, 72), (109, 170, 44), (222, 238, 214)), "four")
QUICK = replace(SCRATCH, rate=5e-3, warm_up=5, look=10, patience=99)


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks this small are slower on two."""
    monkeypatch.setattr("assetforge.models.train.THREADS", 1)


def pack(count: int = 24, size: int = 8) -> Corpus:
    """Outlined boxes of random place and color: simple enough to learn in seconds."""
    rng = np.random.default_rng(0)
    sprites = []
    for number in range(count):
        indices = np.zeros((size, size), np.uint8)
        y, x = rng.integers(0, 3, 2)
        indices[y : y + 5, x : x + 5] = 1
        indices[y + 1 : y + 4, x + 1 : x + 4] = rng.integers(2, 5)
        sprites.append(Sprite(indices, PALETTE, f"box{number}"))
    held = tuple(number % 6 == 0 for number in range(count))
    return Corpus(tuple(sprites), tuple(range(count)), held, (PALETTE,), 1, ((),) * count, {"boxes": "0" * 64})


def run(steps: int = 30, **options: object) -> bytes:
    settings = {"base": None, "steps": steps, "recipe": QUICK, "config": SMALL, "device": "cpu", **options}
    return train(pack(), **settings)  # type: ignore[arg-type]


def test_training_learns_and_keeps_the_best(tmp_path: Path) -> None:
    """Held-out bits fall well below the uniform log2 5, and the checkpoint is the best seen."""
    lines: list[Progress] = []
    path = tmp_path / "m.safetensors"
    path.write_bytes(run(60, report=lines.append))
    card = checkpoint.read(path).card
    looks = [line.held_out for line in lines if line.held_out is not None]
    assert card["held_out_bits_per_pixel"] <= min(looks) + 0.002
    assert card["held_out_bits_per_pixel"] < 0.7 * math.log2(5)
    assert card["sources"] == {"boxes": "0" * 64}


def test_training_repeats() -> None:
    """Same corpus, seed and steps: the same bytes; another seed: others."""
    assert run(6) == run(6)
    assert run(6, seed=1) != run(6)


def test_a_killed_run_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    """Killed between two looks, a resumed run ends byte for byte like one that was never stopped."""
    state = tmp_path / "state.safetensors"

    def kill(progress: Progress) -> None:
        if progress.step >= 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(15, state=state, report=kill, recipe=replace(QUICK, look=4))
    assert state.exists()
    resumed = run(15, state=state, resume=True, recipe=replace(QUICK, look=4))
    assert resumed == run(15, recipe=replace(QUICK, look=4))


def test_a_damaged_state_is_started_over(tmp_path: Path) -> None:
    """A state that is cut, or of other settings, is never believed."""
    state = tmp_path / "state.safetensors"
    expected = run(6)
    state.write_bytes(b"not a state")
    assert run(6, state=state, resume=True) == expected
    run(6, seed=5, state=state)
    assert run(6, state=state, resume=True) == expected


def finite(path: Path) -> bool:
    return all(bool(torch.isfinite(value).all()) for value in checkpoint.read(path).model.state_dict().values())


@pytest.mark.parametrize("rate", [1e3, 1e8])
@pytest.mark.parametrize("scored", [True, False])
def test_a_bad_learning_rate_ends_in_the_best_checkpoint_not_in_nan(tmp_path: Path, rate: float, scored: bool) -> None:
    """Whatever the rate, weights are finite, the card says why training stopped, and so does a warning."""
    lines: list[Progress] = []
    path = tmp_path / "m.safetensors"
    corpus = pack() if scored else replace(pack(), held_out=(False,) * 24)
    recipe = replace(QUICK, rate=rate)
    path.write_bytes(train(corpus, base=None, steps=40, recipe=recipe, config=SMALL, device="cpu", report=lines.append))
    card = checkpoint.read(path).card
    assert finite(path)
    assert card["stopped"].startswith("training diverged at step")
    assert card["rollbacks"] == 2
    warnings = [line.warning for line in lines if line.warning]
    assert len(warnings) == 3
    assert warnings[-1] == f"{card['stopped']}; the weights of step {card['steps']} are kept."
    if scored:
        assert card["held_out_bits_per_pixel"] <= card["curve"][0][2]


def test_the_command_warns_of_a_bad_learning_rate_and_writes_the_best(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user is told on stderr, quiet or not; the checkpoint is there, so the command has not failed."""
    monkeypatch.setattr("assetforge.models.train.SCRATCH", replace(QUICK, rate=1e8))
    monkeypatch.setattr("assetforge.models.train.PixelVAEConfig", lambda: SMALL)
    for sprite in pack(12).sprites:
        (tmp_path / f"{sprite.name}.png").write_bytes(png.write(sprite))
    out = tmp_path / "m.safetensors"
    arguments = [str(tmp_path), "-o", str(out), "--base", "none", "--steps", "20", "--device", "cpu", "--quiet"]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "assetforge: warning: training diverged at step" in result.stderr
    assert finite(out)


@pytest.mark.slow
def test_an_explosion_that_stays_finite_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loss far above guessing is forgiven once; lasting, it costs the steps since the best weights, no more."""
    steps: list[int] = []

    def exploding(*arguments: Any) -> Any:
        steps.append(len(steps))
        loss, bits, latent = loss_of(*arguments)
        return loss * (100 if steps[-1] == 14 or 22 <= steps[-1] < 27 else 1), bits, latent

    monkeypatch.setattr("assetforge.models.run.loss_of", exploding)
    lines: list[Progress] = []
    path = tmp_path / "m.safetensors"
    path.write_bytes(run(60, report=lines.append))
    card = checkpoint.read(path).card
    warnings = [line for line in lines if line.warning]
    assert [line.step for line in warnings] == [27]
    assert "from the weights of step 20 at a quarter of the rate" in warnings[0].warning
    assert (card["rollbacks"], card["stopped"]) == (1, "all steps done")
    assert card["held_out_bits_per_pixel"] < card["curve"][2][2]


@pytest.mark.slow
def test_a_run_that_was_taken_back_repeats_and_resumes(tmp_path: Path) -> None:
    """A rate so high that weights are thrown away changes nothing about going on byte for byte."""
    state = tmp_path / "state.safetensors"
    wild = replace(QUICK, rate=1.0, look=3)

    def kill(progress: Progress) -> None:
        if progress.step >= 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(15, state=state, report=kill, recipe=wild)
    resumed = run(15, state=state, resume=True, recipe=wild)
    assert resumed == run(15, recipe=wild)
    path = tmp_path / "m.safetensors"
    path.write_bytes(resumed)
    assert checkpoint.read(path).card["rollbacks"] > 0


@given(
    uniform=st.floats(1, 6),
    begin=st.floats(0, 20),
    times=st.lists(st.floats(0, 4).filter(lambda x: abs(x - 2) > 1e-6), max_size=30),
)
def test_the_guard_forgives_a_hard_batch_but_no_lasting_explosion(
    uniform: float, begin: float, times: list[float]
) -> None:
    """It speaks at the fifth step in a row above twice what guessing, or the start, costs; and at NaN."""
    guard = Guard(dict(FACTS))
    assert not guard.judge(begin, 1.0, uniform)
    above = 0
    for time in times:
        above = above + 1 if time > 2 else 0
        assert bool(guard.judge(time * max(uniform, begin), 1.0, uniform)) == (above >= 5)
    for loss, norm in ((math.nan, 1.0), (math.inf, 1.0), (1.0, math.nan), (1.0, math.inf)):
        assert "no number" in guard.judge(loss, norm, uniform)


def test_fine_tuning_starts_from_the_base(tmp_path: Path) -> None:
    """A fine-tune of a trained base begins at the base's own score, and names it."""
    base = tmp_path / "base.safetensors"
    base.write_bytes(run(60))
    tuned = tmp_path / "tuned.safetensors"
    tuned.write_bytes(train(pack(), base=base, steps=4, device="cpu", name="tuned"))
    card = checkpoint.read(tuned).card
    assert card["base"]["sha256"] == checkpoint.read(base).sha256
    assert card["curve"][0][2] == pytest.approx(checkpoint.read(base).card["held_out_bits_per_pixel"], abs=0.05)


def test_too_little_to_learn_from_is_said() -> None:
    """One sprite is no pack."""
    one = pack(1)
    with pytest.raises(InputError, match="fewer than 2"):
        train(replace(one, held_out=(False,)), base=None, steps=1, config=SMALL)


def test_a_batch_depends_on_seed_and_step_alone() -> None:
    """The same step gives the same batch, whatever was drawn before."""
    device = torch.device("cpu")
    first, second = Batches(pack(), 3, 0.5, device), Batches(pack(), 3, 0.5, device)
    first.draw(1)
    one, other = first.draw(7), second.draw(7)
    assert torch.equal(one.indices, other.indices)
    assert torch.equal(one.palettes.lab, other.palettes.lab)
    assert torch.equal(one.visible, other.visible)


def test_every_kind_of_hole_is_drawn_for_training() -> None:
    """Over many draws: nothing visible about half the time, and every share in between."""
    rng = np.random.default_rng(0)
    shares = np.array([random_visible(rng, 16, 12).mean() for _ in range(400)])
    assert 0.4 < (shares == 0).mean() < 0.6
    assert set(np.floor(shares * 5).clip(0, 4)) == {0, 1, 2, 3, 4}


def test_families_are_never_split_and_near_copies_are_one_family() -> None:
    """Mirrored, recolored, slightly changed and numbered sprites join; a held-out family is held out whole."""
    rng = np.random.default_rng(1)
    shapes = [rng.integers(0, 5, (8, 8)).astype(np.uint8) for _ in range(20)]
    sprites = [Sprite(shape, PALETTE, f"{'abcdefghijklmnopqrst'[n]}") for n, shape in enumerate(shapes)]
    nudged = shapes[0].copy()
    nudged[0, 0] = (nudged[0, 0] + 1) % 5
    recolored = np.where(shapes[1] > 0, 5 - shapes[1], 0).astype(np.uint8)
    more = [nudged, shapes[2][:, ::-1], recolored]
    sprites += [
        Sprite(np.ascontiguousarray(one), PALETTE, f"more {name}") for one, name in zip(more, "xyz", strict=True)
    ]
    sprites += [Sprite(shapes[3].T.copy(), PALETTE, "walk_1"), Sprite(shapes[4].T.copy(), PALETTE, "walk_2")]
    numbers = families(sprites)
    assert numbers[20] == numbers[0]
    assert numbers[21] == numbers[2]
    assert numbers[22] == numbers[1]
    assert numbers[23] == numbers[24]
    assert len(set(numbers)) == 21
    chosen = hold(numbers, range(len(sprites)))
    held = sum(number in chosen for number in numbers)
    assert 2 <= held <= len(sprites) // 4
