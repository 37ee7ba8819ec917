"""A training that is followed: the page and the event files hold what was told."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from assetforge import formats
from assetforge.cli import cli
from assetforge.cli.following import Live
from assetforge.models.prior import Prior
from assetforge.models.run import Progress
from assetforge.palette import Palette
from assetforge.sprite import Sprite


def facts_of(path: Path) -> dict:
    inside = re.search(r'id="facts">(.*?)</script', path.read_text(), re.S)
    assert inside
    return json.loads(inside[1])["models"][0]


def test_the_page_follows_and_ends(tmp_path: Path) -> None:
    """While training goes on a browser reloads the page; afterwards it holds the whole curve and the samples of all
    looks, by their steps, and is left alone."""
    path = tmp_path / "live.html"
    live = Live(path, "house")
    assert 'http-equiv="refresh"' in path.read_text() and facts_of(path)["curve"] == []
    live.written = 0.0
    live(Progress(5, 20, 1.5, 1.7, (0.5,) * 16, 10.0))
    assert facts_of(path)["curve"] == [[5, 1.5, 1.7]] and "about 30 s left" in facts_of(path)["told"]
    drawn = tuple(Sprite(np.full((8, 8), n, np.uint8), Palette(((9, 9, 9), (90, 90, 90))), str(n)) for n in range(3))
    live(Progress(5, 20, float("nan"), None, (), 11.0, samples=drawn))
    live(Progress(0, 20, float("nan"), None, (), 11.0, samples=drawn[:1]))
    live(Progress(6, 20, float("nan"), None, (), 12.0, "step 6: lost"))
    live(Progress(10, 20, float("inf"), 1.6, (0.7,) * 16, 20.0))
    live.close()
    facts = facts_of(path)
    assert facts["curve"] == [[5, 1.5, 1.7], [10, None, 1.6]] and facts["warnings"] == ["step 6: lost"]
    assert facts["latent"] == [0.7] * 16
    assert [look["step"] for look in facts["looks"]] == [0, 5]
    shown = formats.png.read(base64.b64decode(facts["looks"][1]["picture"].partition(",")[2]), "shown")[0].rgba
    assert np.array_equal(shown[:, 20:28], drawn[2].rgba())
    assert 'http-equiv="refresh"' not in path.read_text()


@pytest.mark.slow
def test_train_writes_the_page_and_the_events(tmp_path: Path) -> None:
    """`train --live --tensorboard` leaves both, and the checkpoint."""
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    art = Path(__file__).parent.parent / "examples" / "dungeon" / "art" / "monsters"
    command = ["train", str(art), "-o", str(tmp_path / "m.safetensors"), "--steps", "2", "--quiet"]
    command += ["--live", str(tmp_path / "live.html"), "--tensorboard", str(tmp_path / "events")]
    result = CliRunner().invoke(cli, command)
    assert result.exit_code == 0, result.output
    curve = facts_of(tmp_path / "live.html")["curve"]
    assert curve[-1][0] == 2
    looks = facts_of(tmp_path / "live.html")["looks"]
    assert [look["step"] for look in looks] == [step for step, _ in Prior.load(tmp_path / "m.safetensors").record.looks]
    told = events.EventAccumulator(str(tmp_path / "events"))
    told.Reload()
    points = {point.step: point.value for point in told.Scalars("bits_per_pixel/held_out")}
    assert points == pytest.approx({step: held for step, _, held in curve})
    assert "nats/slot_15" in told.Tags()["scalars"]
