"""The sheet that the engines are shown is what its sources are."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from forged import differing, forge

from assetforge import formats


def test_the_expected_frames_are_the_sheets(tmp_path: Path) -> None:
    """Cut out of NAME.png by NAME.json, every frame is its source; so engines may be held to the sources."""
    forged = forge(tmp_path, options="padding = 1\nextrude = 1\ntrim = true")
    facts = json.loads((forged.output / "art.json").read_text())
    atlas = formats.read(forged.output / "art.png", "art")[0].rgba
    assert list(facts["frames"]) and set(facts["frames"]) == set(forged.frames)
    for name, frame in facts["frames"].items():
        box, inner = frame["frame"], frame["spriteSourceSize"]
        whole = np.zeros_like(forged.frames[name])
        whole[inner["y"] : inner["y"] + inner["h"], inner["x"] : inner["x"] + inner["w"]] = atlas[
            box["y"] : box["y"] + box["h"], box["x"] : box["x"] + box["w"]
        ]
        assert differing(forged.frames[name], whole) == 0
        assert frame["duration"] == forged.durations[name]
    assert facts["animations"] == forged.tags
