"""Animations: where pixels come from, and that what is drawn or completed moves as its source does."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from networks import random_model

from assetforge.cli import cli
from assetforge.errors import ConfigError
from assetforge.evaluate.flicker import flicker, moving, steadiness
from assetforge.formats import read
from assetforge.models.animate import completed, framed, played, staged
from assetforge.models.memory import Memory
from assetforge.models.motion import NEW, roots, trace
from assetforge.models.studio import Studio
from assetforge.palette import Palette
from assetforge.sheet import pack
from assetforge.sprite import Sprite, animations

FOUR = Palette(((20, 16, 40), (200, 60, 60), (90, 160, 220), (250, 240, 200)), "four")
SIZE = 12


@pytest.fixture(scope="module")
def studio() -> Studio:
    """A bench with random weights, which has learnt two sprites."""
    lab = np.random.default_rng(0).random((5, 3), np.float32) - np.float32((0, 0.5, 0.5))
    return Studio(random_model(), Memory([np.ones((8, 8), np.uint8), np.eye(8, dtype=np.uint8)], lab, ["", ""], {}))


def body(down: int = 0, right: int = 0, arm: bool = False) -> np.ndarray:
    """Six by six pixels that no shift repeats, somewhere on the canvas; with an arm or not."""
    indices = np.zeros((SIZE, SIZE), np.uint8)
    part = np.random.default_rng(3).integers(1, 5, (6, 6)).astype(np.uint8)
    indices[3 + down : 9 + down, 2 + right : 8 + right] = part
    if arm:
        indices[5, 9:12] = 4
    return indices


def film(*frames: np.ndarray, name: str = "walk") -> list[Sprite]:
    return [Sprite(one, FOUR, f"{name}-{n}", 100 + n, name) for n, one in enumerate(frames)]


TWO = film(body(), body(1), name="bob")


@pytest.mark.parametrize("shift", [(0, 0), (1, 0), (-2, 3), (0, -2)])
def test_a_body_that_moves_is_linked_to_itself(shift: tuple[int, int]) -> None:
    """Every drawn pixel of a moved body is linked to the very pixel that it was, whatever the shift."""
    frames = np.stack([body(), body(*shift)])
    found = trace(frames)
    first, later = found.order
    drawn = np.argwhere(frames[later] > 0)
    parents = found.parent[later][frames[later] > 0]
    sign = 1 if later == 1 else -1
    places = np.stack(np.unravel_index(parents, frames.shape), 1)
    assert (places[:, 0] == first).all()
    assert np.array_equal(places[:, 1:], drawn - sign * np.array(shift))


def test_a_link_leads_to_a_pixel_of_the_same_color() -> None:
    """What is seen is linked to what is seen alike, in a frame that stands before in the order."""
    frames = np.random.default_rng(1).integers(0, 3, (4, SIZE, SIZE)).astype(np.uint8)
    found = trace(frames)
    rank = {frame: place for place, frame in enumerate(found.order)}
    linked = found.parent != NEW
    assert (frames[linked] == frames.ravel()[found.parent[linked]]).all()
    for child, parent in zip(np.nonzero(linked)[0], found.parent[linked] // SIZE**2, strict=True):
        assert rank[int(parent)] < rank[int(child)]


def test_links_through_holes_end() -> None:
    """Threads through hidden pixels begin somewhere, whatever is hidden; one that is seen is its own beginning."""
    frames = np.stack([body(), body(1), body(0, 1), body(1, 1, arm=True)])
    hidden = np.random.default_rng(2).random(frames.shape) < 0.6
    found = roots(trace(np.where(hidden, 0, frames), ~hidden), hidden)
    assert (found[~hidden] == np.flatnonzero(~hidden.ravel())).all()
    assert (found.ravel()[found] == found).all()


def test_a_new_animation_moves_as_its_source(studio: Studio) -> None:
    """The same frame gives the same frame, times are kept, a body that moves moves, and a second call repeats."""
    source = film(body(), body(1), body(), body(1, 0, arm=True))
    acts = staged(source, (SIZE, SIZE))
    drawn = Sprite(np.random.default_rng(5).integers(0, 5, (SIZE, SIZE)).astype(np.uint8), FOUR, "0000")
    options = {"seed": 7, "temperature": 0.9, "truncation": 1.0}
    made, again = (played(studio, acts, [drawn], [0], **options) for _ in range(2))
    assert [one.indices.tobytes() for one in made] == [one.indices.tobytes() for one in again]
    assert [one.duration for one in made] == [100, 101, 102, 103]
    assert {one.tag for one in made} == {"0000"} and len({one.name for one in made}) == 4
    assert np.array_equal(made[0].indices, made[2].indices) and np.array_equal(made[0].indices, drawn.indices)
    assert np.array_equal(made[1].indices[5:9, 3:7], made[0].indices[4:8, 3:7])


def test_what_holds_still_stays_still(studio: Studio) -> None:
    """An animation without motion is one frame again and again; beside an arm that moves, the body is as it was."""
    drawn = Sprite(np.random.default_rng(6).integers(0, 5, (SIZE, SIZE)).astype(np.uint8), FOUR)
    options = {"seed": 1, "temperature": 0.9, "truncation": 1.0}
    still = played(studio, staged(film(*[body()] * 3), (SIZE, SIZE)), [drawn], [0], **options)
    assert all(np.array_equal(one.indices, drawn.indices) for one in still)
    waving = film(body(), body(arm=True))
    made = played(studio, staged(waving, (SIZE, SIZE)), [drawn], [0], **options)
    assert np.array_equal(made[0].indices[:, :7], made[1].indices[:, :7])
    assert flicker(made, waving)["loose"] == 0


def test_stills_among_animations_stay_stills(studio: Studio) -> None:
    """Of a still and an animation in turn, each is drawn as what it is, in the order of the candidates."""
    acts = staged([Sprite(body(), FOUR, "still"), *film(body(), body(1))], (SIZE, SIZE))
    drawn = [Sprite(body(), FOUR, f"{n:04d}") for n in range(3)]
    made = played(studio, acts, drawn, [0, 3, 4], seed=0, temperature=0.9, truncation=1.0)
    assert [len(group) for group in animations(made)] == [1, 2, 1]
    assert [(tag.name, tag.first, tag.last) for tag in pack(made, "all").tags] == [("0001", 1, 2)]


def test_frames_are_cut_and_centered_as_one() -> None:
    """On another canvas an animation moves as it did: what is common to all frames decides where they go."""
    small = framed(film(body(), body(2, 3)), (10, 10))
    assert np.array_equal(small[0].indices[:6, :6], small[1].indices[2:8, 3:9])
    large = framed(film(body(), body(2, 3)), (20, 20))
    assert [int(one.mask.sum()) for one in large] == [36, 36]
    assert np.array_equal(
        *(np.argwhere(one.mask).mean(0) - offset for one, offset in zip(large, ((0, 0), (2, 3)), strict=True))
    )


@pytest.mark.parametrize("temperature", [0, 0.9])
def test_completing_frames_leaves_known_pixels(studio: Studio, temperature: float) -> None:
    """Known pixels are bit-unchanged, a frame without a hole is itself, variants are called in turn, bytes repeat."""
    frames = film(body(), body(1), body(0, 1))
    holes = [np.zeros((SIZE, SIZE), bool) for _ in frames]
    holes[0][4:8, 3:8] = holes[1][5:9, 3:8] = True
    options = {"variants": 2, "seed": 3, "temperature": temperature}
    made, again = (completed(studio, frames, holes, **options) for _ in range(2))
    for films, suffix in zip(made, ("", "-2"), strict=True):
        for one, source, hole in zip(films, frames, holes, strict=True):
            assert np.array_equal(one.indices[~hole], source.indices[~hole])
            assert (one.name, one.tag, one.duration) == (source.name + suffix, source.tag + suffix, source.duration)
        assert np.array_equal(films[2].indices, frames[2].indices)
    first, second = ([one.indices.tobytes() for films in each for one in films] for each in (made, again))
    assert first == second


def test_a_hole_is_filled_by_what_other_frames_show(studio: Studio) -> None:
    """What one frame hides of a body and another shows is taken from there, as the body has moved."""
    frames = film(body(), body(1, 1), body(1))
    hole = np.zeros((SIZE, SIZE), bool)
    hole[5:8, 4:7] = True
    nothing = np.zeros((SIZE, SIZE), bool)
    blind = [replace(frames[0], indices=np.where(hole, 0, frames[0].indices).astype(np.uint8)), *frames[1:]]
    made = completed(studio, blind, [hole, nothing, nothing], variants=1, seed=0, temperature=0.9)[0]
    assert np.array_equal(made[0].indices, frames[0].indices)


@pytest.mark.parametrize("temperature", [0, 0.9])
def test_a_hole_in_all_frames_is_filled_once(studio: Studio, temperature: float) -> None:
    """A static animation with the same hole in every frame is filled the same in every frame, even all of it."""
    for hole in (np.eye(SIZE, dtype=bool), np.ones((SIZE, SIZE), bool)):
        made = completed(studio, film(*[body()] * 3), [hole] * 3, variants=1, seed=2, temperature=temperature)[0]
        assert all(np.array_equal(one.indices, made[0].indices) for one in made)


def test_frames_that_look_the_same_are_filled_the_same(studio: Studio) -> None:
    """Where two frames of a walk show the same around the same hole, the hole holds the same, whatever lies between."""
    hole = np.zeros((SIZE, SIZE), bool)
    hole[6:] = True
    frames = film(body(), body(1), body(), body(0, 1, arm=True))
    made = completed(studio, frames, [hole] * 4, variants=1, seed=4, temperature=0.9)[0]
    assert np.array_equal(made[0].indices, made[2].indices)


def test_frames_of_different_sizes_are_named(studio: Studio) -> None:
    """An animation whose frames differ in size is refused in a line that names the frame."""
    frames = [*film(body()), Sprite(np.ones((4, 5), np.uint8), FOUR, "walk-1", tag="walk")]
    holes = [np.ones(one.indices.shape, bool) for one in frames]
    with pytest.raises(ConfigError, match='"walk" has frames of 12x12 pixels, and "walk-1" has 5x4; make them equal'):
        completed(studio, frames, holes, variants=1, seed=0, temperature=0.9)
    with pytest.raises(ConfigError, match="make them equal"):
        staged(frames, (SIZE, SIZE))


def test_flicker_is_told_beside_the_source() -> None:
    """An animation beside itself changes as much as itself, and nothing that should not; a still one nothing at all."""
    source = film(body(), body(1), body(2))
    assert flicker(source, source) == {"changes": 1.0, "loose": 0.0}
    assert flicker(film(*[body()] * 3), source) == {"changes": 0.0, "loose": 0.0}
    noisy = film(body(), np.flipud(body(1)).copy(), body(2))
    assert flicker(noisy, source)["loose"] > 0


def test_steadiness_tells_one_filling_from_many() -> None:
    """Who fills all frames with the truth is right and as lively as the art; who fills each with a color of its own is
    not; stills, and what does not move, are no animations."""

    class Filler:
        def complete_frames(self, frames: list[Sprite], holes: list[np.ndarray], **_: object) -> list[list[Sprite]]:
            return [frames]

        def predict(self, frames: list[Sprite], holes: list[np.ndarray]) -> list[Sprite]:
            return [
                replace(one, indices=np.where(hole, 1 + n, one.indices).astype(np.uint8))
                for n, (one, hole) in enumerate(zip(frames, holes, strict=True))
            ]

    still = Sprite(body(), FOUR, "still")
    ragged = [Sprite(body(), FOUR, "a", tag="r"), Sprite(body(1)[1:], FOUR, "b", tag="r")]
    films = moving([still, *TWO, *film(body(), body(), name="rests"), *ragged])
    assert films == [TWO]
    found = steadiness(films, Filler())
    assert (found["animations"], found["frames"]) == (1, 2)
    assert found["changed"] == (body() != body(1)).mean()
    assert found["as_one"] == {"accuracy": 1.0, "changes": 1.0, "loose": 0.0}
    assert found["frame_by_frame"]["accuracy"] < 1 < found["frame_by_frame"]["changes"]
    assert found["frame_by_frame"]["loose"] > 0


@pytest.mark.slow
def test_commands_take_animations(tmp_path: Path) -> None:
    """`complete` and `generate --like` keep frames, times and one tag an animation, and known pixels of every frame."""
    from assetforge.exports import load

    frames = film(body(), body(1), body(), name="bob")
    (data,) = load("aseprite")().files(pack(frames, "bob"), {}).values()
    (tmp_path / "bob.aseprite").write_bytes(data)
    before = read(tmp_path / "bob.aseprite")
    arguments = ["complete", str(tmp_path / "bob.aseprite"), "--erase", "2,6,8,6", "--variants", "2", "--quiet"]
    done = CliRunner().invoke(cli, [*arguments, "-o", str(tmp_path / "done.png")])
    assert done.exit_code == 0, done.output
    told = json.loads((tmp_path / "done.json").read_text())["meta"]["frameTags"]
    assert [(tag["from"], tag["to"]) for tag in told] == [(0, 2), (3, 5)]
    assert CliRunner().invoke(cli, [*arguments, "-o", str(tmp_path / "done")]).exit_code == 0
    for one in before:
        after = read(tmp_path / "done" / f"{one.name}.png")[0].rgba
        assert np.array_equal(after[:6], one.rgba[:6])
    like = ["generate", "-p", "pico-8", "-n", "2", "--size", "12x12", "--candidates", "2", "--quiet", "--like"]
    made = CliRunner().invoke(cli, [*like, str(tmp_path / "bob.aseprite"), "-o", str(tmp_path / "new.png")])
    assert made.exit_code == 0, made.output
    meta = json.loads((tmp_path / "new.json").read_text())["meta"]
    assert [(tag["name"], tag["from"], tag["to"]) for tag in meta["frameTags"]] == [("0000", 0, 2), ("0001", 3, 5)]
    assert len(meta["provenance"]["nearest"]) == 6
    tiled = CliRunner().invoke(cli, [*like, str(tmp_path / "bob.aseprite"), "--tile", "x", "-o", str(tmp_path / "t")])
    assert "goes with stills alone" in str(tiled.exception)


@pytest.mark.slow
def test_sheets_of_animations_have_a_tag_each(tmp_path: Path) -> None:
    """A build of animated art, drawn like it or with its holes filled, has one tag for each animation."""
    from assetforge.build import build
    from assetforge.exports import load

    holed = [replace(one, indices=np.where(np.arange(SIZE) < 6, 1, one.indices).astype(np.uint8)) for one in TWO]
    (tmp_path / "art").mkdir()
    for name, frames in (("bob", TWO), ("open", holed)):
        sheet = pack(frames, name)
        (data,) = load("aseprite")().files(sheet, {}).values()
        (tmp_path / "art" / f"{name}.aseprite").write_bytes(data)
    (tmp_path / "assetforge.toml").write_text(
        '[project]\nsource = "art"\noutput = "out"\npalette = "pico-8"\n'
        '[[sheet]]\nname = "new"\nkind = "generate"\nlike = ["bob.aseprite"]\ncount = 2\nsize = [12, 12]\n'
        '[[sheet]]\nname = "done"\nkind = "complete"\nfrom = "open.aseprite"\nhole = "#141028"\nvariants = 2\n'
    )
    assert set(build(tmp_path).built) == {"new", "done"}
    for name in ("new", "done"):
        tags = json.loads((tmp_path / "out" / f"{name}.json").read_text())["meta"]["frameTags"]
        assert [(tag["from"], tag["to"]) for tag in tags] == [(0, 1), (2, 3)]
        assert len({tag["name"] for tag in tags}) == 2


@pytest.mark.slow
def test_an_animation_is_the_same_in_a_small_and_a_large_order() -> None:
    """Animation n of a seed does not depend on how many are drawn beside it, nor on threads."""
    import torch

    from assetforge.models.prior import Prior

    prior = Prior.load()
    options = {"like": film(body(), body(1, 1), body(arm=True)), "size": (SIZE, SIZE), "seed": 3, "candidates": 1}
    few = prior.animate(FOUR, 1, **options).sprites
    before = torch.get_num_threads()
    torch.set_num_threads(2 if before == 1 else 1)
    many = prior.animate(FOUR, 9, **options).sprites
    torch.set_num_threads(before)
    assert [one.indices.tobytes() for one in few] == [one.indices.tobytes() for one in many[:3]]
