"""Whatever a checkpoint holds: its sheet fails in a line or is drawn, in little more memory than a sound one takes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hostile import MEMORY, around, faults, game, safe
from hostile_models import checkpoints, sound
from hostile_run import Told, run
from test_hostile import built

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is limited and measured as Linux does it")

ADDRESSES = 16 << 30  # torch reserves far more than it uses


def check(told: Sequence[Told], names: Sequence[str], usual: int) -> None:
    """Each command ended as it must; torch and what a sound checkpoint takes, `usual` MiB, is not laid to a bad one."""
    for one, name in zip(told, names, strict=True):
        own = Told(one.code, one.out, one.err, one.seconds, max(0, one.peak - usual), one.before)
        assert safe(own) == "", f"{name}: {safe(own)}"
        assert one.code in (0, 1) and len(one.err.splitlines()) <= 2, f"{name}: {one.err}"
    assert usual < 3 * MEMORY


@pytest.mark.parametrize("step", [29, pytest.param(1, marks=pytest.mark.slow)])
def test_checkpoints_are_drawn_with_or_refused(tmp_path: Path, step: int) -> None:
    """`generate` with each of them: sprites, or one line that names the file."""
    cases = [("sound", sound()), *list(checkpoints())[::step]]
    root = game(tmp_path / "game")
    for number, (_, data) in enumerate(cases):
        (root / f"m{number:03d}.safetensors").write_bytes(data)
    before = around(tmp_path)
    words = ["-p", "pico-8", "-n", "1", "--candidates", "1", "--size", "8x8", "--seed", "1", "-o", "out/x", "--quiet"]
    commands = [[str(root), "generate", "-m", f"m{number:03d}.safetensors", *words] for number in range(len(cases))]
    told = run(commands, memory=ADDRESSES, preload="torch")
    assert told[0].code == 0, told[0].err
    check(told, [name for name, _ in cases], told[0].peak)
    assert all(f"m{number:03d}.safetensors" in one.err for number, one in enumerate(told) if one.code)
    assert around(tmp_path) == before


@pytest.mark.slow
@pytest.mark.parametrize("command", ["build", "complete", "evaluate", "mix"])
def test_bad_checkpoints_end_no_command_in_a_traceback(tmp_path: Path, command: str) -> None:
    """A build draws the sheets of sound checkpoints beside those of bad ones; other commands refuse them alike."""
    cases = [("sound", sound()), *list(checkpoints())[::9]]
    root = game(tmp_path / "game")
    text = (root / "assetforge.toml").read_text()
    for number, (_, data) in enumerate(cases):
        (root / f"m{number:03d}.safetensors").write_bytes(data)
        text += f'\n[[sheet]]\nname = "c{number:03d}"\nkind = "generate"\ncount = 1\nsize = [8, 8]\n'
        text += f'model = "m{number:03d}.safetensors"\n'
    (root / "assetforge.toml").write_text(text)
    before = around(tmp_path)
    if command == "build":
        (told,) = run([[str(root), "build", "--quiet"]], seconds=200, memory=ADDRESSES, preload="torch")
        done = built(root)
        assert {"good", "c000"} <= done and told.code == 1 and "Traceback" not in told.err
        for number, (name, _) in enumerate(cases):
            assert len(faults(told, number)) == (f"c{number:03d}" not in done), f"{name}: {faults(told, number)}"
        assert told.err.isprintable() or all(line.isprintable() for line in told.err.splitlines())
    else:
        words = {
            "complete": ["art/good/axe.png", "--erase", "1,1,2,2", "-p", "pico-8", "-o", "out/c", "--quiet"],
            "evaluate": ["art/good/axe.png", "-p", "pico-8", "--holdout", "none", "--json"],
            "mix": ["-p", "pico-8", "--row-seeds", "1", "--col-seeds", "2", "-o", "out/m", "--quiet"],
        }[command]
        commands = [[str(root), command, "-m", f"m{number:03d}.safetensors", *words] for number in range(len(cases))]
        told_each = run(commands, seconds=30, memory=ADDRESSES, preload="torch")
        assert told_each[0].code == 0, told_each[0].err
        check(told_each, [name for name, _ in cases], told_each[0].peak)
    assert around(tmp_path) == before
