"""Aseprite files read as Aseprite shows them."""

from __future__ import annotations

import numpy as np
import pytest
from ase_writer import ase, cel, chunk, layer, link, old_palette, palette, tags, tilemap, tileset
from hypothesis import given, settings
from hypothesis import strategies as st

from assetforge.errors import InputError
from assetforge.formats import aseprite
from assetforge.formats.compose import draw

COLORS = [(0, 0, 0, 255), (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 128)]
RED, GREEN, BLUE = (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255)


def only(data: bytes) -> np.ndarray:
    """The one frame of a still."""
    (raster,) = aseprite.read(data, "x")
    assert (raster.name, raster.tag) == ("x", "")
    return raster.rgba


def fill(color: tuple[int, ...], width: int = 2, height: int = 2) -> np.ndarray:
    return np.full((height, width, len(color)), color, np.uint8)


@pytest.mark.parametrize("compressed", [True, False])
def test_rgba_pixels_come_back(compressed: bool) -> None:
    """A cel of 32 bits holds its pixels, compressed or raw; outside of it nothing is drawn."""
    pixels = np.random.default_rng(0).integers(0, 256, (3, 4, 4), np.uint8)
    pixels[..., 3] |= 1
    rgba = only(ase((6, 5), 32, [[layer("a"), cel(pixels, x=1, y=2, compressed=compressed)]]))
    assert (pixels == rgba[2:5, 1:5]).all()
    assert np.count_nonzero(rgba[..., 3]) == 12


def test_grayscale_pixels_come_back() -> None:
    """A cel of 16 bits is value and alpha."""
    rgba = only(ase((2, 1), 16, [[layer("a"), cel(np.array([[[7, 255], [200, 9]]], np.uint8))]]))
    assert rgba.tolist() == [[[7, 7, 7, 255], [200, 200, 200, 9]]]


@pytest.mark.parametrize("named", [True, False])
def test_indexed_pixels_come_back(named: bool) -> None:
    """A cel of 8 bits shows the palette, whose entries may be named; one entry is transparent."""
    pixels = np.array([[0, 1, 2, 3]], np.uint8)
    rgba = only(ase((4, 1), 8, [[palette(COLORS, named=named), layer("a"), cel(pixels)]], transparent=2))
    assert [[*COLORS[:2], (0, 0, 0, 0), COLORS[3]]] == [[tuple(pixel) for pixel in row] for row in rgba.tolist()]


def test_the_background_has_no_transparent_index() -> None:
    """In the background layer the transparent entry is a color like others."""
    rgba = only(ase((2, 1), 8, [[palette(COLORS), layer("a", flags=9), cel(np.array([[0, 1]], np.uint8))]]))
    assert [list(COLORS[0]), list(COLORS[1])] == rgba[0].tolist()


@pytest.mark.parametrize(("kind", "value"), [(0x0004, (255, 0, 128)), (0x0011, (63, 0, 32))])
def test_old_palettes_are_read(kind: int, value: tuple[int, int, int]) -> None:
    """Without a new palette chunk the old ones count, scaled from 63 or 255, after what they skip."""
    chunks = [old_palette([value], kind=kind, skip=1), layer("a"), cel(np.array([[1]], np.uint8))]
    assert abs(np.array([255, 0, 128, 255]) - only(ase((1, 1), 8, [chunks]))[0, 0]).max() <= 1


def test_the_new_palette_wins() -> None:
    """An old palette chunk beside a new one is ignored."""
    chunks = [palette(COLORS), old_palette([(9, 9, 9)] * 3), layer("a"), cel(np.array([[1]], np.uint8))]
    assert list(RED) == only(ase((1, 1), 8, [chunks]))[0, 0].tolist()


def test_layers_are_drawn_back_to_front() -> None:
    """The later layer covers the earlier; hidden and reference layers, and those in hidden groups, are left out."""
    chunks = [
        layer("back"),
        layer("front"),
        layer("hidden", flags=0),
        layer("reference", flags=65),
        layer("group", flags=0, kind=1),
        layer("inside", level=1),
        cel(fill(RED)),
        cel(fill(GREEN, 1), layer=1),
        *(cel(fill(BLUE), layer=index) for index in (2, 3, 5)),
    ]
    rgba = only(ase((2, 2), 32, [chunks]))
    assert [[list(GREEN), list(RED)]] * 2 == rgba.tolist()


def test_z_index_moves_a_cel() -> None:
    """A cel with z-index 1 is shown one layer later, -1 one layer back."""
    layers = [layer("a"), layer("b")]
    raised = [*layers, cel(fill(RED), z=1), cel(fill(GREEN), layer=1)]
    lowered = [*layers, cel(fill(RED)), cel(fill(GREEN), layer=1, z=-1)]
    for chunks in (raised, lowered):
        assert list(RED) == only(ase((2, 2), 32, [chunks]))[0, 0].tolist()


