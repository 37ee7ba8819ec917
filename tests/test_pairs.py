"""Pairs: what is drawn from a left sprite is the model's own likelihood, and nothing changes without one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from networks import SMALL, nothing_visible, random_model, random_palettes
from pairings import files, pack
from test_sampler import naive
from torch import Tensor

from assetforge.errors import ConfigError, InputError
from assetforge.models.checkpoint import Checkpoint
from assetforge.models.data import Batches
from assetforge.models.entries import entry_lab
from assetforge.models.left import Left
from assetforge.models.lexicon import Lexicon
from assetforge.models.paired import PairedBatches
from assetforge.models.pixels import Palettes, sketched
from assetforge.models.pixelvae import PixelVAE
from assetforge.models.prior import Prior
from assetforge.models.sampler import sample
from assetforge.models.split import part
from assetforge.models.train import paired, train
from assetforge.models.translation import kept, recalled
from assetforge.models.vae import SLOTS
from assetforge.pairs import gather_pairs, matched
from assetforge.palette import Palette
from assetforge.sprite import Sprite

PAIRED = replace(SMALL, paired=True)


def random_left(shape: tuple[int, int, int], entries: int, seed: int = 0, blank: bool = False) -> Left:
    """Left sprites (B, H, W) of four entries, and what is expected of the right's `entries` by them."""
    generator = torch.Generator().manual_seed(seed)
    indices = torch.randint(0, 4, shape, generator=generator)
    odds = torch.randn(shape[0], 4, entries, generator=generator).log_softmax(2)
    expected = odds.gather(1, indices.flatten(1)[..., None].expand(-1, -1, entries))
    given = torch.ones(shape[0], dtype=torch.bool)
    return Left(indices, random_palettes(shape[0], 4, seed + 1), expected * (not blank), given)


def likelihood(
    model: PixelVAE, indices: Tensor, palettes: Palettes, latent: Tensor | None, left: Left | None
) -> Tensor:
    return model.log_likelihood(indices, nothing_visible(indices), palettes, latent, left)


def repeated(left: Left, count: int) -> Left:
    """One left sprite, `count` times."""
    expected = left.expected.expand(count, -1, -1)
    return Left(left.indices.expand(count, -1, -1), left.palettes.repeat(count), expected, left.given.expand(count))


@pytest.mark.parametrize("told", [True, False])
def test_the_probabilities_given_the_left_sum_to_one(told: bool) -> None:
    """Exactness: over all 2x2 images of three entries, for a fixed left sprite and a fixed latent or none."""
    images = torch.tensor(list(itertools.product(range(3), repeat=4))).reshape(-1, 2, 2)
    latent = torch.randn(1, SLOTS, SMALL.slot).expand(len(images), -1, -1) if told else None
    left = repeated(random_left((1, 2, 2), 3), len(images))
    total = likelihood(random_model(3, PAIRED), images, random_palettes(1, 3).repeat(len(images)), latent, left)
    assert float(total.double().exp().sum()) == pytest.approx(1, abs=1e-5)


def test_the_left_is_heard_everywhere() -> None:
    """Another color of one left pixel changes how likely a right sprite is, and the prior of its latent."""
    model, palettes = random_model(1, PAIRED), random_palettes(1, 5)
    indices = torch.randint(0, 5, (1, 9, 8))
    left = random_left((1, 9, 8), 5)
    other = left.indices.clone()
    other[0, 4, 4] = (other[0, 4, 4] + 1) % 4
    changed = left._replace(indices=other)
    hidden, vectors = nothing_visible(indices), model.embed(palettes)
    one, two = (model.look(indices, hidden, palettes, vectors, each) for each in (left, changed))
    for before, after in zip(one, two, strict=True):
        assert not torch.equal(before, after)
    costs = [likelihood(model, indices, palettes, None, each) for each in (left, changed, None)]
    assert len({float(cost) for cost in costs}) == 3


def test_training_on_pairs_sets_out_from_the_base() -> None:
    """Before it has learnt anything a paired model is its base bit for bit, whatever the left looks like."""
    base, palettes = random_model(2), random_palettes(2, 5)
    model = paired(base, True).eval()
    assert model.config.paired and not base.config.paired
    indices, latent = torch.randint(0, 5, (2, 9, 8)), torch.randn(2, SLOTS, SMALL.slot)
    expected = likelihood(base, indices, palettes, latent, None)
    assert torch.equal(likelihood(model, indices, palettes, latent, None), expected)
    blank = random_left((2, 9, 8), 5, blank=True)
    assert torch.equal(likelihood(model, indices, palettes, latent, blank), expected)
    absent = random_left((2, 9, 8), 5)._replace(given=torch.zeros(2, dtype=torch.bool))
    assert torch.equal(
        likelihood(random_model(2, PAIRED), indices, palettes, latent, absent),
        likelihood(random_model(2, PAIRED), indices, palettes, latent, None),
    )
    back = paired(model, False)
    assert all(torch.equal(value, back.state_dict()[name]) for name, value in base.state_dict().items())


