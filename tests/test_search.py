"""Search: what vectors are blind to, what the index knows again, and what near-copies are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result
from networks import random_model
from numpy.typing import NDArray
from PIL import Image

import assetforge
from assetforge.cli import cli
from assetforge.color import oklab
from assetforge.formats import png
from assetforge.models import checkpoint
from assetforge.models.data import entry_lab
from assetforge.models.encoder import Encoder
from assetforge.models.memory import Memory
from assetforge.models.studio import Studio
from assetforge.palette import Palette
from assetforge.search import catalog
from assetforge.search.figure import figure
from assetforge.search.ranking import WAYS, distances
from assetforge.search.sight import Sight, Vectors
from assetforge.sprite import Raster, Sprite

COLORS = np.array([[230, 40, 40], [40, 200, 60], [60, 60, 220], [240, 220, 60], [30, 30, 40]], np.uint8)
OTHERS = np.array([[90, 90, 90], [250, 250, 250], [200, 120, 220], [20, 60, 50], [120, 220, 240]], np.uint8)

Picture = NDArray[np.uint8]


def drawing(seed: int, size: tuple[int, int] = (12, 15), colors: Picture = COLORS) -> Picture:
    """A blob of all colors, RGBA."""
    dice = np.random.default_rng(seed)
    coarse = dice.integers(0, len(colors) + 1, (-(-size[0] // 3), -(-size[1] // 3)))
    coarse[0, 0], coarse[-1, -1] = 1, 2
    indices = coarse.repeat(3, 0).repeat(3, 1)[: size[0], : size[1]]
    table = np.concatenate([np.zeros((1, 4), np.uint8), np.insert(colors, 3, 255, 1)])
    return table[indices]


def save(path: Path, rgba: Picture) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png.write_rgba(rgba))
    return path


@pytest.fixture(scope="module")
def weights() -> bytes:
    """A checkpoint of random weights that remembers some drawings."""
    dice = np.random.default_rng(0)
    learnt = [dice.integers(0, 6, (8, 8), np.uint8) for _ in range(24)]
    data = zlib.compress(b"".join(one.tobytes() for one in learnt))
    extras = {
        "lab": torch.from_numpy(np.concatenate([np.zeros((1, 3)), oklab(COLORS)]).astype(np.float32)),
        "sizes": torch.full((len(learnt), 2), 8, dtype=torch.int16),
        "sprites": torch.frombuffer(bytearray(data), dtype=torch.uint8),
    }
    return checkpoint.write("pixelvae", random_model(), {"name": "small"}, extras)


@pytest.fixture
def art(tmp_path: Path, weights: bytes, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of six drawings, searched by the small model, in no project."""
    (tmp_path / "small.safetensors").write_bytes(weights)
    monkeypatch.setattr(catalog, "model_path", lambda: tmp_path / "small.safetensors")
    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "cache"))
    for seed in range(6):
        save(tmp_path / "art" / f"{seed}.png", drawing(seed))
    return tmp_path / "art"


def search(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["search", *map(str, arguments)])


def found(*arguments: object) -> list[dict[str, object]]:
    """The results of the first query, and of what was done, in the end."""
    result = search(*arguments, "--json")
    assert result.exit_code == 0, result.output + repr(result.exception)
    told = json.loads(result.stdout)
    return [*told["queries"][0]["results"], told["index"]]


def vectors(weights: bytes, pictures: list[Picture]) -> Vectors:
    figures = [figure(Raster(np.ascontiguousarray(one))) for one in pictures]
    assert all(figures)
    return Sight(Encoder(weights)).vectors(figures)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(8, 8), (13, 9), (16, 32), (1, 1)])
def test_the_encoder_is_the_posterior(weights: bytes, size: tuple[int, int]) -> None:
    """Without torch, the same means are read off the same sprites."""
    dice = np.random.default_rng(size[0])
    palettes = [Palette(tuple(map(tuple, dice.integers(0, 256, (count, 3)).tolist()))) for count in (2, 5)]
    sprites = [Sprite(dice.integers(0, len(one) + 1, size, np.uint8), one) for one in palettes]
    memory = Memory([], entry_lab(palettes[0]), [], {})
    expected = Studio(random_model(), memory).codes(sprites).numpy()
    encoder = Encoder(weights)
    indices, labs = np.stack([one.indices for one in sprites]), [entry_lab(one) for one in palettes]
    centers = np.array((0, 0.10, 0.22, 0.335, 0.445, 0.555, 0.67, 0.795, 0.93), np.float32)
    edges = (0.16, 0.28, 0.39, 0.50, 0.61, 0.73, 0.86)
    light = [centers[np.digitize(lab[:, 0], edges) + 1][one.indices] for lab, one in zip(labs, sprites, strict=True)]
    coarse = encoder.layout(np.stack(light), indices > 0).reshape(2, 8, -1)
    fine = encoder.colors(indices, labs).reshape(2, 8, -1)
    assert np.allclose(expected, np.concatenate([coarse, fine], 1), rtol=1e-3, atol=1e-3)


