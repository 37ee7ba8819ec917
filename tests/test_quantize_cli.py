"""`assetforge quantize` as a user calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from assetforge.cli.quantize import DITHERS, MAPS, quantize
from assetforge.errors import AssetforgeError, ConfigError, InputError, OutputError
from assetforge.formats import palettes, read
from assetforge.quantize import quantizer


@pytest.fixture
def art(tmp_path: Path) -> Path:
    """A folder of two sprites in a folder, of many colors, with half-transparent pixels."""
    random = np.random.default_rng(0)
    for name in ("hero", "foes/orc"):
        path = tmp_path / "art" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        rgba = random.integers(0, 256, (9, 7, 4), np.uint8)
        Image.fromarray(rgba).save(path)
    return tmp_path / "art"


def call(*arguments: object) -> str:
    """What the command prints on stdout; an error is raised."""
    result = CliRunner().invoke(quantize, [str(argument) for argument in arguments], catch_exceptions=True)
    if isinstance(result.exception, AssetforgeError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def test_choices_are_those_of_the_quantizer():
    """The command offers every map and every dither, and no other."""
    assert tuple(quantizer.MAPS) == MAPS
    assert tuple(quantizer.DITHERS) == DITHERS


def test_folder_and_json(art, tmp_path):
    """A folder comes out named as it went in, in the palette; the JSON alone is printed and counts what happened."""
    facts = json.loads(call(art, "-o", tmp_path / "out", "-p", "pico-8", "--json"))
    assert facts["sprites"] == 2 and facts["kept"] <= 16 < facts["colors"]
    assert facts["palette"] == {"name": "pico-8", "colors": list(palettes.load("pico-8").hex)}
    assert {"error", "edges", "merged", "flipped", "pairs", "merged_pairs", "flipped_pairs"} <= set(facts)
    allowed = {(*color, 255) for color in palettes.load("pico-8").colors} | {(0, 0, 0, 0)}
    for name in ("hero", "foes/orc"):
        (raster,) = read(tmp_path / "out" / f"{name}.png")
        assert {tuple(pixel) for pixel in raster.rgba.reshape(-1, 4).tolist()} <= allowed


def test_sheet_and_again(art, tmp_path):
    """A sheet comes with its JSON; quantizing what is quantized changes nothing and says so."""
    assert "4 of auto:4" in call(art, "-o", tmp_path / "sheet.png", "-p", "auto:4")
    meta = json.loads((tmp_path / "sheet.json").read_text())["meta"]
    assert len(meta["palette"]["colors"]) == 4 and meta["provenance"]["command"] == "quantize"
    assert "nothing changed" in call(tmp_path / "sheet.png", "-o", tmp_path / "again.png", "-p", "auto:4")
    assert call(art, "-o", tmp_path / "silent", "--quiet") == ""


def test_aseprite(art, tmp_path):
    """OUT in .aseprite has a frame for each sprite under its name; one that may have been drawn on is not replaced."""
    call(art, "-o", tmp_path / "out.aseprite", "-p", "pico-8")
    call(art, "-o", tmp_path / "out.aseprite", "-p", "pico-8")
    call(art, "-o", tmp_path / "out", "-p", "pico-8")
    assert not (tmp_path / "out.json").exists()
    for raster in read(tmp_path / "out.aseprite"):
        assert np.array_equal(read(tmp_path / "out" / f"{raster.name}.png")[0].rgba, raster.rgba)
    with pytest.raises(OutputError, match="drawn on"):
        call(art, "-o", tmp_path / "out.aseprite", "-p", "sweetie-16")


def test_swap_knows_the_palette_of_indexed_files(art, tmp_path):
    """Files that assetforge wrote swap index by index; others only with --from."""
    call(art, "-o", tmp_path / "old", "-p", "pico-8")
    call(tmp_path / "old", "-o", tmp_path / "new", "-p", "sweetie-16", "--map", "swap")
    for name in ("hero", "foes/orc"):
        old, new = (Image.open(tmp_path / folder / f"{name}.png") for folder in ("old", "new"))
        assert np.array_equal(np.asarray(old), np.asarray(new))
    with pytest.raises(ConfigError, match="swap"):
        call(art, "-o", tmp_path / "never", "-p", "sweetie-16", "--map", "swap")
    with pytest.raises(ConfigError, match="pico-8"):
        call(art, "-o", tmp_path / "never", "-p", "sweetie-16", "--map", "swap", "--from", "pico-8")
    assert not (tmp_path / "never").exists()


@pytest.mark.parametrize(
    ("arguments", "error", "word"),
    [
        (["-p", "pico-9"], ConfigError, "pico-8"),
        (["-p", "auto:1"], ConfigError, "2"),
        (["-p", "auto:300"], ConfigError, "255"),
        (["-p", "pico-8", "--map", "ramp", "--dither", "bayer"], ConfigError, "ramp"),
    ],
)
def test_wrong_options(art, tmp_path, arguments, error, word):
    """What cannot be is an error of one line, and nothing is written."""
    with pytest.raises(error, match=word):
        call(art, "-o", tmp_path / "out", *arguments)
    assert not (tmp_path / "out").exists()


def test_bad_file_is_named(art, tmp_path):
    """A file that is no image fails the call with its path, before anything is written."""
    (art / "broken.png").write_bytes(b"no image")
    with pytest.raises(InputError, match=r"broken\.png"):
        call(art, "-o", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_help_loads_nothing_heavy():
    """Reading the help imports neither numpy nor scikit-learn."""
    code = (
        "import sys; from assetforge.cli.quantize import quantize\n"
        "try: quantize(['--help'])\n"
        "except SystemExit: sys.stderr.write(str({'numpy', 'sklearn', 'PIL'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "set()" and "Example:" in done.stdout
