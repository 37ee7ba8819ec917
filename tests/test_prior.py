"""The bundled model through its face: palettes, holes, determinism, slots, and that it has learnt."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from networks import together

from assetforge.errors import ConfigError, InputError
from assetforge.models.prior import Prior, base_path
from assetforge.models.studio import stray
from assetforge.palette import Palette
from assetforge.sprite import Sprite

PALETTES = [
    Palette(((0, 0, 0), (255, 255, 255)), "two"),
    Palette(((26, 28, 44), (93, 39, 93), (177, 62, 83), (239, 125, 87), (255, 205, 117), (244, 244, 244)), "six"),
    Palette(tuple((n, (n * 7) % 256, 255 - n) for n in range(255)), "many"),
]
SIX = PALETTES[1]


@pytest.fixture(scope="module")
def prior() -> Prior:
    return Prior.load()


def ball(size: int = 12) -> Sprite:
    """A shaded disc with an outline."""
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    radius = np.hypot(y, x)
    indices = np.where(radius < size * 0.45, np.where(x + y < -2, 5, 4), 0).astype(np.uint8)
    indices[(radius < size * 0.45) & (radius > size * 0.36)] = 1
    return Sprite(indices, SIX, "ball")


def test_the_bundled_model_is_small_and_names_what_it_learnt_from() -> None:
    """At most 8 MB; its card names sources with their digests and the figures it reached."""
    assert base_path().stat().st_size <= 8_000_000
    card = Prior.load().card
    assert card["sources"] and all(len(value) == 64 for value in card["sources"].values())
    assert card["held_out_bits_per_pixel"] < 1


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.name)
def test_generated_sprites_are_legal_in_any_palette(prior: Prior, palette: Palette) -> None:
    """By construction: right size, entries of the palette alone, alpha 0 or 255, of 2 to 255 colors."""
    for sprite in prior.generate(palette, 3, size=(9, 14), seed=1, candidates=2):
        assert sprite.size == (9, 14)
        assert sprite.palette == palette
        assert set(np.unique(sprite.rgba()[..., 3])) <= {0, 255}


def test_a_sprite_is_the_same_in_a_small_and_a_large_order(prior: Prior) -> None:
    """Sprite n of a seed does not depend on how many are drawn beside it, nor on threads."""
    few = prior.generate(SIX, 2, size=(8, 8), seed=5, candidates=1)
    before = torch.get_num_threads()
    torch.set_num_threads(2 if before == 1 else 1)
    many = prior.generate(SIX, 18, size=(8, 8), seed=5, candidates=1)
    torch.set_num_threads(before)
    for one, other in zip(few, many, strict=False):
        assert np.array_equal(one.indices, other.indices)


def test_candidates_are_chosen_without_copies_and_empties(prior: Prior) -> None:
    """Choosing keeps the number asked for, tells what it dropped, and keeps nothing empty."""
    drawn = prior.draw(SIX, 4, size=(16, 16), seed=2, candidates=4)
    assert len(drawn.sprites) == len(drawn.nearest) == 4
    assert drawn.candidates == 16
    assert all(sprite.mask.any() for sprite in drawn.sprites)
    assert min(drawn.nearest) >= prior.memory.bar((16, 16))


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_completing_leaves_known_pixels_bit_unchanged(prior: Prior, temperature: float) -> None:
    """Outside the hole nothing moves; inside, every variant is legal and its own."""
    sprite, hole = ball(), np.zeros((12, 12), bool)
    hole[4:9, 3:12] = True
    variants = prior.complete(sprite, hole, variants=3, seed=4, temperature=temperature)
    assert [one.name for one in variants] == ["ball", "ball-2", "ball-3"]
    for one in variants:
        assert np.array_equal(one.indices[~hole], sprite.indices[~hole])
        assert one.palette == sprite.palette


def test_what_is_under_the_hole_is_not_read(prior: Prior) -> None:
    """Two sprites that differ only under the hole are filled alike."""
    sprite, hole = ball(), np.zeros((12, 12), bool)
    hole[2:8, 2:8] = True
    other = Sprite(np.where(hole, 2, sprite.indices).astype(np.uint8), SIX)
    one, two = (prior.complete(s, hole, seed=1)[0].indices for s in (sprite, other))
    assert np.array_equal(one, two)


def test_predict_is_complete_at_temperature_zero(prior: Prior) -> None:
    """Filling many sprites at once gives what filling each alone gives."""
    hole = np.zeros((12, 12), bool)
    hole[6:] = True
    together = prior.predict([ball(), ball()], [hole, hole])[1]
    alone = prior.complete(ball(), hole, temperature=0.0)[0]
    assert np.array_equal(together.indices, alone.indices)


def test_coarse_slots_move_the_silhouette_and_fine_slots_only_colors(prior: Prior) -> None:
    """Over a grid of seeds: slots 0-7 from the column move shapes; slots 8-15 move colors, and not one silhouette.

    In a palette of many colors of one lightness: where each shade has one color, a style has nothing to choose.
    """
    rows, cols = list(range(4)), list(range(100, 104))

    def moved(styles: range) -> tuple[float, float]:
        grid = prior.mix(rows, cols, PALETTES[2], styles=styles, size=(16, 16))
        plain = prior.mix(rows, rows[:1], PALETTES[2], styles=[], size=(16, 16))
        shapes, colors = [], []
        for cells, (own,) in zip(grid, plain, strict=True):
            for cell in cells:
                shapes.append((cell.mask != own.mask).mean())
                both = cell.mask & own.mask
                colors.append((cell.indices != own.indices)[both].mean() if both.any() else 0.0)
        return float(np.mean(shapes)), float(np.mean(colors))

    assert moved(range(8))[0] > 0
    assert moved(range(8, 16))[0] == 0
    assert moved(range(8, 16))[1] > 0


def test_one_seed_has_one_silhouette_in_every_palette(prior: Prior) -> None:
    """The sketch is drawn before the palette is looked at."""
    masks = [
        [sprite.mask for sprite in prior.generate(palette, 4, size=(16, 16), seed=3, candidates=1)]
        for palette in (SIX, PALETTES[2])
    ]
    assert np.array_equal(*masks)


def test_a_row_mixed_with_itself_is_itself(prior: Prior) -> None:
    """Taking any slots from a column of the same latent changes nothing."""
    one = prior.mix([3], [3], SIX, styles=range(8, 16), size=(8, 8))[0][0]
    other = prior.mix([3], [3], SIX, styles=[], size=(8, 8))[0][0]
    assert np.array_equal(one.indices, other.indices)


def test_a_sprite_mixed_with_nothing_is_drawn_exactly(prior: Prior) -> None:
    """The numbers read from a sprite draw it again, pixel for pixel, whatever the noise among those that would do."""
    for size in (8, 12, 16):
        sprite = ball(size)
        assert np.array_equal(prior.mix([sprite], [5], SIX, styles=[])[0][0].indices, sprite.indices)
        assert np.array_equal(prior.mix([5, sprite], [sprite], SIX, styles=range(16))[1][0].indices, sprite.indices)


def test_truncation_pulls_latents_to_one_mean(prior: Prior) -> None:
    """At psi 0 every seed has the same latent; the further psi, the further apart."""

    def spread(psi: float) -> float:
        latents, _ = prior.studio.starts([(seed, 0) for seed in range(4)], (16, 16), SIX, psi, 1.0)
        return float(latents.var(0).mean())

    assert spread(0.0) == pytest.approx(0, abs=1e-10)
    assert spread(0.3) < spread(0.7) < spread(1.0)


def test_the_latent_is_used(prior: Prior) -> None:
    """Another sprite's latent explains a sprite worse than its own."""
    own, cost = [], []
    sprites = prior.generate(SIX, 6, size=(16, 16), seed=9, candidates=2)
    codes = prior.studio.codes(sprites)
    for place, sprite in enumerate(sprites):
        one = prior.studio.tensors([sprite], [np.ones(sprite.indices.shape, bool)])
        for latent, bucket in ((codes[place], own), (codes[place - 1], cost)):
            with torch.no_grad():
                logp = together(prior.model, one.indices, one.visible, one.palettes, latent[None])
            bucket.append(-float(logp.sum()))
    assert sum(cost) > sum(own) + 6