def test_shape_sees_no_colors(weights: bytes) -> None:
    """A recolored copy is at no distance by shape, whatever the colors; by color it is at some."""
    both = vectors(weights, [drawing(1), drawing(1, colors=OTHERS), drawing(2)])
    assert distances(both, both, "shape")[0][0, 1] == 0 < distances(both, both, "shape")[0][0, 2]
    assert distances(both, both, "color")[0][0, 1] > 0.01


def test_color_sees_no_place_and_no_side(weights: bytes) -> None:
    """A mirrored or moved copy is at no distance by color, nor by anything else, and is told to be mirrored."""
    own = drawing(3)
    moved = np.pad(own, ((5, 2), (1, 7), (0, 0)))
    every = vectors(weights, [own, own[:, ::-1], moved, moved[:, ::-1], drawing(4)])
    for by in WAYS:
        apart, turned = distances(every, every, by)
        assert apart[0, :4].tolist() == [0, 0, 0, 0] and apart[0, 4] > 0.01
        assert turned[0, :4].tolist() == ([False] * 4 if by == "color" else [False, True, False, True])


@pytest.mark.parametrize("by", ["shape", "colour", "both"])
def test_a_sprite_finds_itself_first(art: Path, by: str) -> None:
    """And copies of it next, before all others."""
    save(art / "0-copy.png", drawing(5))
    for seed in (0, 5):
        first, *others, index = found(art / f"{seed}.png", "--in", art, "--by", by)
        assert Path(str(first["path"])) == art / f"{seed}.png" and first["distance"] == 0
        assert (others[0]["distance"] == 0) == (seed == 5)
        assert index == {"files": 7, "frames": 7, "encoded": 6 if seed == 0 else 0}
        ordered = [one["distance"] for one in others]
        assert ordered == sorted(ordered, key=float) and len(ordered) == 6


def test_the_index_knows_content(art: Path) -> None:
    """Neither another time nor another name encodes anything; another pixel does, once."""
    assert found(art / "0.png", "--in", art)[-1]["encoded"] == 6
    (path,) = (art.parent / "cache").rglob("*.bin")
    soon = time.time() - 100
    for file in art.iterdir():
        os.utime(file, (soon, soon))
    (art / "1.png").rename(art / "renamed.png")
    assert found(art / "0.png", "--in", art)[-1]["encoded"] == 0
    changed = drawing(0)
    changed[0, 0, :3] = 255 - changed[0, 0, :3]
    save(art / "0.png", changed)
    assert [found(art / "0.png", "--in", art)[-1]["encoded"] for _ in range(2)] == [1, 0]
    # What no file holds any more goes when something is written.
    assert len(catalog.Catalog(path).contents) == 6


@pytest.mark.parametrize("harm", ["cut", "flipped", "gone"])
def test_a_damaged_index_is_made_anew(art: Path, harm: str) -> None:
    """It is never believed, and the answer is the same."""
    before = found(art / "2.png", "--in", art)
    (path,) = (art.parent / "cache").rglob("*.bin")
    data = path.read_bytes()
    flipped = data[:-3] + bytes([data[-3] ^ 1]) + data[-2:]
    path.write_bytes({"cut": data[:-9], "flipped": flipped, "gone": b""}[harm])
    if harm == "gone":
        path.unlink()
    assert found(art / "2.png", "--in", art) == before
    assert path.read_bytes()[:20] == data[:20] and found(art / "2.png", "--in", art)[-1]["encoded"] == 0


def test_another_model_sees_for_itself(art: Path) -> None:
    """Vectors of one model are not compared with those of another."""
    assert found(art / "0.png", "--in", art)[-1]["encoded"] == 6
    model = art.parent / "small.safetensors"
    data = checkpoint.read(model)
    model.write_bytes(checkpoint.write("pixelvae", random_model(1), {"name": "small"}, data.extras))
    assert found(art / "0.png", "--in", art)[-1]["encoded"] == 6


def test_a_query_from_elsewhere_changes_nothing(art: Path) -> None:
    """It is seen, finds its copy, and is not kept."""
    found(art / "0.png", "--in", art)
    (path,) = (art.parent / "cache").rglob("*.bin")
    before = catalog.Catalog(path).contents.keys()
    first, *_, index = found(save(art.parent / "new.png", drawing(4)[:, ::-1]), "--in", art)
    assert (Path(str(first["path"])).name, first["distance"], first["mirrored"]) == ("4.png", 0, True)
    assert index["encoded"] == 0 and catalog.Catalog(path).contents.keys() == before


def test_an_animation_is_its_frames(art: Path) -> None:
    """Its nearest frame stands for it, counted from 0; it is one result, whatever the number of frames."""
    frames = [Image.fromarray(drawing(seed)) for seed in (11, 12, 13)]
    frames[0].save(art / "walk.gif", save_all=True, append_images=frames[1:], disposal=2)
    first, *others, index = found(save(art.parent / "q.png", drawing(13)), "--in", art)
    assert (Path(str(first["path"])).name, first["frame"], index["frames"]) == ("walk.gif", 2, 9)
    assert sum("walk" in str(one["path"]) for one in others[:-1]) == 0
    assert found(art / "walk.gif", "--in", art)[0]["path"] == (art / "walk.gif").as_posix()
    assert "frame 3" in search(art.parent / "q.png", "--in", art, "--show").output