def test_opacities_multiply() -> None:
    """Layer and cel opacity multiply the alpha; the layer's counts only where the header says so."""
    chunks = [layer("a", opacity=128), cel(fill(RED), opacity=128)]
    assert only(ase((2, 2), 32, [chunks]))[0, 0].tolist() == [255, 0, 0, 64]
    assert only(ase((2, 2), 32, [chunks], flags=0))[0, 0].tolist() == [255, 0, 0, 128]


@pytest.mark.parametrize("flags", [1, 3])
def test_a_groups_opacity_counts_where_groups_are_composed(flags: int) -> None:
    """With header flag 2 a group is drawn by itself and then faded; without, its layers are drawn alone."""
    chunks = [layer("g", kind=1, opacity=128), layer("a", level=1), layer("b", level=1)]
    chunks += [cel(fill(RED), layer=1), cel(fill(GREEN), layer=2)]
    expected = [0, 255, 0, 128 if flags & 2 else 255]
    assert expected == only(ase((2, 2), 32, [chunks], flags=flags))[0, 0].tolist()


@pytest.mark.parametrize(
    ("blend", "expected"),
    [(1, 78), (2, 222), (4, 100), (5, 200), (10, 100), (16, 255), (17, 0), (18, 128), (3, 157), (8, 188)],
)
def test_blend_modes_on_an_opaque_backdrop(blend: int, expected: int) -> None:
    """The separable modes give the textbook value of 200 over 100, within one level."""
    chunks = [layer("a"), layer("b", blend=blend)]
    chunks += [cel(fill((100, 100, 100, 255))), cel(fill((200, 200, 200, 255)), layer=1)]
    rgba = only(ase((2, 2), 32, [chunks]))
    assert abs(expected - int(rgba[0, 0, 0])) <= 1
    assert rgba[0, 0, 3] == 255


def test_later_blend_modes_are_refused() -> None:
    """A mode that is not known yet is refused by name of the layer, not drawn wrong."""
    with pytest.raises(InputError, match='layer "glow" blends in a way'):
        only(ase((2, 2), 32, [[layer("glow", blend=19), cel(fill(RED))]]))


def light(color: np.ndarray) -> float:
    return float(color[:3] @ (0.3, 0.59, 0.11))


@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_hue_saturation_color_and_luminosity(data: st.DataObject) -> None:
    """All but luminosity keep the backdrop's light, luminosity takes the source's; a gray source leaves no color but
    by luminosity, and a gray backdrop takes none but by color."""
    below, above = (np.array([*data.draw(st.tuples(*[st.integers(0, 255)] * 3)), 255], np.uint8) for _ in range(2))
    gray = data.draw(st.sampled_from([None, "below", "above"]))
    if gray == "below":
        below[:3] = below[0]
    elif gray == "above":
        above[:3] = above[0]
    for mode in ("hue", "saturation", "color", "luminosity"):
        canvas = below[None, None].copy()
        draw(canvas, above[None, None], 0, 0, mode=mode)
        found = canvas[0, 0]
        assert abs(light(found) - light(above if mode == "luminosity" else below)) <= 2
        if (gray == "above" and mode != "luminosity") or (gray == "below" and mode != "color"):
            assert np.ptp(found[:3].astype(int)) <= 1


def times(a: int, b: int) -> int:
    product = a * b + 128
    return ((product >> 8) + product) >> 8


def normal(below: list[int], above: list[int], opacity: int) -> list[int]:
    """One pixel over another, as Aseprite's rgba_blender_normal counts."""
    alpha = times(above[3], opacity)
    if not below[3]:
        return [*above[:3], alpha]
    if not above[3]:
        return below
    total = alpha + below[3] - times(below[3], alpha)
    return [*(b + int((a - b) * alpha / total) for b, a in zip(below[:3], above[:3], strict=True)), total]


def merged(below: list[int], above: list[int], opacity: int) -> list[int]:
    """As rgba_blender_merge."""
    mixed = [b + times(a - b, opacity) for b, a in zip(below, above, strict=True)]
    color = above if not below[3] else below if not above[3] else mixed
    return [*(color[:3] if mixed[3] else [0] * 3), mixed[3]]


@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_modes_over_half_transparent_pixels(data: st.DataObject) -> None:
    """The mode is merged in twice, by what is below and by both, as Aseprite does and the W3C does not."""
    pixel = st.lists(st.integers(0, 255), min_size=4, max_size=4)
    below, above, opacity = data.draw(pixel), data.draw(pixel), data.draw(st.integers(0, 255))
    canvas = np.array([[below]], np.uint8)
    draw(canvas, np.array([[above]], np.uint8), 0, 0, opacity, "multiply")
    plain = normal(below, above, opacity)
    blended = normal(below, [*(times(b, a) for b, a in zip(below[:3], above[:3], strict=True)), above[3]], opacity)
    expected = merged(merged(plain, blended, below[3]), blended, times(below[3], times(above[3], opacity)))
    expected = expected if below[3] else plain
    # Of a transparent pixel the color says nothing.
    assert canvas[0, 0].tolist() == expected or canvas[0, 0, 3] == expected[3] == 0


