"""The sampler is the model: cached equals naive, known pixels stay, palettes are obeyed."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import SMALL, random_model, random_palettes
from numpy.typing import NDArray
from torch import Tensor

from assetforge.models.memory import Memory
from assetforge.models.noise import decide, edges, explain, normals, parts, uniforms
from assetforge.models.pixels import Palettes, grays, sketched
from assetforge.models.pixelvae import PixelVAE
from assetforge.models.sampler import sample
from assetforge.models.studio import Studio
from assetforge.models.vae import SLOTS
from assetforge.palette import Palette
from assetforge.sprite import Sprite


def drawn_from(logp: Tensor, order: Tensor, random: Tensor, heat: float) -> Tensor:
    """The entries, shape (B,), that two numbers (B, 2) each choose."""
    place = decide(*parts(logp, order), edges(random[:, 0], heat), random[:, 1:], heat)
    return order.gather(1, place[:, None])[:, 0]


def naive(
    model: PixelVAE, canvas: Tensor, visible: Tensor, palettes: Palettes, latent: Tensor, random: Tensor, heat: float
) -> tuple[Tensor, Tensor]:
    """The sampler as one would first write it: a forward pass for every pixel, of the sketch and then of colors."""
    canvas = canvas.masked_fill(~visible, 0)
    sketch = sketched(canvas, palettes)
    nats = torch.zeros(canvas.shape)
    order = grays(len(canvas), canvas.device).order
    for number, (values, orders) in enumerate(((sketch, order), (canvas, palettes.order))):
        for row in range(canvas.shape[1]):
            for column in range(canvas.shape[2]):
                known = visible[:, row, column] | (number == 1) & (sketch[:, row, column] == 0)
                if known.all():
                    continue
                logp = model.logp(canvas, sketch, visible, palettes, latent)[number][:, row, column]
                drawn = drawn_from(logp, orders, random[:, row, column, number : number + 2], heat)
                values[:, row, column] = torch.where(known, values[:, row, column], drawn)
                cost = -logp.gather(1, values[:, row, column, None])[:, 0]
                nats[:, row, column] += torch.where(known, 0.0, cost)
    return canvas, nats


def compare(model: PixelVAE, palettes: Palettes, shape: tuple[int, int], shares: list[float], heat: float) -> None:
    """Both samplers around random visible pixels, a share of them for each sprite."""
    generator, batch = torch.Generator().manual_seed(sum(shape)), len(shares)
    highest = int(palettes.valid.sum(1).min())
    canvas = torch.randint(0, highest, (batch, *shape), generator=generator)
    visible = torch.rand(batch, *shape, generator=generator) < torch.tensor(shares)[:, None, None]
    latent = torch.randn(batch, SLOTS, SMALL.slot, generator=generator)
    random = torch.rand(batch, *shape, 3, generator=generator)
    expected, expected_nats = naive(model, canvas, visible, palettes, latent, random, heat)
    actual, nats = sample(model, canvas, visible, palettes, latent, random, heat)
    assert torch.equal(actual, expected)
    torch.testing.assert_close(nats, expected_nats, rtol=1e-4, atol=1e-4)
    assert torch.equal(actual[visible], canvas[visible])
    assert not nats[visible].any()
    assert bool((actual.flatten(1).amax(1) < palettes.valid.sum(1)).all())


def network(seed: int) -> PixelVAE:
    """Random weights, but small enough that a rounding early on is still one at the end."""
    model = random_model(seed)
    for parameter in model.parameters():
        parameter.mul_(0.5)
    return model


@given(
    height=st.integers(1, 7),
    width=st.integers(1, 7),
    entries=st.integers(3, 9),
    shares=st.lists(st.sampled_from([0.0, 0.0, 0.3, 0.9, 1.0]), min_size=1, max_size=4),
    heat=st.sampled_from([0.0, 0.6, 1.0, 2.0]),
    seed=st.integers(0, 10_000),
)
@settings(max_examples=15, deadline=None)
def test_the_cached_sampler_equals_the_naive_one(
    height: int, width: int, entries: int, shares: list[float], heat: float, seed: int
) -> None:
    """Same noise, same sprites, and the same likelihoods within 1e-4, whatever is visible of each in a batch."""
    palettes = random_palettes(len(shares), entries, seed)
    palettes.valid[-1, 3:] = False
    compare(network(seed % 5), Palettes(palettes.lab, palettes.valid), (height, width), shares, heat)


@pytest.mark.parametrize(("entries", "shape"), [(2, (7, 12)), (3, (11, 6)), (34, (6, 8)), (256, (3, 6))])
@pytest.mark.parametrize("shares", [[0.0, 0.0], [0.5, 0.0]], ids=["nothing", "half"])
def test_the_samplers_agree_in_any_palette_on_a_larger_canvas(
    entries: int, shape: tuple[int, int], shares: list[float]
) -> None:
    """From one color and the transparent entry to 255."""
    compare(network(1), random_palettes(len(shares), entries), shape, shares, 1.0)


@pytest.mark.parametrize(
    "hole", [np.s_[3:7, 4:9], np.s_[6:, :], np.s_[:, 5:], np.s_[:1, :1], np.s_[-1:, -1:], np.s_[:0]]
)
def test_the_samplers_agree_around_any_hole(hole: tuple[slice, slice]) -> None:
    """Blocks, halves, corners, none: rows and pixels that are passed over are read as they should be."""
    model, palettes, generator = network(2), random_palettes(2, 5), torch.Generator().manual_seed(0)
    canvas = torch.randint(0, 5, (2, 10, 12), generator=generator)
    visible = torch.ones(canvas.shape, dtype=torch.bool)
    visible[0][hole] = False
    visible[1, 1:3, 2:4] = False
    latent, random = (
        torch.zeros(2, SLOTS, SMALL.slot),
        torch.rand(2, 10, 12, 3, generator=torch.Generator().manual_seed(1)),
    )
    expected, expected_nats = naive(model, canvas.clone(), visible, palettes, latent, random, 1.0)
    actual, nats = sample(model, canvas, visible, palettes, latent, random)
    assert torch.equal(actual, expected)
    torch.testing.assert_close(nats, expected_nats, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("entries", [4, 17, 33])
@pytest.mark.parametrize("hidden", [1.0, 0.6])
def test_a_sprite_is_the_same_in_any_order_on_any_number_of_threads(entries: int, hidden: float) -> None:
    """Alone, among 16 and among 64 others, at another place among them, on one thread and on two."""
    studio = Studio(random_model(3), cast(Memory, None))
    colors = Palette(tuple((n * 7, 255 - n * 5, n) for n in range(entries - 1)))
    rng = np.random.default_rng(0)
    sprites = [Sprite(rng.integers(0, entries, (6, 7)).astype(np.uint8), colors) for _ in range(64)]
    holes = [rng.random((6, 7)) < hidden for _ in sprites]
    latents = torch.randn(64, SLOTS, SMALL.slot, generator=torch.Generator().manual_seed(0))
    random = [uniforms(0, n, 6, 7) for n in range(64)]

    def filled(places: list[int], threads: int) -> NDArray[np.uint8]:
        before = torch.get_num_threads()
        torch.set_num_threads(threads)
        some = [[values[n] for n in places] for values in (sprites, holes, random)]
        found, _ = studio.fill(some[0], some[1], latents[places], some[2], 1.0)
        torch.set_num_threads(before)
        return found

    every = filled(list(range(64)), 1)
    assert np.array_equal(filled(list(range(64)), 2), every)
    assert np.array_equal(filled(list(range(16)), 2), every[:16])
    assert np.array_equal(filled([21], 1)[0], every[21])
    assert np.array_equal(filled([63, 20, 5], 2), every[[63, 20, 5]])


def test_decide_draws_each_entry_as_often_as_it_is_likely() -> None:
    """Two uniform numbers give the distribution itself: frequencies match within sampling error."""
    palettes = random_palettes(1, 6, 4)
    chance = torch.tensor([[0.3, 0.05, 0.25, 0.1, 0.2, 0.1]])
    count = 40_000
    random = torch.rand(count, 2, generator=torch.Generator().manual_seed(0))
    drawn = drawn_from(chance.log().expand(count, -1), palettes.order.expand(count, -1), random, 1.0)
    share = torch.bincount(drawn, minlength=6) / count
    torch.testing.assert_close(share, chance[0], rtol=0, atol=0.01)


def test_decide_never_takes_an_entry_that_is_not_there() -> None:
    """Not at random numbers of 0 and just under 1, at any temperature, with padding behind the palette."""
    palettes = random_palettes(1, 6)
    palettes = Palettes(palettes.lab, torch.tensor([[True, True, True, True, False, False]]))
    logp = torch.tensor([[0.0, 0.5, 0.2, 0.3, 0.0, 0.0]]).log()
    for number in (0.0, 0.5, 1 - 2**-24):
        for heat in (0.0, 0.01, 1.0, 10.0):
            drawn = drawn_from(logp, palettes.order, torch.full((1, 2), number), heat)
            assert int(drawn) in (1, 2, 3)


@given(seed=st.integers(0, 10_000), heat=st.sampled_from([0.3, 0.7, 1.0, 2.0]))
@settings(max_examples=40, deadline=None)
def test_explain_is_the_inverse_of_decide(seed: int, heat: float) -> None:
    """Numbers explained from any entries draw these entries again."""
    generator = torch.Generator().manual_seed(seed)
    palettes = random_palettes(50, 6, seed)
    logp = (torch.randn(50, 6, generator=generator) * 3).log_softmax(1)
    drawn = torch.randint(0, 6, (50,), generator=generator)
    numbers = explain(logp, palettes.order, drawn, torch.rand(50, 2, generator=generator), heat)
    wide = logp.gather(1, drawn[:, None])[:, 0] / heat > -10
    assert torch.equal(drawn_from(logp, palettes.order, numbers, heat)[wide], drawn[wide])


@pytest.mark.parametrize("heat", [0.5, 1.0, 3.0])
def test_any_entry_can_be_explained(heat: float) -> None:
    """Even a pixel that is as good as surely transparent, or drawn, has numbers that decide otherwise."""
    palettes = random_palettes(2, 3)
    logp = torch.tensor([[40.0, 0.0, 0.0], [-40.0, 0.0, 0.0]]).log_softmax(1)
    drawn = torch.tensor([2, 0])
    numbers = explain(logp, palettes.order, drawn, torch.full((2, 2), 0.5), heat)
    assert torch.equal(drawn_from(logp, palettes.order, numbers, heat), drawn)


def test_noise_belongs_to_the_sprite_alone() -> None:
    """The numbers of one sprite do not depend on how many are drawn; different sprites and seeds differ."""
    assert np.array_equal(uniforms(7, 3, 4, 5), uniforms(7, 3, 4, 5))
    assert not np.array_equal(uniforms(7, 3, 4, 5), uniforms(7, 4, 4, 5))
    assert not np.array_equal(uniforms(7, 3, 4, 5), uniforms(8, 3, 4, 5))
    assert not np.array_equal(normals(7, 3, 2, 2), normals(8, 3, 2, 2))
    assert uniforms(2**70 + 1, 0, 1, 1).shape == (1, 1, 3)
