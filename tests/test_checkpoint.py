"""Checkpoints: what was written is read; what is cut, altered or foreign is refused in a line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import SMALL, random_model
from safetensors.torch import save

from assetforge.errors import InputError
from assetforge.models import checkpoint

DATA = checkpoint.write("pixelvae", random_model(), {"name": "small"}, {"codes": torch.ones(2, 3)})


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """Weights, config, card and extras come back bit for bit."""
    path = tmp_path / "m.safetensors"
    path.write_bytes(DATA)
    read = checkpoint.read(path)
    assert read.model.config == SMALL
    assert read.card == {"name": "small"}
    assert torch.equal(read.extras["codes"], torch.ones(2, 3))
    for (name, value), expected in zip(
        read.model.state_dict().items(), random_model().state_dict().values(), strict=True
    ):
        assert torch.equal(value, expected), name


def test_the_same_model_gives_the_same_bytes() -> None:
    """Nothing of time or place goes into a checkpoint."""
    assert checkpoint.write("pixelvae", random_model(), {"name": "small"}, {"codes": torch.ones(2, 3)}) == DATA


@given(share=st.floats(0, 0.9999))
@settings(max_examples=30, deadline=None)
def test_a_cut_checkpoint_is_refused(share: float, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Cut anywhere, it gives an error that names the file."""
    path = tmp_path_factory.mktemp("cut") / "m.safetensors"
    path.write_bytes(DATA[: int(share * len(DATA))])
    with pytest.raises(InputError, match=r"m\.safetensors"):
        checkpoint.read(path)


@given(place=st.integers(0, len(DATA) - 1), bit=st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_an_altered_checkpoint_is_refused(place: int, bit: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """One flipped bit gives an error, or (in the card's text alone) a file with another digest."""
    altered = bytearray(DATA)
    altered[place] ^= 1 << bit
    path = tmp_path_factory.mktemp("altered") / "m.safetensors"
    path.write_bytes(bytes(altered))
    try:
        read = checkpoint.read(path)
    except InputError as error:
        assert "m.safetensors" in str(error)
    else:
        assert place < len(DATA) - sum(v.nbytes for v in random_model().state_dict().values())
        for value, expected in zip(read.model.state_dict().values(), random_model().state_dict().values(), strict=True):
            assert torch.equal(value, expected)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no whole safetensors"),
        (b"PK\x03\x04" + bytes(100), "no whole safetensors"),
        (b"\xff" * 64, "no whole safetensors"),
        (save({"weight": torch.ones(2)}), "no assetforge checkpoint"),
        (save({"weight": torch.ones(2)}, {"assetforge": "[" * 10_000}), "no assetforge checkpoint"),
        (
            save({"weight": torch.ones(2)}, {"assetforge": json.dumps({"format": checkpoint.FORMAT})}),
            "no assetforge checkpoint",
        ),
        (
            save(
                {"model.weight": torch.ones(2)},
                {
                    "assetforge": json.dumps(
                        {
                            "format": checkpoint.FORMAT,
                            "model": "pixelvae",
                            "config": {"embedding": 9**9, "width": 1, "layers": 1, "slot": 1},
                            "card": {"name": "absurd"},
                            "tensors": checkpoint.fingerprint({"model.weight": torch.ones(2)}),
                        }
                    )
                },
            ),
            "do not fit",
        ),
    ],
)
def test_what_is_not_ours_is_refused(data: bytes, says: str, tmp_path: Path) -> None:
    """Foreign files, and headers that lie about sizes, end in a line that says what is wrong."""
    path = tmp_path / "m.safetensors"
    path.write_bytes(data)
    with pytest.raises(InputError, match=says):
        checkpoint.read(path)
