"""Saves, as programs go about them: each is one build of the finished file, and no error on the way."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from ase_writer import ase, cel, layer
from PIL import Image
from projects import QUANTIZE, draw, picture, project, tree
from watching import running

from assetforge.build import build
from assetforge.formats import png
from assetforge.watch import Pace


def pause() -> None:
    """Longer than a watcher waits for two looks to agree."""
    time.sleep(0.15)


def pieces(data: bytes, count: int = 4) -> list[bytes]:
    step = -(-len(data) // count)
    return [data[start : start + step] for start in range(0, len(data), step)]


def in_place(path: Path, data: bytes) -> None:
    """Aseprite, GIMP, a browser's download: cut to nothing, then written in pieces."""
    with path.open("wb", buffering=0) as file:
        pause()
        for piece in pieces(data):
            file.write(piece)
            pause()


def header_last(path: Path, data: bytes) -> None:
    """A writer that knows sizes only at the end: it leaves room for a header and comes back to it."""
    with path.open("wb", buffering=0) as file:
        file.write(bytes(16))
        for piece in pieces(data[16:]):
            file.write(piece)
            pause()
        file.seek(0)
        file.write(data[:16])


def preallocated(path: Path, data: bytes) -> None:
    """A file manager that copies over a network: the whole size at once, then the content."""
    with path.open("wb", buffering=0) as file:
        file.truncate(len(data))
        pause()
        for piece in pieces(data):
            file.write(piece)
            pause()


def over_the_old(path: Path, data: bytes) -> None:
    """`rsync --inplace`: the new content over the old, cut to size at the end."""
    with path.open("r+b", buffering=0) as file:
        for piece in pieces(data):
            file.write(piece)
            pause()
        file.truncate()


def krita(path: Path, data: bytes) -> None:
    """Qt's save file: another name in the same folder, written, synced, renamed over the old one."""
    temporary = path.with_name(f"{path.name}.KqVbXr")
    with temporary.open("wb", buffering=0) as file:
        for piece in pieces(data):
            file.write(piece)
            pause()
        os.fsync(file.fileno())
    temporary.replace(path)


def photoshop(path: Path, data: bytes) -> None:
    """A temporary file beside it, the old one deleted, the new one renamed."""
    temporary = path.with_name("~ps1A2B.tmp")
    for piece in pieces(data):
        with temporary.open("ab") as file:
            file.write(piece)
        pause()
    path.unlink()
    pause()
    temporary.rename(path)


def deleted_first(path: Path, data: bytes) -> None:
    """`git checkout` and many an exporter: the old file is removed, the new one created."""
    path.unlink()
    pause()
    in_place(path, data)


def backup_first(path: Path, data: bytes) -> None:
    """vim, emacs: the old file renamed, the new one written, the old one deleted."""
    backup = path.with_name(f"{path.name}~")
    path.rename(backup)
    pause()
    in_place(path, data)
    backup.unlink()


def rsync(path: Path, data: bytes) -> None:
    """A hidden name in the same folder, renamed, and the time of the original."""
    temporary = path.with_name(f".{path.name}.Xy12Zw")
    for piece in pieces(data):
        with temporary.open("ab") as file:
            file.write(piece)
        pause()
    os.utime(temporary, (10**9, 10**9))
    temporary.replace(path)


def cp(path: Path, data: bytes) -> None:
    """From elsewhere, keeping the time."""
    elsewhere = path.parents[3] / "elsewhere.png"
    elsewhere.write_bytes(data)
    os.utime(elsewhere, (10**9, 10**9))
    subprocess.run(["cp", "-p", elsewhere, path], check=True)


def mv(path: Path, data: bytes) -> None:
    """From elsewhere on the same disk."""
    elsewhere = path.parents[3] / "elsewhere.png"
    elsewhere.write_bytes(data)
    subprocess.run(["mv", "-f", elsewhere, path], check=True)


SAVES = (
    *(in_place, header_last, preallocated, over_the_old, krita, photoshop),
    *(deleted_first, backup_first, rsync, cp, mv),
)


@pytest.mark.parametrize(
    ("saves", "poll"),
    [
        ((in_place, krita, deleted_first), None),
        pytest.param(SAVES, None, marks=pytest.mark.slow),
        pytest.param(SAVES, 0.1, marks=pytest.mark.slow),
    ],
)
def test_every_save_is_one_build_of_the_finished_file(
    tmp_path: Path, saves: Sequence[Callable[[Path, bytes], None]], poll: float | None
) -> None:
    """Whichever program saves, by events or by polling: one build, no error, the output of the new sprite."""
    root = project(tmp_path / "game")
    with running(root, poll=poll) as watch:
        for number, save in enumerate(saves):
            count, errors = watch.console.builds["items"], list(watch.console.errors)
            save(root / "art/items/axe.png", png.write_rgba(picture(100 + number, (16, 16))))
            watch.until(lambda count=count: watch.console.builds["items"] > count)
            watch.fence(root / "art/heroes/orc.png", png.write_rgba(picture(200 + number)), "heroes")
            assert (save.__name__, watch.console.builds["items"]) == (save.__name__, count + 1)
            assert watch.console.errors == errors == []
    assert as_if_built_anew(root)