def test_linked_cels_show_their_source() -> None:
    """A linked cel shows the linked frame's pixels at its own place; links may be chained."""
    frames = [[layer("a"), cel(fill(RED, 1, 1))], [link(0, x=1)], [link(1, y=1)]]
    shown = [np.argwhere(raster.rgba[..., 3]).tolist() for raster in aseprite.read(ase((2, 2), 32, frames), "x")]
    assert shown == [[[0, 0]], [[0, 1]], [[1, 0]]]


def test_frames_have_names_tags_and_durations() -> None:
    """Without tags all frames are one animation; a frame's duration wins over the file's speed."""
    frames = [[layer("a"), cel(fill(RED))], [link(0)], [link(0)]]
    rasters = aseprite.read(ase((2, 2), 32, frames, durations=[40, 0, 250], speed=70, old_counts=True), "hero")
    assert [(raster.name, raster.tag, raster.duration) for raster in rasters] == [
        ("hero-0", "hero", 40),
        ("hero-1", "hero", 70),
        ("hero-2", "hero", 250),
    ]


def test_tags_name_their_frames() -> None:
    """Frames are counted within the shortest tag around them; slashes leave a tag's name."""
    frames = [[layer("a"), tags(("all", 0, 2), ("a/b", 1, 2)), cel(fill(RED))], [link(0)], [link(0)], [link(0)]]
    names = [(raster.name, raster.tag) for raster in aseprite.read(ase((2, 2), 32, frames), "x")]
    assert names == [("x-all-0", "x-all"), ("x-a_b-0", "x-a_b"), ("x-a_b-1", "x-a_b"), ("x-3", "")]


def test_tilemaps_are_drawn() -> None:
    """Tiles stand in rows; x and y are swapped first and flipped then; the empty tile draws nothing."""
    tiles = np.zeros((2, 2, 2), np.uint8)
    tiles[1] = [[1, 2], [3, 0]]
    flip_x, flip_y, swap = 0x80000000, 0x40000000, 0x20000000
    places = np.array([[1, 1 | flip_x, 1 | flip_y], [1 | swap, 1 | swap | flip_x, 0]], np.uint32)
    chunks = [palette(COLORS), tileset(tiles), layer("map", kind=2), tilemap(places)]
    red, green, blue = 1, 2, 3
    expected = [
        [red, green, green, red, blue, 0],
        [blue, 0, 0, blue, red, green],
        [red, blue, blue, red, 0, 0],
        [green, 0, 0, green, 0, 0],
    ]
    drawn = [[(0, 0, 0, 0), *COLORS[1:]][index] for row in expected for index in row]
    assert drawn == [tuple(pixel) for pixel in only(ase((6, 4), 8, [chunks])).reshape(-1, 4).tolist()]


def test_unknown_chunks_are_skipped() -> None:
    """Slices, user data and what later versions add do not disturb."""
    chunks = [chunk(0x2020, b"\0" * 4), layer("a"), chunk(0x7777, b"later"), cel(fill(RED))]
    assert list(RED) == only(ase((2, 2), 32, [chunks]))[0, 0].tolist()


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        ([[layer("a"), link(0)]], "links to a cel of frame 0"),
        ([[layer("a"), link(9)]], "links to a cel of frame 9"),
        ([[cel(fill(RED))]], "layer 0 of 0"),
        ([[layer("a"), chunk(0x2005, b"\0\0")]], "is cut"),
        ([[layer("a"), cel(fill(RED)[:, :, :1])]], "holds 4 of 16 bytes"),
        ([[layer("a"), cel(np.zeros((9000, 1, 4), np.uint8))]], "9000 pixels"),
        ([[layer("m", kind=2, tileset=5), tilemap(np.ones((1, 1), np.uint32))]], "no tileset 5"),
        ([[tileset(np.zeros((1, 2, 2, 4), np.uint8), flags=1)]], "another file"),
    ],
)
def test_damaged_files_are_refused(frames: list[list[bytes]], message: str) -> None:
    """A chunk that lies is named by its fault."""
    with pytest.raises(InputError, match=message):
        aseprite.read(ase((2, 2), 32, frames), "x")


def test_every_cut_is_refused() -> None:
    """However many bytes are missing at the end, the file is refused."""
    whole = ase((2, 2), 8, [[palette(COLORS), layer("a"), cel(fill((1,)))], [link(0)]])
    for length in range(6, len(whole)):
        with pytest.raises(InputError):
            aseprite.read(whole[:length], "x")


@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_copying_hard_pixels_gives_what_mixing_gives(data: st.DataObject) -> None:
    """A hard patch is copied; one soft pixel in it makes all of it mixed, and nothing else comes of it."""
    rng = np.random.default_rng(data.draw(st.integers(0, 9999)))
    canvas, patch = rng.integers(0, 256, (2, 5, 6, 4), np.uint8)
    patch[..., 3] = rng.choice([0, 255], (5, 6))
    soft = patch.copy()
    soft[0, 0, 3] = 77
    copied, mixed = canvas.copy(), canvas.copy()
    assert draw(copied, patch, 0, 0) == 0
    assert draw(mixed, soft, 0, 0) == 30
    copied[0, 0] = mixed[0, 0] = 0
    assert np.array_equal(copied, mixed)
