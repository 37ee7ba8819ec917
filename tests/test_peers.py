"""The benchmarks' peers and plans: a peer that is wrong would flatter us."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from assetforge.palette import Palette
from assetforge.sprite import Sprite

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
sys.path.insert(0, str(ROOT))

from benchmarks import artists, tutorial  # noqa: E402
from benchmarks.bits import Row, table  # noqa: E402
from benchmarks.plan import TRIAL, plan  # noqa: E402
from benchmarks.split import split  # noqa: E402

PALETTE = Palette(((0, 0, 0), (255, 200, 100)), "two")
NETS = [tutorial.IndexNet, tutorial.ColorNet]


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """As in the benchmark."""
    torch.set_num_threads(1)


def small(kind: type, **options: object) -> nn.Module:
    torch.manual_seed(0)
    net = kind(PALETTE, **{"channels": 8, "dilations": (1, 2, 4), **options}).eval()
    for parameter in net.parameters():
        nn.init.normal_(parameter, 0, 0.3)
    return net.requires_grad_(False)


def test_the_tutorials_depth_is_the_issues() -> None:
    """12 gated layers that begin as the tutorial's seven do."""
    assert len(tutorial.IndexNet(PALETTE).trunk.layers) == 12
    assert tutorial.DILATIONS[:7] == (1, 2, 1, 4, 1, 2, 1)


@pytest.mark.parametrize("kind", NETS)
def test_a_pixel_never_sees_what_comes_later(kind: type) -> None:
    """Change one pixel: the nats of every earlier one stay bit-equal, and some later one's change."""
    net = small(kind)
    one = torch.randint(0, 3, (1, 9, 9), generator=torch.Generator().manual_seed(1))
    other = one.clone()
    other[0, 4, 4] = (one[0, 4, 4] + 1) % 3
    before, after = net.nats(one).flatten(), net.nats(other).flatten()
    assert torch.equal(before[: 4 * 9 + 4], after[: 4 * 9 + 4])
    assert not torch.equal(before[4 * 9 + 5 :], after[4 * 9 + 5 :])


def test_there_is_no_blind_spot() -> None:
    """Every earlier pixel that the dilations reach has a gradient, and no later one has."""
    trunk = small(tutorial.IndexNet).trunk
    x = torch.rand(1, 3, 11, 11, requires_grad=True)
    trunk(x)[0, :, 5, 5].sum().backward()
    assert x.grad is not None
    seen = (x.grad.abs().sum(1)[0] > 0).flatten()
    assert seen[: 5 * 11 + 5].all()
    assert not seen[5 * 11 + 5 :].any()


def test_the_index_net_is_a_probability_distribution() -> None:
    """The probabilities of all 81 2x2 images of three entries sum to one."""
    images = torch.tensor(list(itertools.product(range(3), repeat=4))).reshape(81, 2, 2)
    assert float((-small(tutorial.IndexNet).nats(images).double().sum((1, 2))).exp().sum()) == pytest.approx(
        1, abs=1e-5
    )


def test_the_index_net_draws_as_likely_as_it_says() -> None:
    """Of 4,000 drawn 2x1 images each of the nine comes as often as its probability says, within five deviations."""
    net, count = small(tutorial.IndexNet), 4000
    images = torch.tensor(list(itertools.product(range(3), repeat=2))).reshape(9, 1, 2)
    likely = (-net.nats(images).double().sum((1, 2))).exp().numpy()
    drawn = net.sample(count, (2, 1), seed=1).reshape(count, 2)
    often = np.bincount(drawn[:, 0] * 3 + drawn[:, 1], minlength=9) / count
    assert (abs(often - likely) <= 5 * np.sqrt(likely * (1 - likely) / count)).all()


def test_a_channel_sees_the_ones_before_it_alone() -> None:
    """Alpha, red, green, blue: another red changes what its pixel's green and blue may be, not its alpha or red."""
    net = small(tutorial.ColorNet)
    features = net.features(torch.zeros(1, 2, 2, 4, dtype=torch.int64))

    def logits(red: int) -> dict[int, torch.Tensor]:
        found, before = {}, torch.full((1, 2, 2), 255)
        for number, tell in net.channels(features):
            found[number] = tell(before)
            before = torch.full((1, 2, 2), red if number == 0 else 7)
        return found

    one, other = logits(3), logits(200)
    assert list(one) == [3, 0, 1, 2]
    assert all(torch.equal(one[number], other[number]) for number in (3, 0))
    assert not any(torch.equal(one[number], other[number]) for number in (1, 2))


def test_what_is_drawn_is_what_was_likely() -> None:
    """A color net whose heads allow nothing but one color draws that color alone; off-palette pixels are counted."""
    net = small(tutorial.ColorNet)
    for head, value in zip(net.heads, (255, 255, 200, 100), strict=True):
        head.weight.zero_()
        head.bias.fill_(-100)
        head.bias[value] = 100
    drawn = net.sample(2, (3, 4), seed=1)
    assert drawn.shape == (2, 4, 3, 4)
    assert (drawn == [255, 200, 100, 255]).all()
    assert tutorial.off_palette(drawn, PALETTE) == 0
    drawn[0, 0, 0] = [0, 0, 0, 0]
    drawn[0, 0, 1] = [255, 200, 100, 254]
    drawn[0, 0, 2] = [1, 0, 0, 255]
    assert tutorial.off_palette(drawn, PALETTE) == pytest.approx(2 / 24)


