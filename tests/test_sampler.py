"""The sampler is the model: cached equals naive, known pixels stay, palettes are obeyed."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import SMALL, random_model, random_palettes
from torch import Tensor

from assetforge.models.pixels import Palettes, grays, sketched
from assetforge.models.pixelvae import PixelVAE
from assetforge.models.sampler import decide, explain, normals, sample, uniforms
from assetforge.models.vae import SLOTS


def naive(
    model: PixelVAE, canvas: Tensor, visible: Tensor, palettes: Palettes, latent: Tensor, random: Tensor, heat: float
) -> tuple[Tensor, Tensor]:
    """The sampler as one would first write it: a whole forward pass for each pixel, of the sketch, then of colors."""
    canvas = canvas.masked_fill(~visible, 0)
    sketch = sketched(canvas, palettes)
    nats = torch.zeros(canvas.shape)
    order = grays(len(canvas), canvas.device).order
    for number, (values, orders) in enumerate(((sketch, order), (canvas, palettes.order))):
        for row in range(canvas.shape[1]):
            for column in range(canvas.shape[2]):
                logp = model.logp(canvas, sketch, visible, palettes, latent)[number][:, row, column]
                drawn = decide(logp, orders, random[:, row, column, number : number + 2], heat)
                known = visible[:, row, column] | (number == 1) & (sketch[:, row, column] == 0)
                values[:, row, column] = torch.where(known, values[:, row, column], drawn)
                cost = -logp.gather(1, values[:, row, column, None])[:, 0]
                nats[:, row, column] += torch.where(known, 0.0, cost)
    return canvas, nats


@given(
    height=st.integers(1, 9),
    width=st.integers(1, 9),
    entries=st.integers(3, 9),
    share=st.sampled_from([0.0, 0.3, 0.9]),
    heat=st.sampled_from([0.0, 0.6, 1.0]),
    seed=st.integers(0, 10_000),
)
@settings(max_examples=25, deadline=None)
def test_the_cached_sampler_equals_the_naive_one(
    height: int, width: int, entries: int, share: float, heat: float, seed: int
) -> None:
    """Same noise, same sprites, and the same likelihoods within 1e-4, around any visible pixels."""
    model, palettes = random_model(seed % 5), random_palettes(3, entries, seed)
    palettes.valid[1, 3:] = False
    palettes = Palettes(palettes.lab, palettes.valid)
    generator = torch.Generator().manual_seed(seed)
    canvas = torch.randint(0, 3, (3, height, width), generator=generator)
    visible = torch.rand(3, height, width, generator=generator) < share
    latent = torch.randn(3, SLOTS, SMALL.slot, generator=generator)
    random = torch.rand(3, height, width, 3, generator=generator)
    expected, expected_nats = naive(model, canvas, visible, palettes, latent, random, heat)
    actual, nats = sample(model, canvas, visible, palettes, latent, random, heat)
    assert torch.equal(actual, expected)
    torch.testing.assert_close(nats, expected_nats, rtol=1e-4, atol=1e-4)
    assert torch.equal(actual[visible], canvas[visible])
    assert int(actual[1].max()) < max(3, int(palettes.valid[1].sum()))


def test_decide_draws_each_entry_as_often_as_it_is_likely() -> None:
    """Two uniform numbers give the distribution itself: frequencies match within sampling error."""
    palettes = random_palettes(1, 6, 4)
    chance = torch.tensor([[0.3, 0.05, 0.25, 0.1, 0.2, 0.1]])
    count = 40_000
    random = torch.rand(count, 2, generator=torch.Generator().manual_seed(0))
    drawn = decide(chance.log().expand(count, -1), palettes.order.expand(count, -1), random, 1.0)
    share = torch.bincount(drawn, minlength=6) / count
    torch.testing.assert_close(share, chance[0], rtol=0, atol=0.01)


def test_decide_never_takes_an_entry_that_is_not_there() -> None:
    """Not at random numbers of 0 and just under 1, at any temperature, with padding behind the palette."""
    palettes = random_palettes(1, 6)
    palettes = Palettes(palettes.lab, torch.tensor([[True, True, True, True, False, False]]))
    logp = torch.tensor([[0.0, 0.5, 0.2, 0.3, 0.0, 0.0]]).log()
    for number in (0.0, 0.5, 1 - 2**-24):
        for heat in (0.0, 0.01, 1.0, 10.0):
            drawn = decide(logp, palettes.order, torch.full((1, 2), number), heat)
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
    assert torch.equal(decide(logp, palettes.order, numbers, heat)[wide], drawn[wide])


def test_noise_belongs_to_the_sprite_alone() -> None:
    """The numbers of one sprite do not depend on how many are drawn; different sprites and seeds differ."""
    assert np.array_equal(uniforms(7, 3, 4, 5), uniforms(7, 3, 4, 5))
    assert not np.array_equal(uniforms(7, 3, 4, 5), uniforms(7, 4, 4, 5))
    assert not np.array_equal(uniforms(7, 3, 4, 5), uniforms(8, 3, 4, 5))
    assert not np.array_equal(normals(7, 3, 2, 2), normals(8, 3, 2, 2))
    assert uniforms(2**70 + 1, 0, 1, 1).shape == (1, 1, 3)
