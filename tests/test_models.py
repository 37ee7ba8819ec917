"""Truths of the network, on random weights: causality, exactness, palettes as input."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import SMALL, nothing_visible, random_model, random_palettes, together

from assetforge.models import MODELS, build, config_of
from assetforge.models.pixels import CENTERS, SHADES, Palettes, sketched
from assetforge.models.vae import COARSE, SLOTS


def test_every_registered_model_is_built_from_the_config_its_checkpoint_carries() -> None:
    """A row in MODELS is enough: class, config and settings are found by its name."""
    from dataclasses import asdict

    for name in MODELS:
        config = config_of(name, asdict(SMALL))
        assert build(name, config).config == config


def shades_and_colors(
    indices: torch.Tensor, visible: torch.Tensor, palettes: Palettes, latent: torch.Tensor, seed: int = 0
) -> tuple[torch.Tensor, torch.Tensor]:
    """What a random model says of the sprites' own sketch, and of their colors."""
    return random_model(seed).logp(indices, sketched(indices, palettes), visible, palettes, latent)


def test_perturbing_a_pixel_leaves_every_earlier_probability_bit_equal() -> None:
    """Causality: a hidden pixel may be read only by pixels after it, in the sketch and in its coloring."""
    model, palettes = random_model(), random_palettes(1, 5)
    height, width = 5, 6
    indices = torch.randint(0, 5, (1, height, width))
    sketch = torch.randint(0, SHADES + 1, (1, height, width))
    latent, hidden = torch.randn(1, SLOTS, SMALL.slot), nothing_visible(indices)
    before = model.logp(indices, sketch, hidden, palettes, latent)
    for place in range(height * width):
        for number, (values, count) in enumerate(((sketch, SHADES + 1), (indices, 5))):
            changed = values.clone()
            changed.view(-1)[place] = (changed.view(-1)[place] + 1) % count
            both = [changed if n == number else old for n, old in enumerate((sketch, indices))]
            after = model.logp(both[1], both[0], hidden, palettes, latent)[number][0].flatten(0, 1)
            past = before[number][0].flatten(0, 1)
            assert torch.equal(after[: place + 1], past[: place + 1])
            if place + 1 < height * width:
                assert not torch.equal(after[place + 1 :], past[place + 1 :])


def test_the_sketch_knows_of_no_palette() -> None:
    """One latent sketches alike in every palette, whatever the colors that are being put into it."""
    model, sketch = random_model(), torch.randint(0, SHADES + 1, (1, 5, 5))
    latent, hidden = torch.randn(1, SLOTS, SMALL.slot), nothing_visible(sketch)
    drawn = [
        model.logp(torch.randint(0, entries, (1, 5, 5)), sketch, hidden, random_palettes(1, entries), latent)[0]
        for entries in (3, 9)
    ]
    assert torch.equal(*drawn)


def test_no_blind_spot_in_the_receptive_field() -> None:
    """Every earlier pixel in reach has a gradient, also those above and to the right (van den Oord et al. 2016)."""
    decoder = random_model().colorist
    size, row, column = 9, 5, 4
    pixels = torch.randn(1, SMALL.embedding, size, size, requires_grad=True)
    decoder.trunk(pixels, torch.randn(1, SMALL.width, size, size))[0, :, row, column].sum().backward()
    seen = pixels.grad.abs().sum((0, 1)) > 0
    # Two rows a layer reach the top; every row up opens the view to the right by two columns at least.
    for above in range(row):
        assert bool(seen[above, : column + 1 + 2 * (row - above)].all())
    assert bool(seen[row, :column].all())
    assert not bool(seen[row, column:].any())
    assert not bool(seen[row + 1 :].any())


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("visible", [(), (3,), (0, 2)])
def test_the_probabilities_of_all_images_sum_to_one(visible: tuple[int, ...], told: bool) -> None:
    """Exactness: over all 2x2 fillings of three entries, for a fixed latent or none, and any visible pixels."""
    model = random_model(3)
    images = torch.tensor(list(itertools.product(range(3), repeat=4))).reshape(-1, 2, 2)
    mask = torch.zeros(4, dtype=torch.bool)
    mask[list(visible)] = True
    images = images[(images.flatten(1)[:, mask] == 1).all(1)]
    shown = mask.reshape(1, 2, 2).expand(len(images), -1, -1)
    palette = random_palettes(1, 3).repeat(len(images))
    latent = torch.randn(1, SLOTS, SMALL.slot).expand(len(images), -1, -1)
    logp = together(model, images, shown, palette, latent if told else None)
    total = logp.masked_fill(shown, 0).double().sum((1, 2)).exp().sum()
    assert float(total) == pytest.approx(1, abs=1e-5)