@pytest.mark.parametrize("kind", NETS)
def test_the_peer_learns_within_its_seconds(kind: type) -> None:
    """Stripes cost less than they would with nothing learnt; the seconds spent are those given, looks left out."""
    rng = np.random.default_rng(2)
    rows = rng.integers(0, 3, (40, 8))
    sprites = [Sprite(np.repeat(row[None], 8, 0).astype(np.uint8), PALETTE) for row in rows]
    net = kind(PALETTE, channels=12, dilations=(1, 1))
    lines: list[str] = []
    found = tutorial.train(net, sprites[:30], sprites[30:], 1.0, rate=1e-2, half=False, tell=lines.append)
    assert found.bits < (np.log2(3) if kind is tutorial.IndexNet else 32)
    assert found.seconds >= 1.0
    assert len(lines) == len(tutorial.LOOKS)
    assert found.parameters == sum(p.numel() for p in net.parameters())


def test_the_same_sprites_cost_the_same_scored_in_any_order() -> None:
    """Bits per pixel weigh pixels, not sprites or sizes."""
    rng = np.random.default_rng(3)
    sizes = ((4, 4), (6, 3), (4, 4), (2, 5))
    sprites = [Sprite(rng.integers(0, 3, size).astype(np.uint8), PALETTE) for size in sizes]
    net = small(tutorial.IndexNet)
    each = [tutorial.bits_per_pixel(net, [sprite]) * sprite.indices.size for sprite in sprites]
    expected = sum(each) / sum(sprite.indices.size for sprite in sprites)
    assert tutorial.bits_per_pixel(net, sprites[::-1]) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("step", "look", "rest"), [(0.5, 4.0, 3.0), (0.01, 0.0, 0.0)])
def test_a_plan_fills_its_budget(step: float, look: float, rest: float) -> None:
    """Whatever a step, a look and the rest cost, the planned run takes its budget to within one step."""
    now = [0.0]

    def run(steps: int, report: Callable[[object], None]) -> None:
        now[0] += look
        for done in range(1, steps + 1):
            now[0] += step
            if done % 10 == 0 and done < steps:
                report(SimpleNamespace(step=done))
        now[0] += look
        report(SimpleNamespace(step=steps))
        now[0] += rest

    budget = 100 * step + 2 * look + rest
    steps = plan(run, budget, 2, lambda: now[0])
    assert budget - step - 1e-6 <= steps * step + 2 * look + rest <= budget + 1e-6
    assert plan(run, 0.0, 2, lambda: now[0]) == TRIAL


def test_the_table_tells_medians_and_ratios() -> None:
    """Rows of a name become one line: median, lowest, highest, and the median over those of the peers."""
    names = ("counts of 4 neighbours", "tutorial, 12 layers, palette indices", "ours")
    rows = [Row(names[0], 2.0)] + [Row(names[1], bits) for bits in (1.5, 1.0, 1.6)]
    rows += [Row(names[2], bits, 10.0 * bits, 7, 1234) for bits in (1.1, 0.9, 1.0)]
    lines = list(table(rows))
    assert len(lines) == 5
    assert lines[4] == "| ours | 1.0000 | 0.9000 | 1.1000 | 0.500 | 0.667 | 10 | 7 | 1,234 |"
    assert list(table(rows[4:]))[2].split(" | ")[4:6] == ["–", "–"]


@pytest.mark.skipif(not DATA.exists(), reason="needs the archives beside the checkout")
@pytest.mark.parametrize("name", list(artists.ARTISTS))
def test_fifty_share_no_family_with_what_is_scored(name: str) -> None:
    """At most fifty are learnt, at most 4 of a family, none of a scored one's family; the same each time."""
    rasters, numbers, _ = artists.ARTISTS[name](DATA)
    family = {raster.name: number for raster, number in zip(rasters, numbers, strict=True)}
    draw, again = (artists.fifty(DATA, name, 3) for _ in range(2))
    learnt, scored = ([family[raster.name] for raster in part] for part in (draw.learnt, draw.scored))
    assert len(family) == len(rasters)
    assert not set(learnt) & set(scored)
    assert len(learnt) == (50 if name != "grafxkid-lilwiz" else 24)
    assert max(map(learnt.count, learnt)) <= 4 and max(map(scored.count, scored)) <= 12
    assert scored and len(set(scored)) == draw.families
    assert [raster.name for raster in draw.learnt] == [raster.name for raster in again.learnt]


@pytest.mark.skipif(not DATA.exists(), reason="needs the archives beside the checkout")
def test_a_split_is_what_the_archive_says() -> None:
    """Its val sprites are scored, all in the palette asked for, and training sees the same ones held out."""
    parts = split([DATA / "sprites16.npz"], "pico-8")
    found = np.load(DATA / "sprites16.npz", allow_pickle=False)["split"]
    assert (len(parts.learnt), len(parts.scored)) == ((found == "train").sum(), (found == "val").sum())
    assert parts.entries == 17
    held = [sprite for sprite, out in zip(parts.corpus.sprites, parts.corpus.held_out, strict=True) if out]
    assert all(one is other for one, other in zip(held, parts.scored, strict=True))
