"""Training: it learns, repeats, goes on after a kill, and never ends in numbers that are none."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from networks import SMALL

from assetforge.corpus import Corpus, families, hold
from assetforge.errors import InputError
from assetforge.models import checkpoint
from assetforge.models.data import Batches, random_visible
from assetforge.models.loss import SCRATCH
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
    return Corpus(tuple(sprites), tuple(range(count)), held, (PALETTE,), 1, {"boxes": "0" * 64})


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
    assert run(12) == run(12)
    assert run(12, seed=1) != run(12)


def test_a_killed_run_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    """Killed between two looks, a resumed run ends byte for byte like one that was never stopped."""
    state = tmp_path / "state.safetensors"

    def kill(progress: Progress) -> None:
        if progress.step >= 25:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(40, state=state, report=kill, recipe=replace(QUICK, look=5))
    assert state.exists()
    resumed = run(40, state=state, resume=True, recipe=replace(QUICK, look=5))
    assert resumed == run(40, recipe=replace(QUICK, look=5))


def test_a_damaged_state_is_started_over(tmp_path: Path) -> None:
    """A state that is cut, or of other settings, is never believed."""
    state = tmp_path / "state.safetensors"
    expected = run(12)
    state.write_bytes(b"not a state")
    assert run(12, state=state, resume=True) == expected
    run(12, seed=5, state=state)
    assert run(12, state=state, resume=True) == expected


def test_a_bad_learning_rate_ends_in_the_best_checkpoint_not_in_nan(tmp_path: Path) -> None:
    """Whatever the rate, the weights kept are finite and the card says why training stopped."""
    path = tmp_path / "m.safetensors"
    path.write_bytes(run(40, recipe=replace(QUICK, rate=1e6)))
    read = checkpoint.read(path)
    assert all(bool(torch.isfinite(value).all()) for value in read.model.state_dict().values())
    assert read.card["stopped"]


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