def test_straying_keeps_numbers_uniform() -> None:
    """A Crank-Nicolson step from uniform numbers towards uniform numbers gives uniform numbers, part-way between."""
    rng = np.random.default_rng(0)
    own, fresh = rng.random((2, 200, 200, 2), np.float32)
    walked = stray(own, fresh)
    assert walked.min() >= 0 and walked.max() < 1
    for share in (0.1, 0.5, 0.9):
        assert (walked < share).mean() == pytest.approx(share, abs=0.01)
    assert 0.5 < np.corrcoef(own.ravel(), walked.ravel())[0, 1] < 0.95


def test_like_stays_nearer_than_chance(prior: Prior) -> None:
    """Sprites drawn from a sprite's latent share more of its silhouette than sprites drawn freely."""

    def overlap(sprites: list[Sprite]) -> float:
        mask = ball(16).mask
        return float(np.mean([(s.mask & mask).sum() / (s.mask | mask).sum() for s in sprites]))

    near = prior.generate(SIX, 8, size=(16, 16), seed=1, candidates=1, like=[ball(16)])
    free = prior.generate(SIX, 8, size=(16, 16), seed=1, candidates=1)
    assert overlap(near) > overlap(free)


def test_more_samples_tighten_the_bound(prior: Prior) -> None:
    """The importance-weighted bound with 8 samples is no looser than with 1, on average."""
    sprites = [ball(size) for size in (8, 10, 12, 14)]
    assert prior.nats(sprites, samples=8).sum() <= prior.nats(sprites).sum() + 1
    assert prior.nats(sprites).sum() < sum(sprite.indices.size for sprite in sprites) * np.log(7)


def test_a_tag_starts_from_sprites_of_that_folder_alone(prior: Prior) -> None:
    """What is drawn from a tag is what is drawn from its sprites; other folders might as well not exist."""
    tag = "roguelike"
    places = prior.memory.suited((16, 16), 6, tag)
    assert places and all(tag in prior.memory.folders[place].split("/") for place in places)
    drawn = prior.generate(SIX, 2, size=(16, 16), candidates=1, tag=tag.upper())
    free = prior.generate(SIX, 2, size=(16, 16), candidates=1)
    assert any(not np.array_equal(one.indices, other.indices) for one, other in zip(drawn, free, strict=True))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"size": (7, 16)}, "7x16"),
        ({"size": (16, 65)}, "16x65"),
        ({"temperature": -1.0}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"candidates": 0}, "candidates"),
        ({"tag": "roguelikes"}, 'did you mean "roguelike"'),
    ],
)
def test_wrong_orders_are_refused(prior: Prior, options: dict[str, object], says: str) -> None:
    """Out-of-range options end in a message that names them."""
    with pytest.raises(ConfigError, match=says):
        prior.generate(SIX, 1, **options)


def test_a_missing_model_is_said(tmp_path) -> None:
    """The error names the file that is not there."""
    with pytest.raises(InputError, match="nowhere"):
        Prior.load(tmp_path / "nowhere.safetensors")