def as_if_built_anew(root: Path) -> bool:
    """Whether the outputs are those of a clean build."""
    clean = root.with_name("clean")
    shutil.rmtree(clean, ignore_errors=True)
    shutil.copytree(root, clean, ignore=shutil.ignore_patterns("out", ".assetforge", "assetforge.lock", ".git"))
    build(clean)
    return tree(root, "out") == tree(clean, "out")


def test_a_touch_is_no_build(tmp_path: Path) -> None:
    """New times, modes and names of temporary files change no output."""
    root = project(tmp_path / "game")
    with running(root) as watch:
        before = dict(watch.console.builds)
        os.utime(root / "art/items/axe.png")
        (root / "art/items/bow.png").chmod(0o600)
        (root / "art/items/notes.txt").write_text("x")
        (root / "art/items/.bow.png.swp").write_text("x")
        watch.fence(root / "art/heroes/orc.png", png.write_rgba(picture(9)), "heroes")
        assert watch.console.builds["items"] == before["items"]


def test_a_file_that_stays_half_is_an_error_once_and_mended_once(tmp_path: Path) -> None:
    """It is told with its trail when the patience is over, not again by other builds, and gone when it is whole."""
    root = project(tmp_path / "game")
    axe = root / "art/items/axe.png"
    with running(root, Pace(patience=0.3, gone=0.3)) as watch:
        good = axe.read_bytes()
        axe.write_bytes(good[: len(good) // 2])
        watch.until(lambda: bool(watch.console.errors))
        for seed in range(3):
            watch.fence(root / "art/heroes/orc.png", png.write_rgba(picture(seed + 40)), "heroes")
        assert len(watch.console.errors) == 1
        assert '[[sheet]] "items" -> art/items/axe.png: is cut after' in watch.console.errors[0]
        axe.write_bytes(good)
        watch.until(lambda: watch.said("items: mended."))
        watch.fence(root / "art/heroes/orc.png", png.write_rgba(picture(50)), "heroes")
        assert sum("mended" in line for line in watch.console.lines) == 1
    assert as_if_built_anew(root)


WHOLE = Pace(quiet=1.0, most=600, patience=600, gone=1.0, longest=600)


@pytest.mark.slow
def test_a_folder_moved_in_is_built_whole(tmp_path: Path) -> None:
    """One event, a dozen sprites, one build; and what changes in the folder later is seen."""
    root = project(tmp_path / "game")
    for number in range(12):
        draw(tmp_path / f"pack/deep/{number}.png", number)
    with running(root, WHOLE) as watch:
        (tmp_path / "pack").rename(root / "art/heroes/pack")
        watch.until(lambda: watch.console.builds["heroes"] > 1)
        watch.fence(root / "art/items/axe.png", png.write_rgba(picture(9)), "items")
        assert watch.console.builds["heroes"] == 2
        draw(root / "art/heroes/pack/deep/7.png", 999)
        watch.until(lambda: watch.console.builds["heroes"] == 3)
    assert as_if_built_anew(root)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_git_checkout_is_one_build(tmp_path: Path) -> None:
    """Sprites changed, new and gone, together with the configuration."""
    root = project(tmp_path / "game")

    def git(*words: str) -> None:
        names = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *names, *words], cwd=root, check=True, capture_output=True)

    git("init", "-q", "-b", "first")
    git("add", "art", "assetforge.toml")
    git("commit", "-qm", "first")
    git("checkout", "-qb", "second")
    for number in range(60):
        draw(root / f"art/items/{number}.png", number)
    (root / "art/items/bow.png").unlink()
    draw(root / "art/items/axe.png", 77)
    text = (root / "assetforge.toml").read_text()
    (root / "assetforge.toml").write_text(text.replace('palette = "pico-8"', 'palette = "db32"'))
    git("add", "-A", "art", "assetforge.toml")
    git("commit", "-qm", "second")
    with running(root, WHOLE) as watch:
        for branch in ("first", "second"):
            count = watch.console.builds["items"]
            git("checkout", "-q", branch)
            watch.until(lambda count=count: watch.console.builds["items"] > count)
            watch.fence(root / "art/heroes/orc.png", png.write_rgba(picture(300 + count)), "heroes")
            assert watch.console.builds["items"] == count + 1
            git("checkout", "-q", "art/heroes/orc.png")
        assert watch.console.errors == []


@pytest.mark.parametrize("kind", ["aseprite", pytest.param("gif", marks=pytest.mark.slow)])
def test_other_formats_are_waited_for_too(tmp_path: Path, kind: str) -> None:
    """Half of an .aseprite file or of an animation is none."""
    data = ase((16, 16), 32, [[layer("a"), cel(picture(5, (16, 16)))]]) if kind == "aseprite" else animation()
    root = project(tmp_path / "game", QUANTIZE.replace("{png,gif}", "{png,gif,aseprite}"))
    with running(root) as watch:
        in_place(root / f"art/heroes/new.{kind}", data)
        watch.until(lambda: watch.console.builds["heroes"] == 2)
        watch.fence(root / "art/items/axe.png", png.write_rgba(picture(9)), "items")
        assert watch.console.builds["heroes"] == 2 and watch.console.errors == []
    assert as_if_built_anew(root)


def animation() -> bytes:
    """A GIF of three frames."""
    frames = [Image.fromarray(picture(seed, (16, 16))[..., :3]).quantize(16) for seed in range(3)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()
