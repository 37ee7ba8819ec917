"""Pairs from files to sprites: by commands, and by a build."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from pairings import files, pack

from assetforge import formats
from assetforge.build import build
from assetforge.cli import cli
from assetforge.errors import AssetforgeError
from assetforge.pipeline import load
from assetforge.plan import State, make


def call(*arguments: object) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command."""
    result = CliRunner().invoke(cli, [str(one) for one in arguments])
    fault = result.exception if isinstance(result.exception, AssetforgeError) else None
    return (fault.exit_code, "", str(fault)) if fault else (result.exit_code, result.stdout, result.stderr)


@pytest.mark.slow
def test_pairs_go_from_the_command_line_to_sprites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`train --pairs` and `translate`: the outputs are named as the inputs, in the palette, and say what was learnt."""
    pairs = pack(tmp_path, 14)
    monkeypatch.chdir(tmp_path)
    code, said, fault = call("train", "--pairs", "left", "right", "-o", "m.safetensors", "--base", "none", "--steps", 1)
    assert code == 0 and "without the left" in said, fault
    code, said, fault = call(
        "translate", "left/tile_3.png", "-m", "m.safetensors", "-o", "out", "--variants", 2, "--json"
    )
    assert (code, fault) == (0, "")
    told = json.loads(said)
    assert [Path(name).name for name in told["files"]] == ["tile_3.png", "tile_3-2.png"]
    assert set(told["provenance"]["model"]["learnt_from"]["sources"]) >= {"left/tile_0", "right/tile_0"}
    learnt = {tuple(color) for one in pairs for color in formats.read(one[1].path)[0].rgba.reshape(-1, 4)}
    drawn = formats.read(tmp_path / "out" / "tile_3.png")[0].rgba
    assert drawn.shape == (8, 8, 4) and {tuple(color) for color in drawn.reshape(-1, 4)} <= learnt | {(0, 0, 0, 0)}


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("train", "-o", "m.safetensors"), "give INPUT or --pairs"),
        (("train", "left", "--pairs", "left", "right", "-o", "m.safetensors"), "not both"),
        (("train", "--pairs", "left", "nowhere", "-o", "m.safetensors"), "nowhere"),
        (("train", "--pairs", "left", "right/tile_1.png", "-o", "m.safetensors"), '"tile_0.png"'),
        (("translate", "left/tile_0.png", "-o", "out"), "give the model with -m"),
        (("translate", "left/tile_0.png", "-m", "left/tile_0.png", "-o", "out"), "safetensors"),
    ],
)
def test_what_cannot_be_paired_or_translated_is_told(
    arguments: tuple[str, ...], fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wrong usage and lonely files: exit 2 with a line that names what to mend, and nothing is written."""
    pack(tmp_path, 2)
    monkeypatch.chdir(tmp_path)
    code, _, told = call(*arguments)
    assert code in (1, 2) and fault in told
    assert sorted(path.name for path in tmp_path.iterdir()) == ["left", "right"]


PROJECT = """
[project]
palette = "auto:4"

[[model]]
name = "inker"
pairs = {pairs}
steps = 1
base = "none"

[[sheet]]
name = "inked"
kind = "translate"
model = "{model}"
from = "sketches/*.png"
variants = 2
"""


def game(root: Path, pairs: str = '["left", "right"]', model: str = "inker") -> Path:
    """A project that learns pairs of its art and translates a sketch."""
    pack(root / "art", 12)
    files(root / "art" / "sketches", {"new": np.full((9, 8, 4), 128, np.uint8) | np.array([0, 0, 0, 255], np.uint8)})
    (root / "assetforge.toml").write_text(PROJECT.format(pairs=pairs, model=model))
    return root


@pytest.mark.parametrize(
    ("pairs", "model", "fault"),
    [
        ('["left"]', "inker", r'assetforge.toml:7 \[\[model\]\] "inker": pairs: 1 given; name two folders'),
        ("[]", "inker", "from: the key is missing; or give pairs"),
        ('["left", "right"]\nfrom = "left/*.png"', "inker", "from and pairs are both given"),
        ('["left", "right"]', "base", 'model = "base" learns no pairs'),
        ('["left", "nowhere"]', "inker", 'pairs: "nowhere/.*matches no image'),
    ],
)
def test_faults_of_a_model_of_pairs_name_their_key(pairs: str, model: str, fault: str, tmp_path: Path) -> None:
    """What a [[model]] of pairs or its sheet asks for in vain is told before anything is built."""
    pipeline = load(game(tmp_path / "game", pairs, model))
    faults = list(pipeline.faults)
    if not faults:
        faults = [error for item in make(pipeline, State.load(pipeline.root)).models for error in item.errors]
    assert re.search(fault, "\n".join(map(str, faults)))


@pytest.mark.slow
def test_a_project_learns_pairs_and_translates(tmp_path: Path) -> None:
    """A build trains the model of pairs and draws the sheet; a second does nothing; a new left side trains again."""
    root = game(tmp_path / "game")
    result = build(root)
    assert result.exit_code == 0
    told = json.loads((root / "assets" / "forge" / "inked.json").read_text())
    assert sorted(told["frames"]) == ["new", "new-2"]
    assert told["meta"]["provenance"]["model"]["card"]["pairs"]["count"] == 12
    assert build(root).built == {}
    image = np.zeros((8, 8, 4), np.uint8)
    image[2:5] = 255
    files(root / "art" / "left", {"tile_3": image})
    assert "inked" in build(root).built