def test_a_paired_model_first_guesses_what_it_has_counted() -> None:
    """Before the network has learnt anything, the guess at each pixel is the lexicon's."""
    palettes, left = random_palettes(2, 5), random_left((2, 4, 6), 5)
    model = paired(random_model(2), True)
    indices = torch.zeros(2, 4, 6, dtype=torch.long)
    guess = model.look(indices, nothing_visible(indices), palettes, model.embed(palettes), left).guess
    torch.testing.assert_close(guess, left.expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("entries", "heat"), [(3, 1.0), (6, 0.0)])
def test_the_cached_sampler_equals_the_naive_one_with_a_left(entries: int, heat: float) -> None:
    """Same noise, same sprites, and the same likelihoods, around visible pixels too."""
    model = random_model(4, PAIRED)
    for parameter in model.parameters():
        parameter.mul_(0.5)
    generator, shape = torch.Generator().manual_seed(entries), (2, 4, 5)
    canvas, palettes = torch.randint(0, entries, shape, generator=generator), random_palettes(2, entries)
    visible = torch.rand(shape, generator=generator) < torch.tensor([0.0, 0.4])[:, None, None]
    latent = torch.randn(2, SLOTS, SMALL.slot, generator=generator)
    random = torch.rand(*shape, 3, generator=generator)
    left = random_left(shape, entries)
    bound = type("Bound", (), {"logp": lambda self, *rest: model.logp(*rest, None, left)})()
    expected, expected_nats = naive(bound, canvas, visible, palettes, latent, random, heat)
    actual, nats = sample(model, canvas, visible, palettes, latent, random, heat, left)
    assert torch.equal(actual, expected)
    torch.testing.assert_close(nats, expected_nats, rtol=1e-4, atol=1e-4)
    assert not torch.equal(sample(model, canvas, visible, palettes, latent, random, heat)[1], nats)


def test_a_lexicon_keeps_its_counts_in_any_palette() -> None:
    """Each entry's counts go to one entry of another palette; what is expected is a probability."""
    rng = np.random.default_rng(0)
    left, right, other = (
        entry_lab(Palette(tuple(map(tuple, rng.integers(0, 256, (k, 3)).tolist())))) for k in (4, 7, 3)
    )
    pairs = [(rng.integers(0, 5, (6, 6), np.uint8), rng.integers(0, 8, (6, 6), np.uint8)) for _ in range(3)]
    lexicon = Lexicon.of(left, right, pairs)
    assert lexicon.counts.sum() == 3 * 36
    there = lexicon.to(other)
    assert (there.counts.sum(1) == lexicon.counts.sum(1)).all() and there.counts.shape == (5, 4)
    np.testing.assert_allclose(np.exp(there.expected(left)).sum(1), 1, rtol=1e-5)
    np.testing.assert_array_equal(lexicon.to(right).counts, lexicon.counts)


def test_both_sides_of_a_pair_are_moved_and_mirrored_alike(tmp_path: Path) -> None:
    """In every batch what is drawn on the left, the whole silhouette here, is what is drawn on the right."""
    batches = PairedBatches(gather_pairs(pack(tmp_path, 12)), 0, 0.5, torch.device("cpu"))
    for step in range(4):
        one = batches.draw(step)
        assert one.left is not None
        assert torch.equal(one.left.indices > 0, one.indices > 0)
        assert one.left.expected.shape == (*one.indices.flatten(1).shape, one.palettes.valid.shape[1])
        again = batches.draw(step)
        assert again.left is not None and torch.equal(again.left.expected, one.left.expected)


