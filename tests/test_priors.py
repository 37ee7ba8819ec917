"""Loaded models: one load for each content, kept while a sheet uses it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from projects import FakePrior, draw, project
from watching import running

from assetforge import priors
from assetforge.errors import InputError
from assetforge.files import digest
from assetforge.models.prior import Prior
from assetforge.watch import Pace


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the checkpoints loaded, none of them real."""
    found: list[str] = []

    def load(path: Path) -> object:
        found.append(path.name)
        fake = FakePrior()
        fake.sha256 = digest(path.read_bytes())
        return fake

    monkeypatch.setattr(Prior, "load", load)
    monkeypatch.setattr(priors, "_loaded", {})
    yield found


def test_one_content_is_loaded_once(tmp_path: Path, loads: list[str]) -> None:
    """Under whatever name; another content of the same name, size and time is another model."""
    first, second = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    first.write_bytes(b"one")
    second.write_bytes(b"one")
    assert priors.prior(first) is priors.prior(second) is priors.prior(first)
    assert loads == ["a.safetensors"]
    time = first.stat().st_mtime_ns
    first.write_bytes(b"two")
    os.utime(first, ns=(time, time))
    assert priors.prior(first) is not priors.prior(second)
    assert loads == ["a.safetensors", "a.safetensors"]


def test_what_is_not_used_is_let_go(tmp_path: Path, loads: list[str]) -> None:
    """By name of content, and the oldest when there are too many."""
    files = [tmp_path / f"{number}.safetensors" for number in range(priors.MOST + 2)]
    for number, file in enumerate(files):
        file.write_bytes(bytes([number]))
        priors.prior(file)
    assert priors.loaded() == tuple(digest(file.read_bytes()) for file in files[-priors.MOST :])
    priors.prior(files[2])
    assert priors.loaded()[-1] == digest(files[2].read_bytes())
    priors.retain({digest(files[3].read_bytes())})
    assert priors.loaded() == (digest(files[3].read_bytes()),)


def test_a_missing_checkpoint_is_an_error_with_its_path(tmp_path: Path, loads: list[str]) -> None:
    """Nothing is kept of it."""
    with pytest.raises(InputError, match=r"gone\.safetensors"):
        priors.prior(tmp_path / "gone.safetensors")
    assert priors.loaded() == () and loads == []


DRAWN = """
[project]
source = "art"
output = "out"
palette = "pico-8"

[[sheet]]
name = "drawn"
kind = "generate"
like = "items/axe.png"
count = 1
size = [8, 8]
"""


def test_under_watch_a_model_stays_until_no_sheet_uses_it(tmp_path: Path, loads: list[str]) -> None:
    """Three builds load it once; a configuration without it lets it go."""
    root = project(tmp_path, DRAWN)
    with running(root, Pace(quiet=0.05, gone=0.2, tick=0.1)) as watch:
        for seed in range(2):
            draw(root / "art/items/axe.png", 60 + seed)
            watch.until(lambda seed=seed: watch.console.builds["drawn"] == seed + 2)
        assert len(loads) == 1 and len(priors.loaded()) == 1
        plain = DRAWN.replace('"generate"', '"quantize"').replace("like", "from")
        (root / "assetforge.toml").write_text(plain.replace("count = 1\nsize = [8, 8]\n", ""))
        watch.until(lambda: priors.loaded() == ())
    assert watch.console.errors == []
