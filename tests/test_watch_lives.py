"""A watch lives on after anything: each error is told once, and once more when it is mended."""

from __future__ import annotations

import errno
import os
import shutil
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from projects import QUANTIZE, draw, picture, project, tree
from watching import Counted, running

from assetforge import files, work
from assetforge.build import build
from assetforge.cli.console import Console
from assetforge.cli.watching import Paused, Watching
from assetforge.errors import InputError
from assetforge.formats import png
from assetforge.watch import Pace

BRISK = Pace(quiet=0.05, patience=0.2, gone=0.2, tick=0.1, idle=0.5)


def sprite(seed: int) -> bytes:
    return png.write_rgba(picture(seed))


def test_a_configuration_is_taken_up_as_it_is_edited(tmp_path: Path) -> None:
    """Palettes, new sheets and another source folder: without a restart; what it drops is removed."""
    root = project(tmp_path)
    draw(root / "drawings/items/saw.png", 5)
    draw(root / "drawings/heroes/imp.png", 6)
    config = root / "assetforge.toml"
    with running(root, BRISK) as watch:
        config.write_text(QUANTIZE.replace("sweetie-16", "gameboy-dmg"))
        watch.until(lambda: watch.console.builds["heroes"] == 2)
        assert watch.console.builds["items"] == 1
        config.write_text(QUANTIZE + '[[sheet]]\nname = "all"\nkind = "quantize"\nfrom = "**/*.png"\n')
        watch.until(lambda: watch.console.builds["all"] == 1)
        config.write_text(QUANTIZE.replace('"art"', '"drawings"'))
        watch.until(lambda: watch.said("removed out/all.png"))
        watch.until(lambda: watch.console.builds["items"] == 2)
        (root / "drawings/items/saw.png").write_bytes(sprite(50))
        watch.until(lambda: watch.console.builds["items"] == 3)
        assert watch.console.errors == []


def test_a_broken_configuration_is_told_once_and_hides_nothing(tmp_path: Path) -> None:
    """Its error comes and goes; the error of a sprite that stands meanwhile is neither mended nor told again."""
    root = project(tmp_path)
    config, axe = root / "assetforge.toml", root / "art/items/axe.png"
    with running(root, BRISK) as watch:
        good = axe.read_bytes()
        axe.write_bytes(good[:40])
        watch.until(lambda: len(watch.console.errors) == 1)
        config.write_text("[project\n")
        watch.until(lambda: len(watch.console.errors) == 2)
        assert watch.console.errors[1].startswith("error: assetforge.toml:1: ")
        config.write_text(QUANTIZE)
        watch.until(lambda: watch.said("assetforge.toml:1: mended.") or watch.said("assetforge.toml: mended."))
        axe.write_bytes(good)
        watch.until(lambda: watch.said("items: mended."))
        assert len(watch.console.errors) == 2
        config.unlink()
        watch.until(lambda: len(watch.console.errors) == 3)
        config.write_text(QUANTIZE)
        draw(root / "art/items/new.png", 8)
        watch.until(lambda: watch.console.builds["items"] >= 2)
        assert len(watch.console.errors) == 3


def test_palettes_beside_the_art_are_watched(tmp_path: Path) -> None:
    """One that is changed, one that is half, and one that was not there yet."""
    root = project(tmp_path, QUANTIZE.replace("sweetie-16", "palettes/mine.hex"))
    mine = root / "palettes/mine.hex"
    with running(root, BRISK) as watch:
        assert len(watch.console.errors) == 1 and "palettes/mine.hex" in watch.console.errors[0]
        mine.parent.mkdir()
        mine.write_text("ff0000\n00ff00\n0000ff\n")
        watch.until(lambda: watch.console.builds["heroes"] == 1)
        watch.until(lambda: any("mended" in line for line in watch.console.lines))
        mine.write_text("ffffff\n000000\n")
        watch.until(lambda: watch.console.builds["heroes"] == 2)
        mine.write_text("no color\n")
        watch.until(lambda: len(watch.console.errors) == 2)
        shutil.rmtree(mine.parent)
        mine.parent.mkdir()
        mine.write_text("ff0000\n00ff00\n")
        watch.until(lambda: watch.console.builds["heroes"] == 3)


def test_folders_may_go_and_come_back(tmp_path: Path) -> None:
    """A source folder deleted is an error until it is back, and then watched as before; outputs are restored."""
    root = project(tmp_path / "game")
    with running(root, BRISK) as watch:
        old = tree(root, "out")
        shutil.rmtree(root / "out")
        watch.until(lambda: tree(root, "out") == old)
        watch.rest()
        (root / "out/items.png").write_bytes(b"by hand")
        watch.until(lambda: len(watch.console.errors) >= 1)
        assert "out/items.png: was altered since it was built" in watch.console.errors[0]
        (root / "out/items.png").write_bytes(old["out/items.png"])
        watch.until(lambda: watch.said("items: mended."))
        shutil.copytree(root / "art", tmp_path / "copy")
        shutil.rmtree(root / "art")
        watch.until(lambda: len(watch.console.errors) >= 3)
        assert tree(root, "out") == old
        shutil.copytree(tmp_path / "copy", root / "art")
        watch.until(lambda: sum("mended" in line for line in watch.console.lines) >= 3)
        (root / "art/items/axe.png").write_bytes(sprite(60))
        watch.until(lambda: tree(root, "out") != old)