@pytest.mark.slow
def test_a_model_of_pairs_comes_out_the_same_twice_and_translates(tmp_path: Path) -> None:
    """Same pairs, steps and seed, same bytes; what it draws is in the palette, of the left's size, again the same."""
    pairs = pack(tmp_path, 12)
    examples = gather_pairs(pairs)
    assert set(examples.sources) == {f"{side}/tile_{n}" for side in ("left", "right") for n in range(12)}
    options = {"base": None, "steps": 2, "device": "cpu", "config": SMALL}
    data = train(examples, **options)  # type: ignore[arg-type]
    assert data == train(examples, **options)  # type: ignore[arg-type]
    (tmp_path / "m.safetensors").write_bytes(data)
    prior = Prior.load(tmp_path / "m.safetensors")
    assert prior.model.config.paired and prior.card["pairs"]["count"] == 12
    palette = Palette(((0, 0, 0), (200, 0, 0), (0, 200, 200)))
    lefts = [Sprite(np.eye(9, 7, dtype=np.uint8), Palette(((130, 130, 120), (0, 0, 0))), "walk"), examples.lefts[0]]
    drawn = [one for ways in prior.translate(lefts, palette, variants=2, seed=3) for one in ways]
    assert [one.name for one in drawn] == ["walk", "walk-2", examples.lefts[0].name, f"{examples.lefts[0].name}-2"]
    assert [one.size for one in drawn] == [(7, 9), (7, 9), (8, 8), (8, 8)]
    assert all(one.palette == palette for one in drawn)
    alone = prior.translate(lefts[1:], palette, seed=3)
    assert np.array_equal(alone[0][0].indices, drawn[2].indices)
    (calm,) = prior.translate(lefts[:1], palette, temperature=0)[0]
    (other,) = prior.translate(lefts[:1], palette, temperature=0, seed=9)[0]
    assert np.array_equal(calm.indices, other.indices) and calm.size == (7, 9)
    assert len(prior.generate(palette, 2, size=(8, 8))) == 2


def test_a_model_without_pairs_says_so() -> None:
    """The base translates nothing, and tells what does."""
    with pytest.raises(ConfigError, match="learnt no pairs; `assetforge train --pairs"):
        Prior.load().translate(
            [Sprite(np.eye(8, dtype=np.uint8), Palette(((0, 0, 0), (9, 9, 9))))], Palette(((1, 1, 1),) * 2)
        )


def test_what_is_no_pair_is_named(tmp_path: Path) -> None:
    """A file without a partner, sides of two sizes, and sides of several frames are told by name and number."""
    image = np.full((8, 8, 4), 255, np.uint8)
    ours = files(tmp_path / "left", {"orc": image, "knight": image, "bat": image[:6]})
    theirs = files(tmp_path / "right", {"orc": image, "knigth": image, "bat": image})
    with pytest.raises(
        InputError, match=r'"knight.png" on the left lack.*did you mean "knigth"\?.*"knigth.png" on the right'
    ):
        matched(ours, theirs)
    with pytest.raises(InputError, match=r"left/bat.png and .*right/bat.png are 8 x 6 and 8 x 8"):
        gather_pairs(matched([ours[0], ours[2]], [theirs[2], theirs[0]]))
    with pytest.raises(InputError, match="fewer than 2 sprites"):
        train(gather_pairs([(ours[0], theirs[0])]), base=None, steps=1, config=SMALL)


def test_sprites_without_pairs_are_batched_as_ever(tmp_path: Path) -> None:
    """The right sides alone are no pairs: their batches have no left."""
    examples = replace(gather_pairs(pack(tmp_path, 12)), lefts=())
    one = Batches(examples, 0, 0.5, torch.device("cpu")).draw(0)
    assert one.left is None and sketched(one.indices, one.palettes).shape == one.indices.shape


def hostile(extras: dict[str, Tensor]) -> Iterator[dict[str, Tensor]]:
    """What a model of pairs says that it knows of colors, wrong."""
    for name in ("left", "right", "counts"):
        key = f"lexicon.{name}"
        value = extras[key].float()
        yield {other: each for other, each in extras.items() if other != key}
        for wrong in (value[:1], value[0, 0], value[None], value * torch.nan, value + torch.inf, value - 1e6):
            yield extras | {key: wrong}
        yield extras | {key: torch.full_like(extras[key], -11)}


def test_a_damaged_lexicon_is_refused() -> None:
    """Colors or counts that are missing, of a wrong shape or no numbers are an error; whole ones come back."""
    rng = np.random.default_rng(1)
    lab = [rng.random((k, 3)).astype(np.float32) for k in (4, 6)]
    lexicon = Lexicon(lab[0], lab[1], rng.integers(0, 9, (4, 6)))
    model = random_model(0, PAIRED)
    found = recalled(Checkpoint(model, {}, kept(lexicon), ""))
    assert found is not None and (found.counts == lexicon.counts).all() and (found.left == lexicon.left).all()
    for extras in hostile(kept(lexicon)):
        with pytest.raises(InputError, match="lacks what it learnt of the colors of pairs"):
            recalled(Checkpoint(model, {}, extras, ""))
    assert recalled(Checkpoint(random_model(), {}, {}, "")) is None


def test_ranks_share_the_left_sprites_too() -> None:
    """A rank's part of a batch is of both sides: the same rows of each."""
    left = random_left((4, 3, 5), 6)
    mine = part(left, slice(1, 3))
    assert torch.equal(mine.indices, left.indices[1:3]) and torch.equal(mine.expected, left.expected[1:3])
    assert torch.equal(mine.palettes.lab, left.palettes.lab[1:3]) and len(mine.given) == 2