def test_near_copies_are_told_apart(art: Path) -> None:
    """Each is in the group of what it is a copy of, with how it differs; frames of one file are no copies."""
    own = drawing(3)
    edited = own.copy()
    edited[4, 4, :3] ^= 255
    edited[4, 4, 3] = 255
    copies = {
        "a-same": own,
        "b-mirrored": own[:, ::-1],
        "c-moved": np.pad(own, ((4, 0), (3, 0), (0, 0))),
        "d-recolored": drawing(3, colors=OTHERS),
        "e-edited": edited,
    }
    for name, rgba in copies.items():
        save(art / f"{name}.png", rgba)
    twice = [Image.fromarray(drawing(21)), Image.fromarray(np.roll(drawing(21), 1, 0))]
    twice[0].save(art / "twice.gif", save_all=True, append_images=twice[1:], disposal=2)
    (group,) = json.loads(search("--duplicates", art, "--json").stdout)["groups"]
    told = {Path(one["path"]).stem: one["ways"] for one in group}
    assert told == {"3": []} | {name: [word] if (word := name[2:]) != "same" else [] for name in copies}
    exact = json.loads(search("--duplicates", art, "--json", "--differ", 0).stdout)["groups"]
    assert {Path(one["path"]).stem for one in exact[0]} == told.keys() - {"e-edited"}
    text = search("--duplicates", art).output
    assert "b-mirrored.png  mirrored" in text and "a-same.png  same" in text


def test_an_index_lies_in_its_project(art: Path) -> None:
    """In the project's cache where all of the art is its own, else in the user's."""
    (art.parent / "assetforge.toml").write_text("")
    found(art / "0.png", "--in", art / "*.png")
    assert (art.parent / ".assetforge" / "search.bin").is_file() and not (art.parent / "cache").exists()


def test_what_cannot_be_searched_is_told(art: Path) -> None:
    """One line that names the file and the mend; what is wrong in the art is left out, and the exit code says so."""
    empty = save(art.parent / "empty.png", np.zeros((8, 8, 4), np.uint8))
    (art.parent / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    (art.parent / "bare").mkdir()
    faults = {
        (art / "0.png",): "give --in",
        (art / "0.png", "--in", art.parent / "bare"): "holds no image",
        (art / "0.png", "--in", art.parent / "nowhere"): "no such file or folder",
        (art.parent / "none.png", "--in", art): "no such file or folder",
        (empty, "--in", art): "nothing is drawn",
        (art.parent / "broken.png", "--in", art): "broken.png",
        (art / "0.png", "--in", empty): "no sprite",
    }
    for arguments, fault in faults.items():
        result = search(*arguments)
        assert result.exit_code != 0 and fault in result.output + str(result.exception)
    (art.parent / "broken.png").rename(art / "broken.png")
    save(art / "empty.png", np.zeros((8, 8, 4), np.uint8))
    result = CliRunner().invoke(cli, ["search", str(art / "0.png"), "--in", str(art)], standalone_mode=False)
    assert result.return_value == 1
    assert "broken.png" in result.stderr and "Left out." in result.stderr and len(result.stdout.splitlines()) == 6


def test_large_and_colorful_pictures_are_seen(art: Path) -> None:
    """At a part of their size, and in fewer colors; a folder of one finds that one."""
    dice = np.random.default_rng(0)
    photo = np.concatenate([dice.integers(0, 256, (90, 200, 3)), np.full((90, 200, 1), 255)], 2).astype(np.uint8)
    path = save(art.parent / "one" / "photo.png", photo)
    result = search(path, "--in", path.parent)
    assert result.stdout.splitlines()[0].startswith("0.000") and "1/4" in result.stderr
    seen = figure(Raster(photo))
    assert seen is not None and len(seen.lab) <= 256 and max(seen.indices.shape) <= 64


def test_searching_loads_no_torch(art: Path) -> None:
    """Not even for what was never seen: nobody waits seconds to find a sprite."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom assetforge.search import catalog\n"
        f"catalog.model_path = lambda: Path({str(art.parent / 'small.safetensors')!r})\n"
        "from assetforge.cli import main\n"
        f"sys.argv = ['assetforge', 'search', {str(art / '0.png')!r}, '--in', {str(art)!r}]\n"
        "try: main()\nexcept SystemExit as end: assert end.code == 0, end.code\n"
        "print(sorted({'torch', 'sklearn', 'scipy'} & sys.modules.keys()))"
    )
    where = {**os.environ, "PYTHONPATH": str(Path(assetforge.__file__).parent.parent)}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=where)
    assert run.stdout.splitlines()[-1] == "[]", run.stderr