def test_a_full_disk_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told once; when there is room again, the build is made although nothing has changed."""
    root = project(tmp_path)
    with running(root, BRISK) as watch:
        full = [True]
        fsync = os.fsync

        def fail(descriptor: int) -> None:
            if full[0]:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            fsync(descriptor)

        monkeypatch.setattr(files.os, "fsync", fail)
        (root / "art/items/axe.png").write_bytes(sprite(70))
        watch.until(lambda: any("items" in line and "No space left" in line for line in watch.console.errors))
        told = list(watch.console.errors)
        full[0] = False
        watch.until(lambda: watch.said("items: mended."))
        assert watch.console.builds["items"] == 2
        assert sum("items" in line for line in watch.console.errors) == sum("items" in line for line in told) == 1


def test_a_fault_of_ours_does_not_end_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody foresaw is told, and the next change is built."""
    root = project(tmp_path)
    with running(root, BRISK) as watch:
        with monkeypatch.context() as patch:
            patch.setattr("assetforge.cli.watch.run_build", lambda *_: 1 // 0)
            (root / "art/items/axe.png").write_bytes(sprite(80))
            watch.until(lambda: watch.said("assetforge itself failed (ZeroDivisionError"))
        (root / "art/items/axe.png").write_bytes(sprite(81))
        watch.until(lambda: watch.said("assetforge: mended.") or watch.console.builds["items"] == 2)
        watch.until(lambda: watch.console.builds["items"] == 2)


def test_outputs_within_the_source_trigger_nothing(tmp_path: Path) -> None:
    """What we write is no input of ours, wherever it lies."""
    root = project(tmp_path, QUANTIZE.replace('"out"', '"art/forge"').replace('"items/*.png"', '"**/*.png"'))
    with running(root, BRISK) as watch:
        count = watch.console.builds.total()
        for seed in range(3):
            watch.fence(root / "art/heroes/orc.png", sprite(90 + seed), "heroes")
        watch.until(lambda: watch.console.builds["items"] == 4)
        assert watch.console.builds.total() == count + 6
    clean = build(root)
    assert clean.built == {} and clean.exit_code == 0


def test_another_build_does_not_confuse_it(tmp_path: Path) -> None:
    """Outputs and lock written by a build beside it are looked at and found to be fresh."""
    root = project(tmp_path)
    with running(root, BRISK) as watch:
        text = (root / "assetforge.toml").read_text()
        (root / "art/items/bow.png").write_bytes(sprite(33))
        build(root)
        watch.fence(root / "art/heroes/orc.png", sprite(34), "heroes")
        assert watch.console.errors == [] and (root / "assetforge.toml").read_text() == text
    assert build(root).built == {}


TRAINED = """
[[model]]
name = "house"
from = "heroes/**/*.png"
steps = 100

[[sheet]]
name = "monsters"
kind = "generate"
model = "house"
count = 1
size = [8, 8]
"""


def test_a_training_makes_room_for_other_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change during a training is built before it ends: it stops after it saved its state, and then goes on."""
    root = project(tmp_path, QUANTIZE + TRAINED)
    saved, seen = [0], []

    def train(job: Any, report: Any) -> bytes:
        # As the real one does: told every ten steps, saved right after each line that tells of the latent.
        console = report.func.__self__
        for step in range(saved[0] + 10, 110, 10):
            if step == 40 and not seen:
                (root / "art/items/axe.png").write_bytes(sprite(42))
                while console.pending.__self__.hints.queue.empty():
                    time.sleep(0.01)
            look = step % 20 == 0
            report(SimpleNamespace(step=step, steps=100, latent=(1.0,) if look else (), held_out=None))
            if look:
                saved[0] = step
            if step > 40:
                seen.append((step, console.builds["items"]))
        raise InputError("is a fake.")

    monkeypatch.setattr(work, "_train", train)
    monkeypatch.setattr(Console, "progress", lambda self, name, progress: None)
    monkeypatch.setattr(Counted, "progress", Watching.progress)
    with running(root, BRISK) as watch:
        watch.until(lambda: watch.said("is a fake."))
    assert watch.said("[[model]] house: paused at step 50 of 100")
    assert seen == [(step, 2) for step in range(50, 110, 10)]
    assert sum("is a fake." in line for line in watch.console.errors) == 1


def test_paused_is_no_error() -> None:
    """Nobody who catches errors of a training catches its pause."""
    assert not issubclass(Paused, Exception)