def test_a_sprite_that_is_told_nothing_is_the_same_under_any_latent() -> None:
    """Silence is silence: nothing of the sprite comes back to it through its latent, and no latent is paid for."""
    model, palettes = random_model(), random_palettes(2, 5)
    indices = torch.randint(0, 5, (2, 6, 5))
    hidden, told = nothing_visible(indices), torch.tensor([False, True])
    quiet, loud = (
        model(indices, hidden, palettes, scale * torch.randn(2, SLOTS, SMALL.slot), told=told) for scale in (1, 5)
    )
    assert torch.equal(quiet.pixels[0], loud.pixels[0])
    assert not torch.equal(quiet.pixels[1], loud.pixels[1])
    assert not quiet.latent[0].any() and quiet.latent[1].all()
    silent = -together(model, indices, hidden, palettes, None)[0]
    assert torch.allclose(quiet.pixels[0], silent, atol=1e-5)


def test_a_drawn_color_is_as_light_as_its_shade_where_it_may_be_any() -> None:
    """In drawing, of colors that are otherwise alike the one as light as the shade is the likeliest."""
    model = random_model()
    for layer in (model.colorist.head.query, model.colorist.head.gates, model.colorist.head.weighed, model.say.asks):
        for weight in layer.parameters():
            torch.nn.init.zeros_(weight)
    lab = torch.zeros(1, SHADES + 1, 3)
    lab[0, 1:, 0] = torch.tensor(CENTERS)
    palettes = Palettes(lab, torch.ones(1, SHADES + 1, dtype=torch.bool))
    sketch = torch.randint(1, SHADES + 1, (1, 6, 6))
    latent = torch.randn(1, SLOTS, SMALL.slot)
    _, colors = model.logp(sketch, sketch, nothing_visible(sketch), palettes, latent)
    assert torch.equal(colors.argmax(3), sketch)


@given(order=st.permutations(list(range(1, 7))), seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_the_order_of_the_palette_means_nothing(order: list[int], seed: int) -> None:
    """Permuting the entries permutes the probabilities and changes nothing else."""
    palettes = random_palettes(1, 7, seed)
    generator = torch.Generator().manual_seed(seed)
    indices = torch.randint(0, 7, (1, 4, 5), generator=generator)
    visible = torch.rand(1, 4, 5, generator=generator) < 0.3
    latent = torch.randn(1, SLOTS, SMALL.slot, generator=generator)
    new = torch.tensor([0, *order])
    place = torch.empty(7, dtype=torch.long)
    place[new] = torch.arange(7)
    other = Palettes(palettes.lab[:, new], palettes.valid)
    shades, colors = shades_and_colors(indices, visible, palettes, latent)
    others = shades_and_colors(place[indices], visible, other, latent)
    torch.testing.assert_close(others[0], shades, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(others[1], colors[..., new], rtol=1e-4, atol=1e-4)


def test_padding_a_palette_changes_nothing_and_is_never_likely() -> None:
    """A short palette beside a long one in a batch: its missing entries have probability zero."""
    palettes = random_palettes(1, 4)
    lab = torch.cat([palettes.lab, torch.rand(1, 3, 3)], 1)
    padded = Palettes(lab, torch.tensor([[True] * 4 + [False] * 3]))
    indices = torch.randint(0, 4, (1, 4, 4))
    latent, hidden = torch.randn(1, SLOTS, SMALL.slot), nothing_visible(indices)
    expected = shades_and_colors(indices, hidden, palettes, latent)
    actual = shades_and_colors(indices, hidden, padded, latent)
    torch.testing.assert_close(actual[0], expected[0], rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(actual[1][..., :4], expected[1], rtol=1e-4, atol=1e-4)
    assert bool((actual[1][..., 4:] == -math.inf).all())


@pytest.mark.parametrize("entries", [3, 5, 33, 256])
def test_an_untrained_model_costs_exactly_log2_k_bits(entries: int) -> None:
    """The heads start at zero: every entry of the palette in use is equally likely, shade and color together."""
    model = build("pixelvae", SMALL).requires_grad_(False)
    palettes = random_palettes(1, entries)
    indices = torch.randint(0, entries, (1, 4, 4))
    logp = together(model, indices, nothing_visible(indices), palettes, torch.randn(1, SLOTS, SMALL.slot))
    bits = -logp / math.log(2)
    torch.testing.assert_close(bits, torch.full_like(bits, math.log2(entries)), rtol=1e-5, atol=1e-5)


def test_the_bound_is_what_it_says() -> None:
    """forward's terms and log_weights tell the same story: E[log weight] = -(pixels + KL)."""
    model, palettes = random_model(), random_palettes(1, 5)
    for parameter in model.posterior.parameters():
        parameter.mul_(0.2)
    count = 4000
    indices = torch.randint(0, 5, (1, 3, 3)).expand(count, -1, -1)
    visible = nothing_visible(indices)
    noise = torch.randn(count, SLOTS, SMALL.slot)
    terms = model(indices, visible, palettes.repeat(count), noise)
    bound = -(terms.pixels.sum((1, 2)) + terms.latent.sum(1))
    weight = model.log_weights(indices, visible, palettes.repeat(count), noise)
    error = float((bound - weight).std()) / math.sqrt(count)
    assert float(bound.mean()) == pytest.approx(float(weight.mean()), abs=5 * error)


def test_hidden_pixels_reach_the_decoders_through_nothing_but_the_past_and_the_latent() -> None:
    """What is under the hole is not read: changing it changes no probability at the first hidden pixel."""
    palettes = random_palettes(1, 5)
    indices = torch.randint(0, 5, (1, 6, 6))
    visible = torch.ones(1, 6, 6, dtype=torch.bool)
    visible[0, 2:4, 2:4] = False
    latent = torch.randn(1, SLOTS, SMALL.slot)
    changed = torch.where(visible, indices, (indices + 1) % 5)
    first, _ = shades_and_colors(indices, visible, palettes, latent)
    second, _ = shades_and_colors(changed, visible, palettes, latent)
    assert torch.equal(second[0, 2, 2], first[0, 2, 2])


def test_a_visible_pixel_after_the_hole_is_heard() -> None:
    """Filling conditions on everything visible, also on what stands below and right of the hole."""
    palettes = random_palettes(1, 5)
    indices = torch.randint(0, 5, (1, 6, 6))
    visible = torch.ones(1, 6, 6, dtype=torch.bool)
    visible[0, :2] = False
    latent = torch.randn(1, SLOTS, SMALL.slot)
    changed = indices.clone()
    changed[0, 5, 5] = (changed[0, 5, 5] + 1) % 5
    before, _ = shades_and_colors(indices, visible, palettes, latent)
    after, _ = shades_and_colors(changed, visible, palettes, latent)
    assert not torch.equal(after[0, 0, 0], before[0, 0, 0])


def test_fine_slots_never_touch_the_sketch() -> None:
    """Silhouette, lights and darks are decided without the fine slots; with other coarse slots they change."""
    palettes = random_palettes(1, 5)
    indices = torch.randint(0, 5, (1, 4, 4))
    latent = torch.randn(1, SLOTS, SMALL.slot)
    fine, coarse = latent.clone(), latent.clone()
    fine[:, COARSE:] += 1
    coarse[:, :COARSE] += 1
    said = [shades_and_colors(indices, nothing_visible(indices), palettes, z) for z in (latent, fine, coarse)]
    assert torch.equal(said[1][0], said[0][0])
    assert not torch.allclose(said[1][1], said[0][1])
    assert not torch.allclose(said[2][0], said[0][0])
